package dev.latchkey.gateway.vault;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.latchkey.gateway.keys.KeyRing;
import dev.latchkey.gateway.keys.Unsealable;
import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.session.PersonId;
import dev.latchkey.gateway.store.Store;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;

/**
 * The provider tokens of the people who are signed in: one for each person and provider, shared by all that person's
 * sessions, because GitHub keeps ten of an app and silently revokes the oldest.
 *
 * <p>A token is kept sealed and ends with the person's last session. This node remembers it for some seconds; a change
 * on another node arrives as a message.
 */
public final class TokenVault implements AutoCloseable {

    private static final String CHANGED = "token-changed";
    /** A token is worth handing out only if the backend has time to use it. */
    private static final Duration SHORTEST_LIFE = Duration.ofSeconds(60);

    private static final Duration NEAR = Duration.ofSeconds(30);
    private static final int NEAR_TOKENS = 50_000;

    private final Store store;
    private final KeyRing keys;
    private final Clock clock;
    private final Disposable changes;
    private final Cache<String, ProviderToken> near = Caffeine.newBuilder()
            .maximumSize(NEAR_TOKENS)
            .expireAfterWrite(NEAR)
            .build();

    TokenVault(Store store, KeyRing keys, Clock clock) {
        this.store = store;
        this.keys = keys;
        this.clock = clock;
        this.changes = store.listen(CHANGED).subscribe(this::hearChange);
    }

    /** Keeps what a sign-in brought, in place of any earlier token, until that session's end at the latest. */
    public Mono<Void> keep(PersonId person, ProviderToken token, Instant end) {
        return store.put(keyOf(person), TokenRecord.seal(keys, person, token), end)
                .then(Mono.defer(() -> announce(person)));
    }

    /**
     * A token that works, with at least a minute to live.
     *
     * @return fails with {@code sign-in.required} if there is none, or {@code store.unavailable}
     */
    public Mono<AccessToken> fresh(PersonId person) {
        ProviderToken known = near.getIfPresent(person.toString());
        if (known != null && isFresh(known)) {
            return Mono.just(known.accessToken());
        }
        return find(person)
                .filter(this::isFresh)
                .doOnNext(token -> near.put(person.toString(), token))
                .map(ProviderToken::accessToken)
                .switchIfEmpty(Mono.error(() -> Problem.of(
                        ProblemCode.SIGN_IN_REQUIRED, "Your GitHub token has ended. Sign in again to get a new one")));
    }

    /** Forgets a person's token everywhere and returns it, so that the caller can revoke it; empty if there is none. */
    public Mono<AccessToken> drop(PersonId person) {
        return find(person)
                .map(ProviderToken::accessToken)
                .flatMap(token ->
                        store.delete(keyOf(person)).then(announce(person)).thenReturn(token));
    }

    private Mono<ProviderToken> find(PersonId person) {
        return store.get(keyOf(person))
                .map(bytes -> TokenRecord.open(keys, person, bytes))
                .onErrorResume(Unsealable.class, e -> Mono.empty());
    }

    private boolean isFresh(ProviderToken token) {
        return token.expiresAt() == null || clock.instant().plus(SHORTEST_LIFE).isBefore(token.expiresAt());
    }

    private Mono<Void> announce(PersonId person) {
        near.invalidate(person.toString());
        return store.publish(CHANGED, person.toString());
    }

    private void hearChange(String message) {
        if (message.equals(Store.GAP)) {
            near.invalidateAll();
        } else {
            near.invalidate(message);
        }
    }

    private static String keyOf(PersonId person) {
        return "token:" + person;
    }

    @Override
    public void close() {
        changes.dispose();
    }
}
