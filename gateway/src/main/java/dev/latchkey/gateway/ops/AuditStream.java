package dev.latchkey.gateway.ops;

import dev.latchkey.gateway.installation.InstallationEvent;
import dev.latchkey.gateway.session.SessionEnded;
import dev.latchkey.gateway.watch.Audit;
import dev.latchkey.gateway.watch.AuditEvent;
import dev.latchkey.gateway.watch.AuditEvent.Action;
import dev.latchkey.gateway.watch.AuditEvent.Outcome;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.springframework.context.event.EventListener;

/**
 * The audit stream: the logger {@code latchkey.audit}, which an operator may send where nobody can change it. Each event
 * bears the time at which it happened, which is not the line's own when the log is slow.
 */
final class AuditStream implements Audit, AutoCloseable {

    static final String LOGGER = "latchkey.audit";
    static final int MOST_WAITING = 10_000;

    private static final Logger LOG = LoggerFactory.getLogger(LOGGER);

    private final LogFields fields;
    private final Clock clock;
    private final MeterRegistry meters;
    private final LogWriter<Happened> writer;

    private record Happened(AuditEvent event, Instant at) {}

    AuditStream(LogFields fields, MeterRegistry meters, Clock clock) {
        this.fields = fields;
        this.clock = clock;
        this.meters = meters;
        this.writer = new LogWriter<>("audit-log", MOST_WAITING, this::write, this::writeGap);
        FunctionCounter.builder(Metric.LOG_DROPPED.meter(), writer, LogWriter::dropped)
                .description(Metric.LOG_DROPPED.description())
                .tag("stream", "audit")
                .register(meters);
    }

    @Override
    public void tell(AuditEvent event) {
        count(event);
        Happened happened = new Happened(event, clock.instant());
        if (event.user() == null && event.outcome() == Outcome.FAILURE) {
            // Of a stranger's making: a flood of these must not wash away what somebody did.
            writer.write(happened, MOST_WAITING / 2);
        } else {
            writer.write(happened);
        }
    }

    @EventListener
    void ended(SessionEnded end) {
        String reason = end.reason().name().toLowerCase(Locale.ROOT).replace('_', '-');
        tell(AuditEvent.success(Action.SESSION_END)
                .of(end.person().toString())
                .withSession(end.sessionId())
                .with(AuditEvent.REASON, reason));
    }

    @EventListener
    void minted(InstallationEvent.Minted mint) {
        tell(AuditEvent.success(Action.INSTALLATION_TOKEN_MINTED)
                .with("installation", Long.toString(mint.installation()))
                .with("repositories", mint.reach().isEmpty() ? null : mint.reach())
                .with("hashed_token", mint.hashedToken()));
    }

    private void count(AuditEvent event) {
        String outcome = event.outcome() == Outcome.SUCCESS ? "success" : String.valueOf(event.reason());
        if (event.action() == Action.SIGN_IN) {
            Metric.SIGN_INS.counter(meters, outcome).increment();
        } else if (event.action() == Action.SESSION_END) {
            Metric.SESSIONS_ENDED
                    .counter(meters, String.valueOf(event.reason()))
                    .increment();
        }
        Metric.AUDIT_EVENTS
                .counter(meters, event.action().word(), event.outcome().word())
                .increment();
    }

    private void write(Happened happened) {
        AuditEvent event = happened.event();
        LogFields.Event written = fields.event(
                        event.action().word() + ' ' + event.outcome().word())
                .with("action", "event.action", event.action().word())
                .with("outcome", "event.outcome", event.outcome().word())
                .onlyInFields("event.kind", "event")
                .onlyInFields("event.category", event.action().category())
                .with("at", "event.created", happened.at().toString());
        if (event.user() != null) {
            written.with("user", "user.id", LogText.of(event.user()));
        }
        for (Map.Entry<String, String> detail : event.details().entrySet()) {
            if (!detail.getKey().equals(AuditEvent.REASON)) {
                written.with(detail.getKey(), ecs(detail.getKey()), LogText.of(detail.getValue()));
            }
        }
        if (event.reason() != null) {
            written.with(AuditEvent.REASON, "event.reason", LogText.of(event.reason()));
        }
        written.write(LOG, event.outcome() == Outcome.SUCCESS ? Level.INFO : Level.WARN);
    }

    private static String ecs(String name) {
        return switch (name) {
            case "client", "peer" -> "client.address";
            case "request" -> "trace.id";
            case "login" -> "user.name";
            case "method" -> "http.request.method";
            case "status" -> "http.response.status_code";
            case "path", "target" -> "url.path";
            default -> "latchkey." + name;
        };
    }

    private void writeGap(long missing) {
        fields.event("audit events were lost")
                .with("action", "event.action", "audit-gap")
                .with("lost", "latchkey.lost", missing)
                .write(LOG, Level.ERROR);
    }

    @Override
    public void close() {
        writer.close();
    }
}
