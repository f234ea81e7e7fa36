package dev.latchkey.gateway.keys;

import dev.latchkey.gateway.problem.ConfigurationFaults;
import dev.latchkey.gateway.problem.ConfigurationRefused;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * When signing keys change.
 *
 * @param rotateEvery How long a key signs identity JWTs before the next one takes over.
 * @param publishAhead How long a key is at least in the JWKS before it signs, so that backends that keep the JWKS know it.
 * @param file Path of a JWK set with private P-256 keys to sign with instead of keys of the gateway's own: the first signs,
 *     all are published. A changed file is in force within a second.
 */
record SigningPlan(
        @DefaultValue("30d") Duration rotateEvery,
        @DefaultValue("1d") Duration publishAhead,
        @Nullable String file) {

    private static final String PROPERTY = "latchkey.signing-keys.";

    void check(ConfigurationFaults faults) {
        if (file != null) {
            checkFile(faults);
        }
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

    private void checkFile(ConfigurationFaults faults) {
        try {
            given(Clock.systemUTC());
        } catch (ConfigurationRefused e) {
            faults.addAll(e.faults());
        }
    }

    /** The keys in the file, as they are whenever they are asked for. */
    Supplier<GivenKeys> given(Clock clock) {
        String path = Objects.requireNonNull(file);
        return new WatchedFile<>(
                        SecretSource.namesFile(path) ? SecretSource.file(path) : Path.of(path), clock, GivenKeys::read)
                ::current;
    }

    /** When a key that is made now may sign, after one that signs since that instant. */
    Instant nextAfter(Instant signsSince, Instant now) {
        Instant regular = signsSince.plus(rotateEvery);
        Instant earliest = now.plus(publishAhead);
        return regular.isAfter(earliest) ? regular : earliest;
    }
}
