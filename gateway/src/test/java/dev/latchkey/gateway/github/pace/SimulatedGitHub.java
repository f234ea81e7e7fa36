package dev.latchkey.gateway.github.pace;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;

/**
 * GitHub's limits as its documents tell them, for one principal, by exact sliding windows over the moments at which calls
 * arrive. It is written without a look at the code that keeps to them, and counts every call that would have met one.
 */
final class SimulatedGitHub {

    static final String SECONDARY = "{\"message\":\"You have exceeded a secondary rate limit. Please wait.\"}";

    private static final DateTimeFormatter HTTP_DATE = DateTimeFormatter.RFC_1123_DATE_TIME.withZone(ZoneOffset.UTC);
    private static final long MINUTE = 60_000;

    private final SimulatedTime time;
    private final Rules rules;
    private final long ahead;
    private final Map<String, Quota> quotas = new HashMap<>();
    private final Deque<long[]> points = new ArrayDeque<>();
    private final Deque<long[]> cpu = new ArrayDeque<>();
    private final Deque<long[]> content = new ArrayDeque<>();
    private final List<String> trips = new ArrayList<>();
    private final List<Long> arrivals = new ArrayList<>();
    private final List<Long> writes = new ArrayList<>();
    private int inFlight;
    private int mostInFlight;
    private int writesInFlight;
    private long flightTime;

    /** Limits; times in milliseconds. */
    record Rules(
            int concurrency,
            int points,
            long cpu,
            int contentAMinute,
            int contentAnHour,
            long writeGap,
            int limit,
            long window) {

        static Rules documented() {
            return new Rules(100, 900, 90_000, 80, 500, 1_000, 5_000, 60 * MINUTE);
        }
    }

    /** What was answered. */
    record Reply(int status, HttpHeaders headers, String body) {}

    private static final class Quota {
        private int remaining;
        private long reset;
    }

    SimulatedGitHub(SimulatedTime time, Rules rules, long ahead) {
        this.time = time;
        this.rules = rules;
        this.ahead = ahead;
    }

    /** The limits that were met, each told in a line. */
    List<String> trips() {
        return trips;
    }

    List<Long> arrivals() {
        return arrivals;
    }

    List<Long> writes() {
        return writes;
    }

    int mostInFlight() {
        return mostInFlight;
    }

    int inFlight() {
        return inFlight;
    }

    /** Added up over all calls, in milliseconds. */
    long flightTime() {
        return flightTime;
    }

    int remaining(String resource) {
        return quota(resource).remaining;
    }

    /** The quota is as if somebody had used it so far, elsewhere. */
    void leave(String resource, int remaining, long untilReset) {
        Quota quota = quota(resource);
        quota.remaining = remaining;
        quota.reset = (time.now() + ahead + untilReset) / 1_000 * 1_000;
    }

    void useElsewhere(String resource, int calls) {
        Quota quota = quota(resource);
        quota.remaining = Math.max(0, quota.remaining - calls);
    }

    /** What still counts of the last minute. */
    long pointsOfTheMinute(long within) {
        return points.stream()
                .filter(each -> each[0] > time.now() - within)
                .mapToLong(each -> each[1])
                .sum();
    }

    long cpuOfTheMinute(long within) {
        return cpu.stream()
                .filter(each -> each[0] > time.now() - within)
                .mapToLong(each -> each[1])
                .sum();
    }

    long untilReset(String resource) {
        return quota(resource).reset - ahead - time.now();
    }

    /** A call arrives; GitHub decides at once, and answers later by {@link #finish}. */
    Reply arrive(HttpMethod method, String resource) {
        long now = time.now();
        boolean write = method != HttpMethod.GET;
        arrivals.add(now);
        inFlight++;
        mostInFlight = Math.max(mostInFlight, inFlight);
        String trip = null;
        if (inFlight > rules.concurrency) {
            trip = "concurrency " + inFlight;
        }
        points.addLast(new long[] {now, write ? 5 : 1});
        if (pointsOfTheMinute(MINUTE) > rules.points) {
            trip = "points " + pointsOfTheMinute(MINUTE);
        }
        if (write) {
            trip = arriveWrite(method, now, trip);
        }
        Quota quota = quota(resource);
        if (trip != null) {
            trips.add(time.now() + " " + trip);
            return new Reply(403, headers(resource, quota), SECONDARY);
        }
        if (quota.remaining == 0) {
            trips.add(time.now() + " quota " + resource);
            return new Reply(403, headers(resource, quota), "{\"message\":\"API rate limit exceeded for user ID 1.\"}");
        }
        quota.remaining--;
        return new Reply(200, headers(resource, quota), "{}");
    }

    private String arriveWrite(HttpMethod method, long now, String trip) {
        String found = trip;
        writesInFlight++;
        if (writesInFlight > 1 && rules.writeGap > 0) {
            found = "parallel writes";
        } else if (!writes.isEmpty() && now - writes.get(writes.size() - 1) < rules.writeGap) {
            found = "writes " + (now - writes.get(writes.size() - 1)) + " ms apart";
        }
        writes.add(now);
        if (method == HttpMethod.POST) {
            content.addLast(new long[] {now, 1});
            if (contentWithin(MINUTE) > rules.contentAMinute || contentWithin(60 * MINUTE) > rules.contentAnHour) {
                found = "content " + contentWithin(MINUTE) + " " + contentWithin(60 * MINUTE);
            }
        }
        return found;
    }

    private long contentWithin(long span) {
        return content.stream().filter(each -> each[0] > time.now() - span).count();
    }

    /** GitHub has answered what took it so long. */
    void finish(HttpMethod method, long took) {
        inFlight--;
        flightTime += took;
        if (method != HttpMethod.GET) {
            writesInFlight--;
        }
        cpu.addLast(new long[] {time.now(), took});
        while (!cpu.isEmpty() && cpu.getFirst()[0] < time.now() - 3 * MINUTE) {
            cpu.removeFirst();
        }
        while (!points.isEmpty() && points.getFirst()[0] < time.now() - 3 * MINUTE) {
            points.removeFirst();
        }
        if (cpuOfTheMinute(MINUTE) > rules.cpu) {
            trips.add(time.now() + " cpu " + cpuOfTheMinute(MINUTE));
        }
    }

    private Quota quota(String resource) {
        Quota quota = quotas.computeIfAbsent(resource, name -> new Quota());
        if (quota.reset <= time.now() + ahead) {
            quota.remaining = rules.limit;
            quota.reset = (time.now() + ahead + rules.window) / 1_000 * 1_000;
        }
        return quota;
    }

    private HttpHeaders headers(String resource, Quota quota) {
        HttpHeaders headers = new HttpHeaders();
        headers.set("Date", HTTP_DATE.format(Instant.ofEpochMilli(time.now() + ahead)));
        headers.set("x-ratelimit-limit", Integer.toString(rules.limit));
        headers.set("x-ratelimit-remaining", Integer.toString(quota.remaining));
        headers.set("x-ratelimit-used", Integer.toString(rules.limit - quota.remaining));
        headers.set("x-ratelimit-reset", Long.toString(quota.reset / 1_000));
        headers.set("x-ratelimit-resource", resource);
        return headers;
    }
}
