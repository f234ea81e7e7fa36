package dev.latchkey.gateway.installation;

import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import tools.jackson.databind.json.JsonMapper;

/** Seeks the installation that a repository belongs to. That there is none is kept too, for a short time. */
final class Locating implements Sought<Location> {

    /** How its records' keys begin. */
    static final String KIND = "installation:";

    /** A mint proves that it still holds, so a long time does no harm. */
    private static final Duration BELIEVED = Duration.ofHours(24);

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final App app;
    private final RepositoryName repository;
    private final AppApi api;
    private final Index index;
    private final Duration negativeTtl;
    private final Clock clock;
    private final String key;

    Locating(App app, RepositoryName repository, AppApi api, Index index, Duration negativeTtl, Clock clock) {
        this.app = app;
        this.repository = repository;
        this.api = api;
        this.index = index;
        this.negativeTtl = negativeTtl;
        this.clock = clock;
        this.key = KIND + Digest.of(List.of(app.api(), app.id(), repository.key()));
    }

    /** Its written form: a number or a reason, and until when. */
    private record Written(
            int v,
            @Nullable Long installation,
            @Nullable String account,
            @Nullable Long repository,
            @Nullable String refused,
            long until) {}

    @Override
    public String key() {
        return key;
    }

    @Override
    public boolean isGood(Location known) {
        return clock.instant().isBefore(known.until());
    }

    @Override
    public boolean isBetterThanNothing(Location known) {
        return false;
    }

    @Override
    public Mono<Location> fetch() {
        return index.note(app, repository, key, clock.instant().plus(BELIEVED))
                .then(Mono.defer(() -> api.installationOf(app, repository)))
                .map(this::location)
                .onErrorResume(Problem.class, this::remembered);
    }

    private Location location(AppApi.Installation found) {
        return found.suspended()
                ? refused(ProblemCode.INSTALLATION_SUSPENDED)
                : new Location.Found(
                        found.id(),
                        found.account(),
                        found.repository(),
                        clock.instant().plus(BELIEVED));
    }

    private Mono<Location> remembered(Problem problem) {
        boolean answer = problem.code() == ProblemCode.INSTALLATION_MISSING
                || problem.code() == ProblemCode.INSTALLATION_SUSPENDED;
        return answer ? Mono.just(refused(problem.code())) : Mono.error(problem);
    }

    Location refused(ProblemCode why) {
        return new Location.Refused(why, clock.instant().plus(negativeTtl));
    }

    @Override
    public Instant end(Location fetched) {
        return fetched.until();
    }

    @Override
    public byte[] write(Location fetched) {
        long until = fetched.until().toEpochMilli();
        Written written = fetched instanceof Location.Found found
                ? new Written(1, found.installation(), found.account(), found.repository(), null, until)
                : new Written(
                        1, null, null, null, ((Location.Refused) fetched).why().name(), until);
        return JSON.writeValueAsBytes(written);
    }

    @Override
    public Location read(byte[] bytes) {
        Written written = JSON.readValue(bytes, Written.class);
        Instant until = Instant.ofEpochMilli(written.until());
        Long installation = written.installation();
        return installation != null
                ? new Location.Found(installation, String.valueOf(written.account()), written.repository(), until)
                : new Location.Refused(ProblemCode.valueOf(String.valueOf(written.refused())), until);
    }
}
