package dev.latchkey.gateway.membership;

import dev.latchkey.gateway.problem.ConfigurationFaults;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How long GitHub's word about a person counts.
 *
 * @param believed for that long it is not asked again; for as long once more it is asked beside the request
 * @param stale how old the last known answer may be while GitHub cannot be asked
 */
@ConfigurationProperties("latchkey.membership")
record MembershipProperties(
        @DefaultValue("10m") Duration believed,
        @DefaultValue("1h") Duration stale) {

    private static final Duration SHORTEST = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofHours(24);

    void check(ConfigurationFaults faults) {
        if (believed.compareTo(SHORTEST) < 0 || believed.compareTo(LONGEST) > 0) {
            faults.add(
                    "latchkey.membership.believed",
                    "'" + believed + "' is not between a second and a day",
                    "Write a duration such as 10m.");
        }
        if (stale.compareTo(believed) < 0 || stale.compareTo(LONGEST) > 0) {
            faults.add(
                    "latchkey.membership.stale",
                    "'" + stale + "' is not between latchkey.membership.believed and a day",
                    "Write a duration such as 1h.");
        }
    }
}
