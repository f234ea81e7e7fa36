package dev.latchkey.gateway.ops;

import dev.latchkey.gateway.installation.InstallationEvent;
import dev.latchkey.gateway.problem.ProblemCode;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import org.springframework.context.event.EventListener;

/**
 * Counts what happens to installation tokens. The one to raise an alarm on is
 * {@code latchkey_installation_failures_total} of the code {@code github.app.refused}: nothing works until somebody mends
 * the App's key.
 */
final class InstallationMetrics {

    private final MeterRegistry meters;
    private final Counter hits;
    private final Timer mints;

    InstallationMetrics(MeterRegistry meters) {
        this.meters = meters;
        this.hits = Counter.builder("latchkey.installation.hits")
                .description("Tokens that were at hand")
                .register(meters);
        this.mints = Timer.builder("latchkey.installation.mint")
                .description("How long GitHub took to make a token")
                .serviceLevelObjectives(
                        Duration.ofMillis(100),
                        Duration.ofMillis(250),
                        Duration.ofMillis(500),
                        Duration.ofSeconds(1),
                        Duration.ofMillis(2_500),
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(10))
                .register(meters);
        failures(ProblemCode.GITHUB_APP_REFUSED);
    }

    @EventListener
    void count(InstallationEvent event) {
        if (event instanceof InstallationEvent.Remembered) {
            hits.increment();
        } else if (event instanceof InstallationEvent.Minted mint) {
            mints.record(mint.took());
        } else if (event instanceof InstallationEvent.Failed failed) {
            failures(failed.code()).increment();
        }
    }

    private Counter failures(ProblemCode code) {
        return Counter.builder("latchkey.installation.failures")
                .description("Requests that failed, by problem code")
                .tag("code", code.code())
                .register(meters);
    }
}
