package dev.latchkey.gateway.ops;

import dev.latchkey.gateway.github.pace.PaceEvent;
import dev.latchkey.gateway.github.pace.PaceGauges;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import org.springframework.context.event.EventListener;

/**
 * Counts what happens to calls on their way to GitHub, by app and quota, never by person or path. The one to raise an alarm on
 * is {@code latchkey_github_limited_total}: GitHub refused a call that the gateway should have held back.
 */
final class PaceMetrics {

    private final MeterRegistry meters;

    PaceMetrics(MeterRegistry meters, PaceGauges gauges) {
        this.meters = meters;
        for (String resource : gauges.resources()) {
            Gauge.builder("latchkey.github.remaining", gauges, all -> all.leastLeft(resource))
                    .description("The part that is left of the quota of whoever has the least left, from 0 to 1")
                    .tag("resource", resource)
                    .register(meters);
        }
        Gauge.builder("latchkey.github.waiting", gauges, PaceGauges::waiting)
                .description("Calls to GitHub that wait on this node")
                .register(meters);
        Gauge.builder("latchkey.github.under.way", gauges, PaceGauges::underWay)
                .description("Calls to GitHub under way from this node")
                .register(meters);
    }

    @EventListener
    void count(PaceEvent event) {
        if (event instanceof PaceEvent.Went went) {
            waits(went).record(went.waited());
        } else if (event instanceof PaceEvent.Refused refused) {
            counter("refused", "Calls refused here, since they would have had to wait longer than they can")
                    .tags("app", refused.app(), "resource", refused.resource(), "reason", refused.reason())
                    .register(meters)
                    .increment();
        } else if (event instanceof PaceEvent.Spent spent) {
            counter("spent", "Answers that cost some of a quota")
                    .tags("app", spent.app(), "resource", spent.resource(), "template", spent.template())
                    .register(meters)
                    .increment();
        } else if (event instanceof PaceEvent.Limited limited) {
            counter("limited", "Calls that GitHub refused because of a limit")
                    .tags("app", limited.app(), "resource", limited.resource())
                    .tags("template", limited.template(), "kind", limited.kind())
                    .register(meters)
                    .increment();
        }
    }

    private Timer waits(PaceEvent.Went went) {
        return Timer.builder("latchkey.github.wait")
                .description("How long calls to GitHub waited before they went, by what they waited for last")
                .tags("app", went.app(), "resource", went.resource(), "reason", went.reason())
                .serviceLevelObjectives(
                        Duration.ofMillis(10),
                        Duration.ofMillis(100),
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(10),
                        Duration.ofMinutes(1))
                .register(meters);
    }

    private static Counter.Builder counter(String name, String description) {
        return Counter.builder("latchkey.github." + name).description(description);
    }
}
