package dev.latchkey.gateway.login;

import dev.latchkey.gateway.keys.KeyRing;
import dev.latchkey.gateway.keys.Unsealable;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * One attempt to sign in, from the redirect to the provider until its answer. It travels sealed in a cookie of the
 * browser that made it, so that strangers cost the store nothing and nobody can finish another's attempt.
 *
 * @param state the {@code state} parameter (RFC 6749, section 10.12)
 * @param verifier the PKCE code verifier (RFC 7636)
 * @param target where the person wanted to go
 * @param startedAt milliseconds since the epoch
 * @param provider the id of the provider it went to; null is GitHub
 * @param nonce what an ID token has to answer to (OpenID Connect Core 1.0, section 3.1.2.1), if one is expected
 * @param callback the one address at which it may be finished; null is GitHub's own
 */
record SignInAttempt(
        String state,
        String verifier,
        String target,
        long startedAt,
        @Nullable String provider,
        @Nullable String nonce,
        @Nullable String callback) {

    static final Duration LIFE = Duration.ofMinutes(10);

    private static final String PURPOSE = "sign-in-attempt";
    private static final JsonMapper JSON = JsonMapper.builder().build();

    boolean isExpired(Instant now) {
        return !now.isBefore(Instant.ofEpochMilli(startedAt).plus(LIFE));
    }

    String seal(KeyRing keys) {
        byte[] json = JSON.writeValueAsString(this).getBytes(StandardCharsets.UTF_8);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(keys.seal(PURPOSE, json));
    }

    /** The attempt in a cookie value, or empty if this gateway did not seal it. */
    static Optional<SignInAttempt> open(KeyRing keys, String sealed) {
        try {
            byte[] json = keys.open(PURPOSE, Base64.getUrlDecoder().decode(sealed));
            return Optional.of(JSON.readValue(json, SignInAttempt.class));
        } catch (IllegalArgumentException | Unsealable | JacksonException e) {
            return Optional.empty();
        }
    }

    /** Nothing of an attempt may end up in a log. */
    @Override
    public String toString() {
        return "SignInAttempt[target=" + target + "]";
    }
}
