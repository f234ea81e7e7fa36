package dev.latchkey.gateway.installation;

import dev.latchkey.gateway.problem.ConfigurationFaults;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How installation tokens are kept.
 *
 * @param negativeTtl how long it is believed that an App is not installed, or suspended
 * @param renewBefore a token with less than this to live is not handed out but renewed
 * @param timeout how long GitHub may take
 */
@ConfigurationProperties("latchkey.broker")
record BrokerProperties(
        @DefaultValue("60s") Duration negativeTtl,
        @DefaultValue("60s") Duration renewBefore,
        @DefaultValue("10s") Duration timeout) {

    void check(ConfigurationFaults faults) {
        between(faults, "negative-ttl", negativeTtl, Duration.ofSeconds(1), Duration.ofHours(1));
        between(faults, "renew-before", renewBefore, Duration.ofSeconds(10), Duration.ofMinutes(50));
        between(faults, "timeout", timeout, Duration.ofMillis(100), Duration.ofMinutes(1));
    }

    private static void between(
            ConfigurationFaults faults, String name, Duration value, Duration least, Duration most) {
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            faults.add(
                    "latchkey.broker." + name,
                    "'" + value.toMillis() + "ms' is out of range",
                    "Write a time from " + least.toMillis() + "ms to " + most.toMillis() + "ms.");
        }
    }
}
