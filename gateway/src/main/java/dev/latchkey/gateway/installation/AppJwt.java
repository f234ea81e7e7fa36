package dev.latchkey.gateway.installation;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.latchkey.gateway.keys.RsaKeySource;
import java.security.interfaces.RSAPrivateKey;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import org.jspecify.annotations.Nullable;

/**
 * The JWT by which an App says who it is (GitHub: "Generating a JSON Web Token for a GitHub App"). It is signed anew only
 * when its end is near, its key has changed, or GitHub's clock turns out to be another.
 */
final class AppJwt {

    /** A clock that is a little fast must not date it into the future. */
    private static final Duration BACKDATED = Duration.ofSeconds(60);

    /** From its date to its end it is nine minutes; GitHub refuses more than ten. */
    private static final Duration LIFE = Duration.ofMinutes(8);

    private static final Duration RENEWED_BEFORE = Duration.ofMinutes(1);

    /** Less than this cannot be why GitHub refuses one. */
    private static final Duration NO_SKEW = Duration.ofSeconds(30);

    private final String issuer;
    private final RsaKeySource key;
    private final Clock clock;
    private volatile Duration skew = Duration.ZERO;
    private volatile @Nullable Signed last;

    private record Signed(String text, RSAPrivateKey key, Instant renewAt) {}

    AppJwt(String issuer, RsaKeySource key, Clock clock) {
        this.issuer = issuer;
        this.key = key;
        this.clock = clock;
    }

    String current() {
        RSAPrivateKey keyNow = key.current();
        Signed known = last;
        if (known != null && known.key() == keyNow && clock.instant().isBefore(known.renewAt())) {
            return known.text();
        }
        Signed fresh = sign(keyNow);
        last = fresh;
        return fresh.text();
    }

    /**
     * Takes up GitHub's clock, as the {@code Date} of a refusal tells it.
     *
     * @return whether there is another JWT to try than the one that was refused
     */
    boolean takeUp(Instant date, String refused) {
        Duration seen = Duration.between(clock.instant(), date);
        if (seen.minus(skew).abs().compareTo(NO_SKEW) >= 0) {
            skew = seen;
            last = null;
        }
        return !current().equals(refused);
    }

    private Signed sign(RSAPrivateKey keyNow) {
        Instant now = clock.instant();
        Instant there = now.plus(skew);
        JWTClaimsSet claims = new JWTClaimsSet.Builder()
                .issuer(issuer)
                .issueTime(Date.from(there.minus(BACKDATED)))
                .expirationTime(Date.from(there.plus(LIFE)))
                .build();
        JWSHeader header = new JWSHeader.Builder(JWSAlgorithm.RS256)
                .type(JOSEObjectType.JWT)
                .build();
        SignedJWT jwt = new SignedJWT(header, claims);
        try {
            jwt.sign(new RSASSASigner(keyNow));
        } catch (JOSEException e) {
            throw new IllegalStateException("the JDK refuses RS256", e);
        }
        return new Signed(jwt.serialize(), keyNow, now.plus(LIFE).minus(RENEWED_BEFORE));
    }
}
