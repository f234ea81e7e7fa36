package dev.latchkey.gateway.keys;

import com.nimbusds.jose.jwk.ECKey;

/**
 * The key pair that signs identity JWTs now (ES256).
 *
 * @param kid its name in the JWKS
 * @param key both its halves
 */
public record SigningKey(String kid, ECKey key) {

    /** The name alone: the key prints its private half. */
    @Override
    public String toString() {
        return "SigningKey[" + kid + "]";
    }
}
