package dev.latchkey.gateway.installation;

import dev.latchkey.gateway.keys.Secret;
import dev.latchkey.gateway.watch.TokenHash;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import tools.jackson.databind.json.JsonMapper;

/**
 * Seeks a token of an installation. Its key holds everything that makes it another token: the API, the App, the
 * installation, the repositories and the permissions, so that whoever may reach less never gets one that reaches further.
 */
final class Minting implements Sought<InstallationToken> {

    /** A token with less to live than this helps nobody, whatever else has failed. */
    private static final Duration SHORTEST_LIFE = Duration.ofSeconds(60);

    /** Tokens live for an hour. */
    private static final Duration NOTED = Duration.ofHours(2);

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final App app;
    private final long installation;
    private final Reach reach;
    private final Map<RepositoryName, Long> numbers;
    private final AppApi api;
    private final Index index;
    private final Duration renewBefore;
    private final Clock clock;
    private final Consumer<InstallationEvent> events;
    private final String key;

    Minting(
            App app,
            long installation,
            Reach reach,
            Map<RepositoryName, Long> numbers,
            AppApi api,
            Index index,
            Duration renewBefore,
            Clock clock,
            Consumer<InstallationEvent> events) {
        this.app = app;
        this.installation = installation;
        this.reach = reach;
        this.numbers = numbers;
        this.api = api;
        this.index = index;
        this.renewBefore = renewBefore;
        this.clock = clock;
        this.events = events;
        this.key = "installation-token:" + Digest.of(parts());
    }

    private List<String> parts() {
        List<String> parts = new ArrayList<>(List.of(app.api(), app.id(), Long.toString(installation)));
        if (reach.wholeInstallation()) {
            parts.add("all");
        } else {
            reach.repositories().stream().map(this::repository).sorted().forEach(parts::add);
        }
        // No repository's part begins like this, so the two lists cannot be mistaken for one another.
        parts.add("/");
        reach.permissions().levels().forEach((name, level) -> parts.add(name + "=" + level));
        if (!reach.holder().isEmpty()) {
            parts.add("/held-by:" + reach.holder());
        }
        return parts;
    }

    private String repository(RepositoryName repository) {
        Long number = numbers.get(repository);
        return number == null ? "name:" + repository.nameKey() : "id:" + number;
    }

    /** Its written form. */
    private record Written(int v, String token, long expiresAt, List<String> repositories) {

        @Override
        public String toString() {
            return "Written[secret]";
        }
    }

    @Override
    public String key() {
        return key;
    }

    @Override
    public boolean isGood(InstallationToken known) {
        return livesFor(known, renewBefore);
    }

    @Override
    public boolean isBetterThanNothing(InstallationToken known) {
        return livesFor(known, SHORTEST_LIFE);
    }

    private boolean livesFor(InstallationToken token, Duration time) {
        return !clock.instant().plus(time).isAfter(token.expiresAt());
    }

    @Override
    public Mono<InstallationToken> fetch() {
        Instant noted = clock.instant().plus(NOTED);
        return Flux.fromIterable(reach.repositories())
                .concatMap(repository -> index.note(app, repository, key, noted))
                .then(Mono.defer(this::mint));
    }

    private Mono<InstallationToken> mint() {
        long start = System.nanoTime();
        return api.mint(app, installation, reach, numbers)
                .doOnNext(token -> events.accept(new InstallationEvent.Minted(
                        Duration.ofNanos(System.nanoTime() - start),
                        installation,
                        String.join(",", token.repositories()),
                        TokenHash.of(token.reveal()))));
    }

    @Override
    public Instant end(InstallationToken fetched) {
        return fetched.expiresAt();
    }

    @Override
    public byte[] write(InstallationToken fetched) {
        return JSON.writeValueAsBytes(
                new Written(1, fetched.reveal(), fetched.expiresAt().toEpochMilli(), fetched.repositories()));
    }

    @Override
    public InstallationToken read(byte[] bytes) {
        Written written = JSON.readValue(bytes, Written.class);
        return new InstallationToken(
                Secret.of(written.token()), Instant.ofEpochMilli(written.expiresAt()), written.repositories());
    }
}
