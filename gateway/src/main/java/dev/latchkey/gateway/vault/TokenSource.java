package dev.latchkey.gateway.vault;

import dev.latchkey.gateway.provider.AccessToken;
import dev.latchkey.gateway.provider.ProviderToken;
import dev.latchkey.gateway.provider.TokenRefused;
import java.time.Duration;
import reactor.core.publisher.Mono;

/** Where tokens come from and go back to. */
interface TokenSource {

    /** The next token for this one, which it spends; fails with {@link TokenRefused} and nothing else. */
    Mono<ProviderToken> refresh(ProviderToken token);

    /** Whether the provider knows the token as good; fails if it does not say. */
    Mono<Boolean> isLive(AccessToken token);

    /** Ends a token that nobody needs, beside everything else. */
    void giveBack(AccessToken token);

    /**
     * Ends a token whose owner has left, with what else is configured to end then, beside everything else.
     *
     * @param back whether the owner has come back, asked before each try: then their new token must not end with this one
     */
    void release(AccessToken token, Mono<Boolean> back);

    /**
     * Ends a token whose owner did not come back in time, beside everything else and when its turn comes: of these there may be many at once.
     */
    void lapse(AccessToken token);

    /** How long {@link #refresh} may take at most. */
    Duration longestCall();
}
