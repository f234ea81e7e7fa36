package dev.latchkey.gateway.web;

import dev.latchkey.gateway.problem.ConfigurationFaults;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How the gateway leaves.
 *
 * @param notice how long it goes on serving, not ready, after it was told to stop: as long as the balancer before it takes to
 *     notice; none by default, since without a balancer nobody would
 */
@ConfigurationProperties("latchkey.drain")
record DrainProperties(@DefaultValue("0s") Duration notice) {

    private static final String NOTICE = "latchkey.drain.notice";

    /** @param phase how long a step of the shutdown may take; then the next begins whether it is over or not */
    void check(Duration phase, ConfigurationFaults faults) {
        if (notice.isNegative()) {
            faults.add(NOTICE, "a negative time", "Write how long, as 5s, or 0s for no notice.");
        } else if (notice.compareTo(phase) >= 0) {
            faults.add(
                    NOTICE,
                    "it is no shorter than the " + phase.toSeconds() + " s a step of the shutdown may take",
                    "Shorten it, or raise spring.lifecycle.timeout-per-shutdown-phase.");
        }
    }
}
