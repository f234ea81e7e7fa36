package dev.latchkey.gateway.ops;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** One line for each request, by the logger {@code latchkey.access}. */
final class AccessLog implements AutoCloseable {

    static final String LOGGER = "latchkey.access";
    static final int MOST_WAITING = 10_000;

    private static final Logger LOG = LoggerFactory.getLogger(LOGGER);
    private static final double NANOS_IN_MILLI = 1_000_000;

    private final LogFields fields;
    private final LogWriter<AccessLine> writer;

    AccessLog(LogFields fields, MeterRegistry meters) {
        this.fields = fields;
        this.writer = new LogWriter<>("access-log", MOST_WAITING, this::write, this::writeGap);
        FunctionCounter.builder(Metric.LOG_DROPPED.meter(), writer, LogWriter::dropped)
                .description(Metric.LOG_DROPPED.description())
                .tag("stream", "access")
                .register(meters);
    }

    void add(AccessLine line) {
        writer.write(line);
    }

    private void write(AccessLine line) {
        String path = LogText.of(line.path());
        LogFields.Event event = fields.event(line.method() + ' ' + path + ' ' + line.status())
                .with("method", "http.request.method", LogText.of(line.method()))
                .with("host", "url.domain", LogText.of(line.host()))
                .with("path", "url.path", path)
                .with("status", "http.response.status_code", line.status())
                .with("bytes", "http.response.body.bytes", line.bytes())
                .onlyInLine("ms", millis(line.duration()))
                .onlyInFields("event.duration", line.duration());
        optional(event, "route", "latchkey.route", line.route());
        if (line.backend() >= 0) {
            event.onlyInLine("upstream_ms", millis(line.backend()))
                    .onlyInFields("latchkey.upstream.duration", line.backend());
        }
        optional(event, "user", "user.id", line.user() == null ? null : LogText.of(line.user()));
        event.with("decision", "latchkey.decision", line.decision());
        optional(event, "problem", "event.reason", line.problem());
        event.with("client", "client.address", LogText.of(line.client()))
                .onlyInLine("protocol", line.protocol())
                .onlyInFields("http.version", version(line.protocol()))
                .with("request", "trace.id", line.request())
                .onlyInFields("http.request.id", line.request())
                .onlyInFields("event.action", "request")
                .with("outcome", "event.outcome", outcome(line))
                .write(LOG, Level.INFO);
    }

    private static void optional(LogFields.Event event, String name, String ecs, @Nullable String value) {
        if (value != null) {
            event.with(name, ecs, value);
        }
    }

    private static String outcome(AccessLine line) {
        if (!line.whole()) {
            return "unknown";
        }
        return line.status() < 500 ? "success" : "failure";
    }

    private static String version(String protocol) {
        return protocol.substring(protocol.indexOf('/') + 1);
    }

    private static String millis(long nanos) {
        return String.format(Locale.ROOT, "%.3f", nanos / NANOS_IN_MILLI);
    }

    private void writeGap(long missing) {
        fields.event("access lines were lost")
                .with("action", "event.action", "access-gap")
                .with("lost", "latchkey.lost", missing)
                .write(LOG, Level.ERROR);
    }

    @Override
    public void close() {
        writer.close();
    }
}
