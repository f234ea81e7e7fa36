package dev.latchkey.gateway.ops;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusNamingConvention;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Everything the gateway measures: the reference page is made of this, and dashboards and alerts may ask for nothing else.
 * No metric is kept by person, path, address or anything else that strangers choose.
 */
enum Metric {
    REQUESTS(
            "latchkey.requests",
            Kind.COUNTER,
            "Requests at the edge, by what was answered; problem is the code of the gateway's own answer, or none",
            "route",
            "status",
            "problem"),
    REQUESTS_OPEN("latchkey.requests.open", Kind.GAUGE, "Requests under way, streams and WebSockets among them"),
    DECISIONS(
            "latchkey.decisions",
            Kind.COUNTER,
            "What the gate said: permitted, challenged or denied, and why",
            "route",
            "decision",
            "reason"),
    UPSTREAM(
            "latchkey.upstream",
            Kind.TIMER,
            "From asking an app to the head of its answer; status is none where no answer came",
            "route",
            "status"),
    CIRCUIT(
            "latchkey.circuit",
            Kind.GAUGE,
            "Circuit breakers that have been in use: 0 closed, 1 open, 0.5 half open",
            "backend"),
    STREAMS("latchkey.streams", Kind.GAUGE, "Event streams and WebSockets that end with a session or credential"),
    SIGN_INS("latchkey.sign.ins", Kind.COUNTER, "Sign-ins that came to an end: success, or a problem code", "outcome"),
    SESSION_LOADS(
            "latchkey.session.loads",
            Kind.COUNTER,
            "Look-ups of a session: near for this node's memory, store, or none where there is no such session",
            "from"),
    SESSIONS_ENDED("latchkey.sessions.ended", Kind.COUNTER, "Sessions that ended, told by this node", "reason"),
    REFRESHES(
            "latchkey.token.refreshes",
            Kind.COUNTER,
            "Attempts to renew a person's token, by what became of them",
            "outcome"),
    REFRESH_WAITS(
            "latchkey.token.lock.wait",
            Kind.TIMER,
            "How long requests waited for another node that was renewing the same token"),
    STORE_UP("latchkey.store.up", Kind.GAUGE, "1 if the store answered when it was last asked, else 0"),
    STORE_PING("latchkey.store.ping", Kind.TIMER, "How long the store took to answer"),
    ROUTES("latchkey.routes", Kind.GAUGE, "Routes in force"),
    ROUTE_FAULTS("latchkey.routes.faults", Kind.GAUGE, "Faults of route files whose newest version is not served"),
    ROUTES_SINCE("latchkey.routes.since", Kind.GAUGE_OF_SECONDS, "When what is in force came into force"),
    ROUTE_CHANGES("latchkey.routes.changes", Kind.COUNTER, "How often what is in force has changed since the start"),
    AUDIT_EVENTS("latchkey.audit.events", Kind.COUNTER, "Events of the audit stream", "action", "outcome"),
    LOG_DROPPED(
            "latchkey.log.dropped",
            Kind.COUNTER,
            "Lines of the audit stream or access log that were lost because the log took them too slowly",
            "stream"),
    INSTALLATION_HITS("latchkey.installation.hits", Kind.COUNTER, "Installation tokens that were at hand"),
    INSTALLATION_MINT("latchkey.installation.mint", Kind.TIMER, "How long GitHub took to make an installation token"),
    INSTALLATION_FAILURES(
            "latchkey.installation.failures",
            Kind.COUNTER,
            "Requests for an installation token that failed, by problem code",
            "code"),
    GITHUB_CACHE(
            "latchkey.github.cache",
            Kind.COUNTER,
            "Answers of the passthrough: hit, revalidated, stale, miss, coalesced or bypass; template is what was asked for, "
                    + "as GitHub's own description of its API names it, such as /repos/{owner}/{repo}/issues, or other",
            "outcome",
            "template"),
    GITHUB_SAVED(
            "latchkey.github.saved",
            Kind.COUNTER,
            "Answers of the passthrough that cost nothing of a quota: at hand, confirmed by a 304, or shared with another that "
                    + "came at the same time",
            "app",
            "template"),
    GITHUB_REMAINING(
            "latchkey.github.remaining",
            Kind.GAUGE,
            "The part that is left of the quota of whoever has the least left, from 0 to 1",
            "resource"),
    GITHUB_WAITING("latchkey.github.waiting", Kind.GAUGE, "Calls to GitHub that wait on this node"),
    GITHUB_UNDER_WAY("latchkey.github.under.way", Kind.GAUGE, "Calls to GitHub under way from this node"),
    GITHUB_WAIT(
            "latchkey.github.wait",
            Kind.TIMER,
            "How long calls to GitHub waited before they went, by what they waited for last",
            "app",
            "resource",
            "reason"),
    GITHUB_REFUSED(
            "latchkey.github.refused",
            Kind.COUNTER,
            "Calls refused here, since they would have had to wait longer than they can",
            "app",
            "resource",
            "reason"),
    GITHUB_SPENT(
            "latchkey.github.spent", Kind.COUNTER, "Answers that cost some of a quota", "app", "resource", "template"),
    GITHUB_LIMITED(
            "latchkey.github.limited",
            Kind.COUNTER,
            "Calls that GitHub refused because of a limit",
            "app",
            "resource",
            "template",
            "kind");

    /** The sort of meter, and with it the ending of its name where Prometheus reads it. */
    enum Kind {
        COUNTER(io.micrometer.core.instrument.Meter.Type.COUNTER, null),
        GAUGE(io.micrometer.core.instrument.Meter.Type.GAUGE, null),
        GAUGE_OF_SECONDS(io.micrometer.core.instrument.Meter.Type.GAUGE, "seconds"),
        TIMER(io.micrometer.core.instrument.Meter.Type.TIMER, "seconds");

        private final io.micrometer.core.instrument.Meter.Type type;
        private final @Nullable String unit;

        Kind(io.micrometer.core.instrument.Meter.Type type, @Nullable String unit) {
            this.type = type;
            this.unit = unit;
        }
    }

    /** From what a near app takes to what people give up at. */
    private static final Duration[] BOUNDS = {
        Duration.ofMillis(5),
        Duration.ofMillis(10),
        Duration.ofMillis(25),
        Duration.ofMillis(50),
        Duration.ofMillis(100),
        Duration.ofMillis(250),
        Duration.ofMillis(500),
        Duration.ofSeconds(1),
        Duration.ofMillis(2_500),
        Duration.ofSeconds(5),
        Duration.ofSeconds(10),
        Duration.ofSeconds(30)
    };

    private final String meter;
    private final Kind kind;
    private final String description;
    private final List<String> tags;

    Metric(String meter, Kind kind, String description, String... tags) {
        this.meter = meter;
        this.kind = kind;
        this.description = description;
        this.tags = List.of(tags);
    }

    /** The name in the code. */
    String meter() {
        return meter;
    }

    String description() {
        return description;
    }

    List<String> tags() {
        return tags;
    }

    /** The name that Prometheus reads. */
    String prometheus() {
        String name = new PrometheusNamingConvention().name(meter, kind.type, kind.unit);
        // The client writes it to the rows, and the convention leaves it to the client.
        return kind == Kind.COUNTER && !name.endsWith("_total") ? name + "_total" : name;
    }

    /** What Prometheus has in its rows: a timer has three. */
    List<String> series() {
        String name = prometheus();
        return kind == Kind.TIMER
                ? List.of(name + "_bucket", name + "_count", name + "_sum", name + "_max")
                : List.of(name);
    }

    String kind() {
        return switch (kind) {
            case COUNTER -> "counter";
            case GAUGE, GAUGE_OF_SECONDS -> "gauge";
            case TIMER -> "histogram";
        };
    }

    /** The counter with these values of its tags. */
    Counter counter(MeterRegistry meters, String... values) {
        return Counter.builder(meter)
                .description(description)
                .tags(tags(values))
                .register(meters);
    }

    /** The histogram with these values of its tags. */
    Timer timer(MeterRegistry meters, String... values) {
        return Timer.builder(meter)
                .description(description)
                .tags(tags(values))
                .serviceLevelObjectives(BOUNDS)
                .register(meters);
    }

    private List<Tag> tags(String... values) {
        if (values.length != tags.size()) {
            throw new IllegalArgumentException(meter + " has the tags " + tags);
        }
        List<Tag> named = new ArrayList<>(values.length);
        for (int i = 0; i < values.length; i++) {
            named.add(Tag.of(tags.get(i), values[i]));
        }
        return named;
    }
}
