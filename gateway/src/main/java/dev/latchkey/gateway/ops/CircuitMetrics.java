package dev.latchkey.gateway.ops;

import dev.latchkey.gateway.forward.Resilience;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import java.util.Map;
import java.util.function.Supplier;

/** The circuit breakers in use, by app: looked up when they are asked for, so that one that is gone is not shown. */
final class CircuitMetrics {

    private final Supplier<Map<String, Double>> circuits;
    private final MultiGauge gauge;

    CircuitMetrics(Resilience resilience, MeterRegistry meters) {
        this(resilience::circuits, meters);
    }

    CircuitMetrics(Supplier<Map<String, Double>> circuits, MeterRegistry meters) {
        this.circuits = circuits;
        this.gauge = MultiGauge.builder(Metric.CIRCUIT.meter())
                .description(Metric.CIRCUIT.description())
                .register(meters);
    }

    void refresh() {
        gauge.register(
                circuits.get().entrySet().stream()
                        .<MultiGauge.Row<?>>map(
                                circuit -> MultiGauge.Row.of(Tags.of("backend", circuit.getKey()), circuit.getValue()))
                        .toList(),
                true);
    }
}
