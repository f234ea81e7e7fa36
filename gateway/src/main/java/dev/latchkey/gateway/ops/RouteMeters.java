package dev.latchkey.gateway.ops;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * What is counted for one route. Meters are made when first needed and found by an index afterwards, so that an ordinary
 * request makes no garbage here.
 */
final class RouteMeters {

    /** Of statuses; the first is for none. */
    private static final String[] CLASSES = {"none", "1xx", "2xx", "3xx", "4xx", "5xx"};

    private final String route;
    private final MeterRegistry meters;
    private final AtomicReferenceArray<Counter> answers = new AtomicReferenceArray<>(CLASSES.length);
    private final AtomicReferenceArray<Timer> backend = new AtomicReferenceArray<>(CLASSES.length);
    private final Map<String, Counter> problems = new ConcurrentHashMap<>();
    private final Map<String, Counter> denials = new ConcurrentHashMap<>();
    private final Map<String, Counter> saved = new ConcurrentHashMap<>();
    private final Counter[] decisions = new Counter[2];

    RouteMeters(String route, MeterRegistry meters) {
        this.route = route;
        this.meters = meters;
        this.decisions[0] = Metric.DECISIONS.counter(meters, route, "permitted", "none");
        this.decisions[1] = Metric.DECISIONS.counter(meters, route, "challenged", "sign-in.required");
    }

    /** The gateway has handed on what an app or a part of its own answered. */
    void answered(int status) {
        int index = classOf(status);
        Counter counter = answers.get(index);
        if (counter == null) {
            counter = Metric.REQUESTS.counter(meters, route, CLASSES[index], "none");
            answers.set(index, counter);
        }
        counter.increment();
    }

    /** The gateway itself said that something was wrong. A code has one status, or a dialect's for the route. */
    void failed(int status, String problem) {
        Counter counter = problems.get(problem);
        if (counter == null) {
            counter = problems.computeIfAbsent(
                    problem, code -> Metric.REQUESTS.counter(meters, route, CLASSES[classOf(status)], code));
        }
        counter.increment();
    }

    void permitted() {
        decisions[0].increment();
    }

    void challenged() {
        decisions[1].increment();
    }

    void denied(String problem) {
        Counter counter = denials.get(problem);
        if (counter == null) {
            counter = denials.computeIfAbsent(problem, code -> Metric.DECISIONS.counter(meters, route, "denied", code));
        }
        counter.increment();
    }

    /** @param status what the app answered, or 0 */
    void backend(int status, long nanos) {
        int index = classOf(status);
        Timer timer = backend.get(index);
        if (timer == null) {
            timer = Metric.UPSTREAM.timer(meters, route, CLASSES[index]);
            backend.set(index, timer);
        }
        timer.record(nanos, TimeUnit.NANOSECONDS);
    }

    /** An answer of GitHub's cost nobody anything. */
    void saved(String template) {
        Counter counter = saved.get(template);
        if (counter == null) {
            counter = saved.computeIfAbsent(template, name -> Metric.GITHUB_SAVED.counter(meters, route, name));
        }
        counter.increment();
    }

    private static int classOf(int status) {
        int first = status / 100;
        return first >= 1 && first < CLASSES.length ? first : 0;
    }

    private boolean isSaved(Meter meter) {
        return meter.getId().getName().equals(Metric.GITHUB_SAVED.meter())
                && route.equals(meter.getId().getTag("app"));
    }

    /** Takes everything that bears the route's id out of the registry. */
    void remove() {
        for (Meter meter : meters.getMeters()) {
            if (route.equals(meter.getId().getTag("route")) || isSaved(meter)) {
                meters.remove(meter);
            }
        }
    }
}
