package dev.latchkey.gateway.keys;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.List;

/**
 * Signing keys that an operator keeps in a file of their own, a JWK set with private halves: the first signs, all are
 * published. To change them, put the new one second, later first, and take the old one away ten minutes after that.
 */
record GivenKeys(SigningKey first, String jwks) {

    /** @throws IllegalArgumentException if this is no such set, in words that quote nothing of it */
    static GivenKeys read(String text) {
        List<JWK> keys = parse(text);
        if (keys.isEmpty()) {
            throw new IllegalArgumentException("holds no key");
        }
        List<JWK> published = new ArrayList<>();
        for (JWK key : keys) {
            published.add(named(key).toPublicJWK());
        }
        ECKey first = named(keys.get(0));
        return new GivenKeys(new SigningKey(first.getKeyID(), first), new JWKSet(published).toString());
    }

    private static List<JWK> parse(String text) {
        try {
            return JWKSet.parse(text).getKeys();
        } catch (ParseException e) {
            throw new IllegalArgumentException("is no JWK set");
        }
    }

    private static ECKey named(JWK key) {
        if (!(key instanceof ECKey ec) || !ec.isPrivate() || !Curve.P_256.equals(ec.getCurve())) {
            throw new IllegalArgumentException("holds a key that is no private one of the curve P-256");
        }
        try {
            ECKey.Builder builder =
                    new ECKey.Builder(ec).keyUse(KeyUse.SIGNATURE).algorithm(JWSAlgorithm.ES256);
            return ec.getKeyID() == null ? builder.keyIDFromThumbprint().build() : builder.build();
        } catch (JOSEException e) {
            throw new IllegalStateException("the JDK has no SHA-256", e);
        }
    }

    /** Never the record's own form: a key prints its private half. */
    @Override
    public String toString() {
        return "GivenKeys[" + first.kid() + "]";
    }
}
