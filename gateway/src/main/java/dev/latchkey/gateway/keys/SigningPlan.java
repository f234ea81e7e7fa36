package dev.latchkey.gateway.keys;

import dev.latchkey.gateway.problem.ConfigurationFaults;
import java.time.Duration;
import java.time.Instant;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * When signing keys change.
 *
 * @param rotateEvery How long a key signs identity JWTs before the next one takes over.
 * @param publishAhead How long a key is at least in the JWKS before it signs, so that backends that keep the JWKS know it.
 */
record SigningPlan(
        @DefaultValue("30d") Duration rotateEvery,
        @DefaultValue("1d") Duration publishAhead) {

    private static final String PROPERTY = "latchkey.signing-keys.";

    void check(ConfigurationFaults faults) {
        if (rotateEvery.toSeconds() < 1) {
            faults.add(PROPERTY + "rotate-every", "\"" + rotateEvery + "\" is no time to sign in", "Write 30d.");
        }
        if (publishAhead.isNegative()) {
            faults.add(PROPERTY + "publish-ahead", "\"" + publishAhead + "\" is negative", "Write 1d.");
        }
        if (publishAhead.compareTo(rotateEvery) > 0) {
            faults.add(
                    PROPERTY + "publish-ahead",
                    "\"" + publishAhead + "\" is longer than rotate-every, \"" + rotateEvery + "\"",
                    "Write at most the time of rotate-every.");
        }
    }

    /** When a key that is made now may sign, after one that signs since that instant. */
    Instant nextAfter(Instant signsSince, Instant now) {
        Instant regular = signsSince.plus(rotateEvery);
        Instant earliest = now.plus(publishAhead);
        return regular.isAfter(earliest) ? regular : earliest;
    }
}
