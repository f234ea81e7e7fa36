package dev.latchkey.gateway.installation;

import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import java.time.Clock;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Hands out installation tokens of the gateway's GitHub Apps to whoever needs one without holding an App's key.
 *
 * <p>One token serves all who ask for the same reach, on all nodes, until shortly before its end. Where a repository's
 * installation is, and that it has none, is remembered as well; a webhook or {@link #invalidate} ends what is remembered.
 */
public final class InstallationTokens implements AutoCloseable {

    private final Apps apps;
    private final AppApi api;
    private final Index index;
    private final Haste haste;
    private final OnceForAll<Location> locations;
    private final OnceForAll<InstallationToken> tokens;
    private final BrokerProperties properties;
    private final Clock clock;
    private final Consumer<InstallationEvent> events;

    InstallationTokens(
            Apps apps,
            AppApi api,
            Index index,
            Haste haste,
            OnceForAll<Location> locations,
            OnceForAll<InstallationToken> tokens,
            BrokerProperties properties,
            Clock clock,
            Consumer<InstallationEvent> events) {
        this.apps = apps;
        this.api = api;
        this.index = index;
        this.haste = haste;
        this.locations = locations;
        this.tokens = tokens;
        this.properties = properties;
        this.clock = clock;
        this.events = events;
    }

    /** Whether there is an App to hand out tokens of. */
    public boolean isOn() {
        return !apps.all().isEmpty();
    }

    /**
     * A token of exactly that reach, with at least the configured time to live. If GitHub fails, it may be an older one that
     * lives for another minute at least.
     *
     * @return fails with {@code installation.missing}, {@code installation.suspended}, {@code installation.permissions},
     *     {@code github.limited}, {@code github.app.refused}, {@code github.refused}, {@code github.broken},
     *     {@code github.unreachable}, {@code github.timeout} or {@code store.unavailable}
     */
    public Mono<InstallationToken> token(Reach reach) {
        return Mono.defer(() -> token(apps.of(reach.first().owner()), reach))
                .doOnError(Problem.class, problem -> events.accept(new InstallationEvent.Failed(problem.code())));
    }

    /**
     * The number of the installation that has a repository.
     *
     * @return fails as {@link #token} does
     */
    public Mono<Long> installationOf(RepositoryName repository) {
        return Mono.defer(() -> locations.get(locating(apps.of(repository.owner()), repository)))
                .map(location -> found(location).installation());
    }

    /**
     * Forgets a repository's tokens because one of them was found dead, and what is known of its installation. The next who
     * asks gets a new one.
     *
     * @return fails with {@code installation.haste} if that was asked for too often in this minute
     */
    public Mono<Void> invalidate(RepositoryName repository) {
        return Mono.defer(() -> {
            App app = apps.of(repository.owner());
            return haste.check(app, repository).then(forget(index.recordsOf(app, repository)));
        });
    }

    /**
     * Takes in a webhook of the events {@code installation}, {@code installation_repositories} and {@code repository}; others
     * change nothing. Its signature was verified before.
     */
    public Mono<Void> heard(String event, String payload) {
        HeardOf heard = HeardOf.read(event, payload);
        String owner = heard.owner();
        Flux<String> ofOwner = owner == null ? Flux.empty() : recordsOf(owner);
        Flux<String> ofRepositories = Flux.fromIterable(heard.repositories()).concatMap(this::recordsOf);
        return forget(ofOwner.concatWith(ofRepositories));
    }

    private Flux<String> recordsOf(String owner) {
        return Flux.fromIterable(apps.all())
                .filter(app -> app.isFor(owner))
                .concatMap(app -> index.recordsOf(app, owner));
    }

    private Flux<String> recordsOf(RepositoryName repository) {
        return Flux.fromIterable(apps.all())
                .filter(app -> app.isFor(repository.owner()))
                .concatMap(app -> index.recordsOf(app, repository));
    }

    private Mono<Void> forget(Flux<String> records) {
        return records.distinct().concatMap(this::forget).then();
    }

    private Mono<Void> forget(String record) {
        return record.startsWith(Locating.KIND) ? locations.forget(record) : tokens.forget(record);
    }

    private Mono<InstallationToken> token(App app, Reach reach) {
        return attempt(app, reach)
                // What was known of the installation is out of date, or there is none any more.
                .onErrorResume(
                        InstallationGone.class,
                        gone -> forget(locationsOf(app, reach)).then(Mono.defer(() -> attempt(app, reach))))
                .onErrorResume(InstallationGone.class, gone -> refuse(app, reach, ProblemCode.INSTALLATION_MISSING));
    }

    private Mono<InstallationToken> attempt(App app, Reach reach) {
        return locate(app, reach).flatMap(found -> mint(app, reach, found));
    }

    private Flux<String> locationsOf(App app, Reach reach) {
        return Flux.fromIterable(reach.repositories())
                .map(repository -> locating(app, repository).key());
    }

    /** One installation, and the numbers of those repositories that have to be named by number. */
    private record Place(long installation, Map<RepositoryName, Long> numbers) {}

    private Mono<Place> locate(App app, Reach reach) {
        return Flux.fromIterable(reach.repositories())
                .flatMapSequential(repository -> locations.get(locating(app, repository)))
                .collectList()
                .map(found -> place(reach, found));
    }

    private static Place place(Reach reach, List<Location> locations) {
        Map<RepositoryName, Long> numbers = new TreeMap<>(Comparator.comparing(RepositoryName::key));
        long installation = found(locations.get(0)).installation();
        for (int i = 0; i < locations.size(); i++) {
            RepositoryName repository = reach.repositories().get(i);
            Location.Found found = found(locations.get(i));
            boolean leftItsOwner = !found.account().equalsIgnoreCase(repository.owner());
            if (found.installation() != installation || (reach.wholeInstallation() && leftItsOwner)) {
                // A token of the account that it went to is not what was asked for.
                throw Problem.of(ProblemCode.INSTALLATION_MISSING);
            }
            if (found.repository() != null) {
                numbers.put(repository, found.repository());
            }
        }
        return new Place(installation, numbers);
    }

    private static Location.Found found(Location location) {
        if (location instanceof Location.Found found) {
            return found;
        }
        throw Problem.of(((Location.Refused) location).why());
    }

    private Mono<InstallationToken> mint(App app, Reach reach, Place place) {
        Minting minting = new Minting(
                app, place.installation(), reach, place.numbers(), api, index, properties.renewBefore(), clock, events);
        return tokens.get(minting)
                .onErrorResume(
                        InstallationTokens::isSuspension,
                        problem -> refuse(app, reach, ProblemCode.INSTALLATION_SUSPENDED));
    }

    private static boolean isSuspension(Throwable failure) {
        return failure instanceof Problem problem && problem.code() == ProblemCode.INSTALLATION_SUSPENDED;
    }

    /** Remembers that there is no token for these, for the short time that such answers are believed. */
    private Mono<InstallationToken> refuse(App app, Reach reach, ProblemCode why) {
        return Flux.fromIterable(reach.repositories())
                .map(repository -> locating(app, repository))
                .concatMap(locating -> locations.put(locating, locating.refused(why)))
                .then(Mono.error(() -> Problem.of(why)));
    }

    private Locating locating(App app, RepositoryName repository) {
        return new Locating(app, repository, api, index, properties.negativeTtl(), clock);
    }

    @Override
    public void close() {
        locations.close();
        tokens.close();
        api.close();
    }
}
