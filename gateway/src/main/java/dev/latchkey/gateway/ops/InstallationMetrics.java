package dev.latchkey.gateway.ops;

import dev.latchkey.gateway.installation.InstallationEvent;
import dev.latchkey.gateway.problem.ProblemCode;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
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
        this.hits = Metric.INSTALLATION_HITS.counter(meters);
        this.mints = Metric.INSTALLATION_MINT.timer(meters);
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
        return Metric.INSTALLATION_FAILURES.counter(meters, code.code());
    }
}
