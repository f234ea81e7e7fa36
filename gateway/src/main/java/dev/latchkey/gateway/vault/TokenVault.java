package dev.latchkey.gateway.vault;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.provider.AccessToken;
import dev.latchkey.gateway.provider.GitHub;
import dev.latchkey.gateway.provider.ProviderToken;
import dev.latchkey.gateway.session.PersonId;
import dev.latchkey.gateway.store.Store;
import dev.latchkey.gateway.watch.Span;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * The provider tokens of the people who are signed in: one for each person and provider, shared by all that person's
 * sessions, because GitHub keeps ten of an app and silently revokes the oldest.
 *
 * <p>A token is kept sealed and ends with the person's last session. It is renewed some minutes before its end, beside the
 * requests that go on using it; only one that is of no more use is waited for. This node remembers tokens for half a
 * minute; a change on another node arrives as a message.
 */
public final class TokenVault implements AutoCloseable {

    private static final long NEAR = Duration.ofSeconds(30).toMillis();
    private static final int NEAR_TOKENS = 100_000;

    private final StoredTokens tokens;
    private final Refresher refresher;
    private final TokenSources sources;
    private final Life life;
    private final Expected expected;
    private final Clock clock;
    private final Disposable changes;
    private final AtomicLong heard = new AtomicLong();
    private final Map<PersonId, Sinks.One<Held>> lookUps = new ConcurrentHashMap<>();
    private final Cache<PersonId, Held> near =
            Caffeine.newBuilder().maximumSize(NEAR_TOKENS).build();

    TokenVault(
            StoredTokens tokens, Refresher refresher, TokenSources sources, Life life, Expected expected, Clock clock) {
        this.tokens = tokens;
        this.refresher = refresher;
        this.sources = sources;
        this.life = life;
        this.expected = expected;
        this.clock = clock;
        this.changes = tokens.changes().subscribe(this::hearChange);
    }

    /** Who sees to it that a token is renewed in time. */
    interface Expected {

        Mono<Void> expect(PersonId person, TokenRecord record);
    }

    /** A token near at hand, with all that a request needs to know of it. */
    private record Held(
            Mono<AccessToken> served,
            AccessToken token,
            @Nullable Long expiresAt,
            long servableUntil,
            long renewFrom,
            long believedUntil) {

        static Held of(TokenRecord record, PersonId person, Life life, long now) {
            return new Held(
                    Mono.just(record.token().accessToken()),
                    record.token().accessToken(),
                    record.expiresAt(),
                    Life.servableUntil(record),
                    life.renewFrom(record, person.hashCode()),
                    now + NEAR);
        }

        boolean isServable(long now) {
            return now < servableUntil;
        }
    }

    /**
     * Keeps what a sign-in brought, until the end of that session at the latest. An earlier token, which nobody will be
     * given any more, goes back to the provider.
     */
    public Mono<Void> keep(PersonId person, ProviderToken token, Instant end) {
        TokenRecord record = TokenRecord.of(token, clock.instant());
        return tokens.put(person, record, end)
                .doOnSuccess(replaced -> forget(person))
                .filter(replaced -> !replaced.record().isSamePair(record))
                .doOnNext(replaced ->
                        sources.of(person).giveBack(replaced.record().token().accessToken()))
                .then(Mono.defer(() -> expected.expect(person, record)));
    }

    /** Ends, at that provider, what a sign-in brought that came to nothing: nobody will ever be given it. */
    public void giveBack(String provider, ProviderToken token) {
        sources.of(provider).giveBack(token.accessToken());
    }

    /** Keeps what a sign-in brought at least until then, for something that lasts longer than the session. */
    public Mono<Void> keepUntil(PersonId person, Instant end) {
        return tokens.extend(person, end);
    }

    /** What the provider granted with the person's token; empty if there is none. */
    public Mono<Set<String>> scopes(PersonId person) {
        return tokens.find(person).map(kept -> Set.copyOf(kept.record().scopes()));
    }

    /**
     * A GitHub token that works, with at least a minute to live if the provider gives such.
     *
     * <p>People of other providers have none, and the one they have of theirs goes to nobody who asks for GitHub's.
     *
     * @return fails with {@code github.account-required} for those; with {@code sign-in.required} if there is none and only signing in again can change that; with {@code
     *     token.unavailable} or {@code store.unavailable} if waiting can
     */
    public Mono<AccessToken> fresh(PersonId person) {
        if (!person.provider().equals(GitHub.ID)) {
            return Mono.error(Problem.of(ProblemCode.GITHUB_ACCOUNT_REQUIRED));
        }
        Held held = near.getIfPresent(person);
        long now = clock.millis();
        if (held != null && now < held.believedUntil() && held.isServable(now)) {
            return serve(person, held, now);
        }
        return Mono.defer(() -> found(person))
                .flatMap(found -> {
                    long then = clock.millis();
                    return found.isServable(then) ? serve(person, found, then) : renewed(person);
                })
                .switchIfEmpty(Mono.error(TokenVault::over));
    }

    /**
     * When a token that was handed out a moment ago dies, as far as this node knows.
     *
     * @return null if it does not by itself, or if it has been replaced since
     */
    public @Nullable Instant endOf(PersonId person, AccessToken token) {
        Held held = near.getIfPresent(person);
        Long end = held == null || !held.token().equals(token) ? null : held.expiresAt();
        return end == null ? null : Instant.ofEpochMilli(end);
    }

    private Mono<AccessToken> serve(PersonId person, Held held, long now) {
        if (now >= held.renewFrom() && !refresher.isResting(person)) {
            renewed(person).subscribe(token -> {}, e -> {});
        }
        return held.served();
    }

    private Mono<AccessToken> renewed(PersonId person) {
        return Mono.defer(() -> {
            long before = heard.get();
            return Span.around("token refresh", refresher.renew(person))
                    .flatMap(record -> remember(person, record, before).served())
                    .onErrorMap(TokenOver.class, e -> over());
        });
    }

    /** One look-up serves all who wait for it; none that began before a change serves who comes after it. */
    private Mono<Held> found(PersonId person) {
        Sinks.One<Held> mine = Sinks.one();
        Sinks.One<Held> running = lookUps.putIfAbsent(person, mine);
        if (running != null) {
            return running.asMono();
        }
        lookUp(person)
                .doFinally(signal -> lookUps.remove(person, mine))
                .subscribe(mine::tryEmitValue, mine::tryEmitError, mine::tryEmitEmpty);
        return mine.asMono();
    }

    private Mono<Held> lookUp(PersonId person) {
        long before = heard.get();
        return tokens.find(person).map(kept -> remember(person, kept.record(), before));
    }

    /** What was read before a change was heard of may be what it changed. */
    private Held remember(PersonId person, TokenRecord record, long before) {
        Held held = Held.of(record, person, life, clock.millis());
        near.put(person, held);
        if (heard.get() != before) {
            near.invalidate(person);
        }
        return held;
    }

    private static Problem over() {
        return Problem.of(ProblemCode.SIGN_IN_REQUIRED, "Your sign-in with GitHub has ended. Sign in again");
    }

    private void hearChange(String message) {
        heard.incrementAndGet();
        if (message.equals(Store.GAP)) {
            near.invalidateAll();
            lookUps.clear();
            return;
        }
        int colon = message.indexOf(':');
        forget(new PersonId(message.substring(0, colon), message.substring(colon + 1)));
    }

    private void forget(PersonId person) {
        heard.incrementAndGet();
        near.invalidate(person);
        lookUps.remove(person);
        refresher.wake(person);
    }

    @Override
    public void close() {
        changes.dispose();
    }
}
