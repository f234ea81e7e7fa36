package dev.latchkey.gateway.keys;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;

/**
 * The signing keys in the order in which they sign, each from its {@code nbf} until the next one's: those that have
 * signed, the one that signs, the one that will.
 *
 * <p>All nodes hold the same schedule and each reads it by its own clock, so a planned change needs no message. It never
 * changes itself; every change makes another one.
 */
final class SigningSchedule {

    /** The longest life of an identity JWT, with every clock's error: so long is a key published that signs no more. */
    static final Duration LONGEST_JWT = Duration.ofMinutes(10);

    private final List<ECKey> keys;

    private SigningSchedule(List<ECKey> keys) {
        this.keys = List.copyOf(keys);
    }

    /** One key that signs from now on. */
    static SigningSchedule startingAt(Instant now) {
        return new SigningSchedule(List.of(make(now)));
    }

    /** @throws IllegalStateException if these bytes are no schedule */
    static SigningSchedule read(byte[] bytes) {
        try {
            JWKSet set = JWKSet.parse(new String(bytes, UTF_8));
            return new SigningSchedule(set.getKeys().stream().map(JWK::toECKey).toList());
        } catch (ParseException | ClassCastException e) {
            // The cause might quote a key.
            throw new IllegalStateException("the stored signing keys are not understood by this release");
        }
    }

    /** With the private halves: to be sealed before anybody else sees it. */
    byte[] write() {
        return set(keys).toString(false).getBytes(UTF_8);
    }

    SigningKey current(Instant now) {
        ECKey key = keys.get(currentAt(now));
        return new SigningKey(key.getKeyID(), key);
    }

    /** The public halves of all that signed, sign or will sign a JWT that may be alive (RFC 7517, section 5). */
    String jwks(Instant now) {
        return set(published(now).stream().map(SigningSchedule::publicHalf).toList())
                .toString();
    }

    /** As it should be now: without what nobody needs any more, and with a key for the next time. */
    SigningSchedule inOrder(SigningPlan plan, Instant now) {
        List<ECKey> needed = published(now);
        ECKey last = needed.get(needed.size() - 1);
        if (!signsSince(last).isAfter(now)) {
            needed.add(make(plan.nextAfter(signsSince(last), now)));
        }
        return needed.size() == keys.size() && needed.equals(keys) ? this : new SigningSchedule(needed);
    }

    /** The next key signs from now on, and there is another next one. */
    SigningSchedule rotated(SigningPlan plan, Instant now) {
        List<ECKey> ordered = new ArrayList<>(inOrder(plan, now).keys);
        ECKey next = ordered.remove(ordered.size() - 1);
        ordered.add(new ECKey.Builder(next).notBeforeTime(seconds(now)).build());
        return new SigningSchedule(ordered).inOrder(plan, now);
    }

    private int currentAt(Instant now) {
        int current = 0;
        for (int i = 1; i < keys.size() && !signsSince(keys.get(i)).isAfter(now); i++) {
            current = i;
        }
        return current;
    }

    private List<ECKey> published(Instant now) {
        List<ECKey> published = new ArrayList<>();
        for (int i = 0; i < keys.size(); i++) {
            boolean last = i == keys.size() - 1;
            if (last || signsSince(keys.get(i + 1)).plus(LONGEST_JWT).isAfter(now)) {
                published.add(keys.get(i));
            }
        }
        return published;
    }

    private static Instant signsSince(ECKey key) {
        return key.getNotBeforeTime().toInstant();
    }

    private static ECKey make(Instant signsFrom) {
        try {
            return new ECKeyGenerator(Curve.P_256)
                    .keyUse(KeyUse.SIGNATURE)
                    .algorithm(JWSAlgorithm.ES256)
                    .keyIDFromThumbprint(true)
                    .notBeforeTime(seconds(signsFrom))
                    .generate();
        } catch (JOSEException e) {
            throw new IllegalStateException("the JDK makes no P-256 keys", e);
        }
    }

    private static ECKey publicHalf(ECKey key) {
        return new ECKey.Builder(key.getCurve(), key.getX(), key.getY())
                .keyID(key.getKeyID())
                .keyUse(key.getKeyUse())
                .algorithm(key.getAlgorithm())
                .build();
    }

    private static JWKSet set(List<ECKey> keys) {
        return new JWKSet(List.<JWK>copyOf(keys));
    }

    /** As a JWK holds it; rounded down, so that a key that signs from now on does. */
    private static Date seconds(Instant instant) {
        return Date.from(instant.truncatedTo(ChronoUnit.SECONDS));
    }
}
