package dev.latchkey.gateway.ops;

import dev.latchkey.gateway.route.Routes;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;

/**
 * How the route files are. The one to raise an alarm on is {@code latchkey_routes_faults}: while it is not zero, some file
 * is not what is served.
 */
final class RouteMetrics {

    RouteMetrics(Routes routes, MeterRegistry meters) {
        Gauge.builder("latchkey.routes", routes, r -> r.status().routes().size())
                .description("Routes in force")
                .register(meters);
        Gauge.builder("latchkey.routes.faults", routes, r -> r.status().faults().size())
                .description("Faults of route files whose newest version is not served")
                .register(meters);
        Gauge.builder("latchkey.routes.since", routes, r -> r.status().since().toEpochMilli() / 1000.0)
                .description("When what is in force came into force")
                .baseUnit("seconds")
                .register(meters);
        FunctionCounter.builder(
                        "latchkey.routes.changes", routes, r -> r.status().changes())
                .description("How often what is in force has changed since the start")
                .register(meters);
    }
}
