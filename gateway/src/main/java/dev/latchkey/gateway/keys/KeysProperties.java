package dev.latchkey.gateway.keys;

import dev.latchkey.gateway.problem.ConfigurationFaults;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The gateway's own keys.
 *
 * @param secretKeys the key ring: base64 of 32 bytes each, or {@code file:} and a path; the first seals, all open. Made
 *     in the data folder on first start where the store is embedded
 * @param store where state lives: on Redis the ring has to be given
 * @param dataDir the folder in which the ring is made
 * @param signingKeys the keys of the identity JWT
 */
@ConfigurationProperties("latchkey")
record KeysProperties(
        @DefaultValue List<String> secretKeys,
        @DefaultValue("embedded") String store,
        @DefaultValue("data") Path dataDir,
        @DefaultValue Signing signingKeys) {

    private static final Duration SHORTEST = Duration.ofHours(1);

    /**
     * The keys of the identity JWT.
     *
     * @param rotateEvery how long a key signs; the next is published for as long before its turn
     */
    record Signing(@DefaultValue("30d") Duration rotateEvery) {}

    void check(ConfigurationFaults faults) {
        if (isShared() && secretKeys.isEmpty()) {
            faults.add(
                    SecretKeys.PROPERTY,
                    "it is not set, and nodes that share a store must share their keys",
                    SecretKeys.REMEDY + " and give the same one to every node.");
        }
        if (!secretKeys.isEmpty()) {
            faults.collect(() -> KeyRing.of(secrets(), Clock.systemUTC()));
        }
        if (signingKeys.rotateEvery().compareTo(SHORTEST) < 0) {
            faults.add(
                    "latchkey.signing-keys.rotate-every",
                    "'" + signingKeys.rotateEvery() + "' is less than an hour",
                    "Write a duration such as 30d.");
        }
    }

    /** The folder to make the ring in, or null if nodes share a store. */
    @Nullable
    Path ringFolder() {
        return isShared() ? null : dataDir;
    }

    private boolean isShared() {
        return store.equals("redis");
    }

    List<Secret> secrets() {
        return secretKeys.stream().map(Secret::of).toList();
    }

    /** Without the keys. */
    @Override
    public String toString() {
        return "KeysProperties[" + secretKeys.size() + " keys]";
    }
}
