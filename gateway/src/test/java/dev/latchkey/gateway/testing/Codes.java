package dev.latchkey.gateway.testing;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.net.URI;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Authorization codes: single use, ten minutes, bound to client, redirect URI and code challenge (RFC 6749, RFC 7636). */
final class Codes {

    private static final Duration LIFE = Duration.ofMinutes(10);

    private final Map<String, Grant> grants = new ConcurrentHashMap<>();
    private final Clock clock;
    private final Secrets secrets;

    Codes(Clock clock, Secrets secrets) {
        this.clock = clock;
        this.secrets = secrets;
    }

    String issue(Grant grant) {
        String code = secrets.code();
        grants.put(code, grant);
        return code;
    }

    Instant expiryFromNow() {
        return clock.instant().plus(LIFE);
    }

    /** Spends the code, whether or not what comes with it is right. */
    Grant redeem(String code, String clientId, String redirectUri, String verifier) {
        Grant grant = code == null ? null : grants.remove(code);
        if (grant == null
                || !clock.instant().isBefore(grant.expiresAt())
                || !grant.clientId().equals(clientId)
                || !grant.isProvenBy(verifier)) {
            throw OAuthError.badVerificationCode();
        }
        if (redirectUri != null && !grant.redirectUri().equals(URI.create(redirectUri))) {
            throw OAuthError.redirectUriMismatch();
        }
        return grant;
    }

    /**
     * What a person consented to.
     *
     * @param challenge the S256 code challenge, or null
     * @param offline whether the app asked for expiring tokens by scope
     */
    record Grant(
            String clientId,
            StubPerson person,
            URI redirectUri,
            Set<String> scopes,
            boolean offline,
            String challenge,
            Instant expiresAt) {

        boolean isProvenBy(String verifier) {
            return challenge == null || (verifier != null && challenge.equals(s256(verifier)));
        }

        private static String s256(String verifier) {
            try {
                byte[] hash = MessageDigest.getInstance("SHA-256").digest(verifier.getBytes(US_ASCII));
                return Base64.getUrlEncoder().withoutPadding().encodeToString(hash);
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
