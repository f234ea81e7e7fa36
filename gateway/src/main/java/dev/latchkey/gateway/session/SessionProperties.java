package dev.latchkey.gateway.session;

import dev.latchkey.gateway.problem.ConfigurationFaults;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How long a session lasts. It ends at the earlier of the two, to the second.
 *
 * @param idle the time without a request after which a session ends
 * @param maxAge the time after sign-in at which a session ends in any case
 */
@ConfigurationProperties("latchkey.session")
record SessionProperties(
        @DefaultValue("24h") Duration idle,
        @DefaultValue("7d") Duration maxAge) {

    private static final Duration SHORTEST = Duration.ofSeconds(1);

    void check(ConfigurationFaults faults) {
        checkLength(faults, "latchkey.session.idle", idle);
        checkLength(faults, "latchkey.session.max-age", maxAge);
    }

    private static void checkLength(ConfigurationFaults faults, String property, Duration length) {
        if (length.compareTo(SHORTEST) < 0) {
            faults.add(
                    property, "'" + length + "' is shorter than a second", "Write a duration such as 30m, 24h or 7d.");
        }
    }

    /** How long after a request its time may be written to the store: seldom for long sessions, at once for short. */
    Duration writeInterval() {
        Duration part = idle.dividedBy(20);
        if (part.compareTo(Duration.ofMinutes(1)) > 0) {
            return Duration.ofMinutes(1);
        }
        return part.compareTo(Duration.ofMillis(250)) < 0 ? Duration.ofMillis(250) : part;
    }
}
