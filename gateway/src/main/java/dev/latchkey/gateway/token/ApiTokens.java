package dev.latchkey.gateway.token;

import dev.latchkey.gateway.keys.Secret;
import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.session.OpenStreams;
import dev.latchkey.gateway.session.Person;
import dev.latchkey.gateway.session.PersonId;
import dev.latchkey.gateway.store.Store;
import dev.latchkey.gateway.vault.TokenEndings;
import dev.latchkey.gateway.vault.TokenNeed;
import dev.latchkey.gateway.vault.TokenVault;
import dev.latchkey.gateway.watch.Audit;
import dev.latchkey.gateway.watch.AuditEvent;
import dev.latchkey.gateway.watch.AuditEvent.Action;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * The API tokens of all people. A token says who somebody is, and no more: whether that person may use an app is decided
 * for each request, as it is for a session. It ends when its owner says so or its day has come, and when the provider takes
 * the owner's grant for over; not with a session. As long as it lives, so does the provider token of its owner, with which
 * memberships are asked for.
 */
public final class ApiTokens implements TokenNeed, AutoCloseable {

    /** How many a person may have at once. */
    public static final int MOST = 50;

    public static final Duration SHORTEST_LIFE = Duration.ofMinutes(1);
    public static final Duration LONGEST_LIFE = Duration.ofDays(366);

    private static final Logger LOG = LoggerFactory.getLogger(ApiTokens.class);
    private static final String KIND = "api-token";
    private static final int LONGEST_NAME = 100;
    private static final int MOST_ROUTES = 50;
    private static final Pattern ROUTE = Pattern.compile("[a-z0-9][a-z0-9._-]{0,62}");
    private static final Duration LOOK_EVERY = Duration.ofSeconds(30);

    private final StoredApiTokens stored;
    private final NearTokens near;
    private final TokenVault vault;
    private final TokenEndings endings;
    private final OpenStreams streams;
    private final Clock clock;
    private final Audit audit;
    private final SecureRandom random = new SecureRandom();
    private final Disposable work;

    ApiTokens(
            StoredApiTokens stored,
            NearTokens near,
            TokenVault vault,
            TokenEndings endings,
            OpenStreams streams,
            Clock clock,
            Audit audit) {
        this.stored = stored;
        this.near = near;
        this.vault = vault;
        this.endings = endings;
        this.streams = streams;
        this.clock = clock;
        this.audit = audit;
        this.work = Disposables.composite(
                stored.changes().subscribe(this::hear),
                Flux.interval(LOOK_EVERY)
                        .onBackpressureDrop()
                        .concatMap(tick -> look())
                        .subscribe());
    }

    /**
     * What was made.
     *
     * @param text shown to its owner once, and kept by nobody
     */
    public record Made(ApiToken token, Secret text) {}

    /**
     * Makes a token for somebody who is signed in.
     *
     * @param routes ids of routes, whether or not there are such by now; or {@link ApiToken#EVERY_ROUTE} alone
     * @param life from {@link #SHORTEST_LIFE} to {@link #LONGEST_LIFE}
     * @return fails with {@code api-token.unfit} or {@code api-token.full}
     */
    public Mono<Made> make(Person person, String name, List<String> routes, Duration life) {
        return Mono.fromCallable(() -> {
                    check(name, routes, life);
                    Instant now = clock.instant();
                    return made(person, name, routes, now, now.plus(life), fresh(), null);
                })
                .flatMap(this::put);
    }

    /** A text that no token has. */
    public Secret fresh() {
        return TokenText.fresh(random);
    }

    /**
     * Makes a token for a service that hands it out in a form of its own; in the form of this one it is good nowhere. Made
     * twice of the same text it is the same token.
     *
     * @param text from {@link #fresh()}
     * @param family names those that end together
     * @return fails with {@code api-token.unfit} or {@code api-token.full}
     */
    public Mono<Made> makeInFamily(
            Secret text, String family, Person person, String name, List<String> routes, Instant madeAt, Instant end) {
        return Mono.fromCallable(() -> {
                    check(name, routes, Duration.between(madeAt, end));
                    return made(person, name, routes, madeAt, end, text, family);
                })
                .flatMap(this::put);
    }

    private static Made made(
            Person person,
            String name,
            List<String> routes,
            Instant from,
            Instant end,
            Secret text,
            @Nullable String family) {
        return new Made(new ApiToken(TokenText.idOf(text), person, name.strip(), routes, from, end, family), text);
    }

    private Mono<Made> put(Made made) {
        PersonId person = made.token().person().id();
        return stored.put(made.token())
                .then(Mono.defer(() -> checkNumber(made.token())))
                .then(Mono.defer(() -> vault.keepUntil(person, made.token().end())))
                .doOnSuccess(kept -> audit.tell(event(Action.API_TOKEN_MADE, made.token())
                        .with("routes", String.join(",", made.token().routes()))
                        .with("expires", made.token().end().toString())
                        .withToken(made.text().reveal())))
                .thenReturn(made);
    }

    private static AuditEvent event(Action action, ApiToken token) {
        return AuditEvent.success(action).of(token.person().id().toString()).with("token", token.id());
    }

    private static void check(String name, List<String> routes, Duration life) {
        if (name.isBlank() || name.length() > LONGEST_NAME || name.chars().anyMatch(Character::isISOControl)) {
            throw unfit("Give the token a name of at most " + LONGEST_NAME + " characters");
        }
        if (life.compareTo(SHORTEST_LIFE) < 0 || life.compareTo(LONGEST_LIFE) > 0) {
            throw unfit("A token lives from " + SHORTEST_LIFE.toSeconds() + " seconds to " + LONGEST_LIFE.toDays()
                    + " days");
        }
        if (!isFit(routes)) {
            throw unfit("Name from 1 to " + MOST_ROUTES + " routes by their ids, or none for all of them");
        }
    }

    /** Whether a token can be for these: {@link ApiToken#EVERY_ROUTE} alone, or a few ids. */
    public static boolean isFit(List<String> routes) {
        boolean named = !routes.isEmpty()
                && routes.size() <= MOST_ROUTES
                && routes.stream().allMatch(route -> ROUTE.matcher(route).matches());
        return named || routes.equals(List.of(ApiToken.EVERY_ROUTE));
    }

    private static Problem unfit(String why) {
        return Problem.of(ProblemCode.API_TOKEN_UNFIT, why);
    }

    /** Counted after it is in: of two that are made at once, both may be too many, but never one too few. */
    private Mono<Void> checkNumber(ApiToken token) {
        return stored.of(token.person().id())
                .count()
                .flatMap(count -> count <= MOST
                        ? Mono.empty()
                        : near.delete(token).then(Mono.error(Problem.of(ProblemCode.API_TOKENS_FULL))));
    }

    /** The tokens of a person, the newest first. */
    public Flux<ApiToken> list(PersonId person) {
        return stored.of(person).sort(Comparator.comparing(ApiToken::madeAt).reversed());
    }

    /** Ends a token of that person and its family on every node; false if the person has none of that id. */
    public Mono<Boolean> end(PersonId person, String id) {
        return stored.of(person)
                .filter(token -> token.id().equals(id))
                .next()
                .flatMap(token -> endAll(token)
                        .doOnSuccess(ended ->
                                audit.tell(event(Action.API_TOKEN_ENDED, token).with("reason", "ended")))
                        .then(endings.needEnded(person))
                        .thenReturn(true))
                .defaultIfEmpty(false);
    }

    /** Looks again until none is left: another node may be making one from one that is about to end. */
    private Mono<Void> endAll(ApiToken one) {
        return stored.of(one.person().id())
                .filter(token -> token.endsWith(one))
                .collectList()
                .flatMap(left -> left.isEmpty()
                        ? Mono.empty()
                        : Flux.fromIterable(left).concatMap(near::delete).then(Mono.defer(() -> endAll(one))));
    }

    /**
     * The token that is written so, if it is good: no look-up in the store while it is near.
     *
     * @param address where it was shown from
     */
    public Mono<ApiToken> find(Secret text, String address) {
        return TokenText.isWhole(text.reveal()) ? near.find(TokenText.idOf(text), address) : Mono.empty();
    }

    public static String handle(ApiToken token) {
        return KIND + ':' + token.id();
    }

    /** Somebody has signed in: what their tokens say of them is put right, and what they live by is kept for them. */
    public Mono<Void> signedIn(Person person) {
        return stored.of(person.id())
                .concatMap(token -> token.person().equals(person)
                        ? Mono.just(token)
                        : stored.describe(token, person).thenReturn(token))
                .map(ApiToken::end)
                .reduce((one, other) -> one.isAfter(other) ? one : other)
                .flatMap(end -> vault.keepUntil(person.id(), end));
    }

    @Override
    public Mono<Boolean> isThere(PersonId person) {
        return stored.of(person).hasElements();
    }

    @Override
    public Mono<Void> revoked(PersonId person) {
        return stored.of(person)
                .concatMap(token -> near.delete(token)
                        .doOnSuccess(ended ->
                                audit.tell(event(Action.API_TOKEN_ENDED, token).with("reason", "revoked"))))
                .then();
    }

    private void hear(String message) {
        near.hear(message);
        if (message.equals(Store.GAP)) {
            closeOrphans();
        } else {
            closeIfOver(KIND + ':' + message);
        }
    }

    /** What has to be done now and then, beside the requests. */
    private Mono<Void> look() {
        closeOrphans();
        return Flux.fromIterable(near.takeSeen())
                .concatMap(person -> endings.used(person, clock.instant()))
                .then()
                .onErrorResume(e -> {
                    LOG.warn("Whether people's grants still hold could not be looked at: {}", e.toString());
                    return Mono.empty();
                });
    }

    /** Streams whose token has ended, by its day or without a message. */
    private void closeOrphans() {
        streams.credentials(KIND).forEach(this::closeIfOver);
    }

    private void closeIfOver(String handle) {
        stored.find(handle.substring(KIND.length() + 1))
                .hasElement()
                .subscribe(
                        alive -> {
                            if (!alive) {
                                streams.close(handle);
                            }
                        },
                        e -> LOG.warn("Open streams could not be checked: {}", e.toString()));
    }

    @Override
    public void close() {
        work.dispose();
    }
}
