package dev.latchkey.gateway.ops;

import dev.latchkey.gateway.session.OpenStreams;
import dev.latchkey.gateway.session.Sessions;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.function.ToDoubleFunction;

/** How sessions are found, and what stays open with them. The sessions themselves count; here it is only read. */
final class SessionMetrics {

    private final Sessions sessions;
    private final MeterRegistry meters;

    SessionMetrics(Sessions sessions, OpenStreams streams, MeterRegistry meters) {
        this.sessions = sessions;
        this.meters = meters;
        loads("near", all -> all.loads().near());
        loads("store", all -> all.loads().store());
        loads("none", all -> all.loads().none());
        Gauge.builder(Metric.STREAMS.meter(), streams, OpenStreams::count)
                .description(Metric.STREAMS.description())
                .register(meters);
    }

    private void loads(String from, ToDoubleFunction<Sessions> count) {
        FunctionCounter.builder(Metric.SESSION_LOADS.meter(), sessions, count)
                .description(Metric.SESSION_LOADS.description())
                .tag("from", from)
                .register(meters);
    }
}
