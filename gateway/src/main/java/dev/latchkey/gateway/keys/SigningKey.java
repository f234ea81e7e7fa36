package dev.latchkey.gateway.keys;

import com.nimbusds.jose.jwk.ECKey;

/**
 * A key that identity JWTs are signed with.
 *
 * @param kid its name in the JWKS: the key's thumbprint (RFC 7638)
 * @param key the pair, on the curve P-256
 */
public record SigningKey(String kid, ECKey key) {

    /** The name only. */
    @Override
    public String toString() {
        return "SigningKey[" + kid + "]";
    }
}
