package dev.latchkey.gateway.membership;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.latchkey.gateway.keys.KeyRing;
import dev.latchkey.gateway.keys.Unsealable;
import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.provider.GitHub;
import dev.latchkey.gateway.session.PersonId;
import dev.latchkey.gateway.store.Store;
import dev.latchkey.gateway.vault.TokenVault;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * What people belong to at GitHub, asked with their own tokens and remembered.
 *
 * <p>An answer has four ages. <em>Believed</em>: it counts. <em>Ageing</em>, for as long again: it counts, and GitHub is
 * asked beside the request. <em>Old</em>: the request waits for GitHub; if GitHub cannot be asked, what was last known
 * counts. <em>Stale</em>: nothing is known, which is a 503 and never a no. A change that GitHub reports by webhook ends
 * all four at once on every node.
 */
public final class Memberships implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Memberships.class);
    private static final int NEAR_READINGS = 200_000;
    private static final int NEAR_PEOPLE = 50_000;
    private static final int MOST_REPEATS = 2;
    /** How long a request waits for GitHub; the question itself goes on. */
    private static final Duration PATIENCE = Duration.ofSeconds(8);

    private static final Duration SHORT_PAUSE = Duration.ofSeconds(5);

    private final GitHubReader gitHub;
    private final TokenVault vault;
    private final Store store;
    private final KeyRing keys;
    private final Changes changes;
    private final Clock clock;
    private final long believed;
    private final long ageing;
    private final long stale;
    private final Cache<Key, Known> near;
    private final Map<Key, Mono<Known>> flights = new ConcurrentHashMap<>();
    private static final Standing ELSEWHERE = new Standing.Hidden(
            Problem.of(
                    ProblemCode.GITHUB_ACCOUNT_REQUIRED,
                    "This app is for members of organizations, teams or repositories at GitHub, and you are not signed in with GitHub"));

    /** Until when it is of no use to ask GitHub with a person's token, in milliseconds. */
    private final Cache<PersonId, Long> pauses = Caffeine.newBuilder()
            .maximumSize(NEAR_PEOPLE)
            .expireAfterWrite(Duration.ofHours(1))
            .build();

    /** Until when nothing is asked beside requests for people whose token has ended. */
    private final Cache<PersonId, Long> quiet = Caffeine.newBuilder()
            .maximumSize(NEAR_PEOPLE)
            .expireAfterWrite(Duration.ofMinutes(1))
            .build();

    private final Cache<PersonId, KnownGroups> groups =
            Caffeine.newBuilder().maximumSize(NEAR_PEOPLE).build();

    Memberships(
            MembershipProperties properties,
            GitHubReader gitHub,
            TokenVault vault,
            Store store,
            KeyRing keys,
            Clock clock) {
        this.gitHub = gitHub;
        this.vault = vault;
        this.store = store;
        this.keys = keys;
        this.clock = clock;
        this.changes = new Changes(store, keys, clock);
        this.believed = properties.believed().toMillis();
        this.stale = properties.stale().toMillis();
        this.ageing = Math.min(2 * believed, stale);
        this.near = Caffeine.newBuilder()
                .maximumSize(NEAR_READINGS)
                .expireAfterWrite(properties.stale().plus(properties.believed()))
                .build();
    }

    /** Whoever is not known by GitHub is a member of nothing at GitHub, and nobody asks. */
    private static boolean isElsewhere(PersonId person) {
        return !person.provider().equals(GitHub.ID);
    }

    private record Key(PersonId person, Question question) {}

    private record KnownGroups(
            @Nullable Reading organizations, @Nullable Reading teams, Groups groups) {

        boolean isOf(@Nullable Reading sameOrganizations, @Nullable Reading sameTeams) {
            return organizations == sameOrganizations && teams == sameTeams;
        }
    }

    /** GitHub reported a change while the answer was on its way. */
    private static final class Overtaken extends RuntimeException {

        Overtaken() {
            super("changed while it was asked for", null, false, false);
        }
    }

    // Asking

    /** The standing if this node can tell without waiting, or null. */
    public @Nullable Standing near(PersonId person, Claim claim) {
        if (isElsewhere(person)) {
            return ELSEWHERE;
        }
        return Reasoning.on(claim, question -> usable(new Key(person, question)))
                        instanceof Reasoning.Concluded concluded
                ? concluded.standing()
                : null;
    }

    /**
     * The standing, from GitHub if need be.
     *
     * @return fails with {@code membership.unknown} if GitHub cannot be asked and what was last known is too old, with
     *     {@code sign-in.required} if the person's token has ended
     */
    public Mono<Standing> ask(PersonId person, Claim claim) {
        if (isElsewhere(person)) {
            return Mono.just(ELSEWHERE);
        }
        return ask(person, claim, new HashMap<>());
    }

    private Mono<Standing> ask(PersonId person, Claim claim, Map<Question, Reading> had) {
        Reasoning reasoning = Reasoning.on(claim, question -> {
            Reading reading = had.get(question);
            return reading == null ? usable(new Key(person, question)) : reading;
        });
        if (reasoning instanceof Reasoning.Concluded concluded) {
            return Mono.just(concluded.standing());
        }
        Question missing = ((Reasoning.Lacks) reasoning).question();
        return load(new Key(person, missing)).flatMap(reading -> {
            had.put(missing, reading);
            return ask(person, claim, had);
        });
    }

    /** What backends are told, as far as it is known now; what is not known is asked for beside the request. */
    public Groups groups(PersonId person) {
        if (isElsewhere(person)) {
            return Groups.NONE;
        }
        Reading organizations = beside(new Key(person, Question.ORGANIZATIONS));
        Reading teams = beside(new Key(person, Question.TEAMS));
        if (organizations == null && teams == null) {
            return Groups.NONE;
        }
        KnownGroups known = groups.getIfPresent(person);
        if (known == null || !known.isOf(organizations, teams)) {
            known = new KnownGroups(organizations, teams, groupsOf(organizations, teams));
            groups.put(person, known);
        }
        return known.groups();
    }

    private static Groups groupsOf(@Nullable Reading organizations, @Nullable Reading teams) {
        return Groups.of(
                organizations == null ? Stream.empty() : organizations.entries(),
                teams == null ? Stream.empty() : teams.entries());
    }

    /**
     * Takes notice of a webhook event: what it touches is no longer believed, on any node.
     *
     * @param event the name in {@code X-GitHub-Event}
     */
    public Mono<Void> heard(String event, JsonNode payload) {
        Set<String> scopes = Event.scopesOf(event, payload);
        return scopes.isEmpty() ? Mono.empty() : changes.add(scopes);
    }

    /** Emits when GitHub has reported a change, on any node: what anybody was told before may not hold any more. */
    public Flux<Long> changes() {
        return changes.heard();
    }

    // Near

    /** The reading if it counts without waiting; asks beside the request when it ages. */
    private @Nullable Reading usable(Key key) {
        Known known = near.getIfPresent(key);
        if (known == null || known.isTouched(changes)) {
            return null;
        }
        long now = clock.millis();
        long age = now - known.reading().readAt();
        if (age < believed) {
            return known.reading();
        }
        boolean paused = isPaused(key.person(), now);
        if (age < ageing && mayAskBeside(key) && known.startsRefresh()) {
            refreshBeside(key, known);
        }
        return age < ageing || (paused && age < stale) ? known.reading() : null;
    }

    /** For what nobody waits for: the last known reading, until it is stale, rather than none for one request. */
    private @Nullable Reading beside(Key key) {
        Reading reading = usable(key);
        if (reading != null) {
            return reading;
        }
        if (mayAskBeside(key)) {
            flight(key).subscribe(known -> {}, failure -> told(key, failure));
        }
        Known known = near.getIfPresent(key);
        return known != null && counts(known) ? known.reading() : null;
    }

    /** True if the reading may serve where GitHub cannot be asked. */
    private boolean counts(Known known) {
        return clock.millis() - known.reading().readAt() < stale && !known.isTouched(changes);
    }

    private boolean mayAskBeside(Key key) {
        long now = clock.millis();
        Long until = quiet.getIfPresent(key.person());
        return !flights.containsKey(key) && !isPaused(key.person(), now) && (until == null || now >= until);
    }

    private void refreshBeside(Key key, Known known) {
        flight(key).doFinally(signal -> known.endRefresh()).subscribe(fresh -> {}, failure -> told(key, failure));
    }

    private static void told(Key key, Throwable failure) {
        if (isWithoutToken(failure)) {
            // The next question that somebody waits for leads to a new sign-in.
            return;
        }
        LOG.info(
                "Memberships of {} ({}) could not be read: {}",
                key.person(),
                key.question().key(),
                failure.toString());
    }

    private boolean isPaused(PersonId person, long now) {
        Long until = pauses.getIfPresent(person);
        return until != null && now < until;
    }

    // Loading

    private Mono<Reading> load(Key key) {
        return flight(key).map(Known::reading).timeout(PATIENCE).onErrorResume(failure -> lastKnown(key, failure));
    }

    /** One flight for all who wait. It goes on when they do not. */
    private Mono<Known> flight(Key key) {
        return flights.computeIfAbsent(key, this::takeOff);
    }

    private Mono<Known> takeOff(Key key) {
        return stored(key)
                .flatMap(known -> isFresh(known) ? Mono.just(known) : fetch(key, known.reading()))
                .switchIfEmpty(Mono.defer(() -> fetch(key, null)))
                .doOnError(failure -> pause(key.person(), failure))
                .doOnTerminate(() -> flights.remove(key))
                .cache();
    }

    private boolean isFresh(Known known) {
        return clock.millis() - known.reading().readAt() < believed && !known.isTouched(changes);
    }

    /** What this or another node read last, whatever its age: at least it saves quota. */
    private Mono<Known> stored(Key key) {
        return changes.known()
                .then(Mono.defer(() -> store.get(Reading.keyOf(key.person(), key.question()))))
                .mapNotNull(bytes -> Reading.open(keys, key.person(), key.question(), bytes))
                .map(reading -> remember(key, reading))
                .onErrorResume(Unsealable.class, e -> Mono.empty())
                .onErrorResume(JacksonException.class, e -> Mono.empty())
                .switchIfEmpty(Mono.fromSupplier(() -> near.getIfPresent(key)));
    }

    private Known remember(Key key, Reading reading) {
        Known known = near.getIfPresent(key);
        if (known != null && known.reading().readAt() > reading.readAt()) {
            return known;
        }
        Known fresh = new Known(reading, reading.scopes(key.person(), key.question()));
        near.put(key, fresh);
        return fresh;
    }

    private Mono<Known> fetch(Key key, @Nullable Reading known) {
        return Mono.defer(() -> fetchOnce(key, known))
                .retryWhen(Retry.max(MOST_REPEATS).filter(Overtaken.class::isInstance));
    }

    private Mono<Known> fetchOnce(Key key, @Nullable Reading known) {
        if (isPaused(key.person(), clock.millis())) {
            return Mono.error(new Unanswered("GitHub is not to be asked for a while", Duration.ZERO));
        }
        long seq = changes.newest();
        long begun = clock.millis();
        return vault.fresh(key.person())
                .flatMap(token -> gitHub.read(key.person(), key.question(), token, known))
                .map(found -> Reading.of(seq, begun, found.outcome(), found.ssoUrl(), found.pages()))
                .flatMap(reading -> keep(key, reading));
    }

    private Mono<Known> keep(Key key, Reading reading) {
        Known fresh = remember(key, reading);
        if (fresh.isTouched(changes)) {
            return Mono.error(new Overtaken());
        }
        Instant end = Instant.ofEpochMilli(reading.readAt() + stale);
        byte[] record = reading.seal(keys, key.person(), key.question());
        return store.put(Reading.keyOf(key.person(), key.question()), record, end)
                .onErrorResume(failure -> {
                    LOG.warn("What GitHub said could not be kept: {}", failure.toString());
                    return Mono.empty();
                })
                .thenReturn(fresh);
    }

    // When GitHub cannot be asked

    /** Nobody is kept waiting for having no token: a new sign-in brings one at any moment. */
    private void pause(PersonId person, Throwable failure) {
        if (isWithoutToken(failure)) {
            quiet.put(person, clock.millis() + SHORT_PAUSE.toMillis());
            return;
        }
        Duration wait = failure instanceof Unanswered unanswered ? unanswered.pause() : SHORT_PAUSE;
        long until = clock.millis() + wait.toMillis();
        pauses.asMap().merge(person, until, Math::max);
    }

    private static boolean isWithoutToken(Throwable failure) {
        return failure instanceof Problem problem && problem.code() == ProblemCode.SIGN_IN_REQUIRED;
    }

    private Mono<Reading> lastKnown(Key key, Throwable failure) {
        if (isWithoutToken(failure)) {
            return Mono.error(failure);
        }
        Known known = near.getIfPresent(key);
        if (known != null && counts(known)) {
            return Mono.just(known.reading());
        }
        return Mono.error(unknown(key, failure));
    }

    private Problem unknown(Key key, Throwable failure) {
        Throwable cause =
                failure instanceof TimeoutException ? new Unanswered("GitHub takes too long", SHORT_PAUSE) : failure;
        Long until = pauses.getIfPresent(key.person());
        long wait = until == null ? 0 : until - clock.millis();
        return Problem.of(ProblemCode.MEMBERSHIP_UNKNOWN)
                .retryAfter(Duration.ofMillis(Math.max(wait, 1000)))
                .causedBy(cause);
    }

    @Override
    public void close() {
        changes.close();
    }
}
