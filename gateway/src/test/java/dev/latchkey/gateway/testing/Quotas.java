package dev.latchkey.gateway.testing;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Hourly counts, by whatever key: a person's API requests, an app's token requests. */
final class Quotas {

    private static final Duration WINDOW = Duration.ofHours(1);

    private final Map<String, Quota> quotas = new ConcurrentHashMap<>();
    private final Clock clock;

    Quotas(Clock clock) {
        this.clock = clock;
    }

    /** Counts one request, even beyond the limit. */
    Quota take(String key, int limit) {
        return quotas.compute(key, (k, old) -> current(old, limit).plusOne());
    }

    Quota look(String key, int limit) {
        return current(quotas.get(key), limit);
    }

    void leave(String key, int limit, int remaining, Duration untilReset) {
        quotas.put(key, new Quota(limit, limit - remaining, clock.instant().plus(untilReset)));
    }

    void take(String key, int limit, int many) {
        quotas.compute(key, (k, old) -> {
            Quota quota = current(old, limit);
            return new Quota(limit, quota.used() + many, quota.reset());
        });
    }

    private Quota current(Quota old, int limit) {
        Instant now = clock.instant();
        if (old == null || !now.isBefore(old.reset())) {
            return new Quota(limit, 0, now.plus(WINDOW));
        }
        return new Quota(limit, old.used(), old.reset());
    }

    static Reply primaryLimit(String login, Instant reset) {
        Quota spent = new Quota(5_000, 5_000, reset);
        return spent.on(Reply.message(403, "API rate limit exceeded for user " + login + "."));
    }

    static Reply secondaryLimit(int status, Duration wait) {
        return secondaryLimit(status).with("Retry-After", Math.max(1, wait.toSeconds()));
    }

    static Reply secondaryLimit(int status) {
        String words = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.";
        return Reply.json(
                status,
                Json.object(
                        "message",
                        words,
                        "documentation_url",
                        "https://docs.github.com/rest/overview/rate-limits-for-the-rest-api"
                                + "#about-secondary-rate-limits"));
    }

    record Quota(int limit, int used, Instant reset) {

        boolean isExceeded() {
            return used > limit;
        }

        int remaining() {
            return Math.max(0, limit - used);
        }

        private Quota plusOne() {
            return new Quota(limit, used + 1, reset);
        }

        Reply on(Reply reply) {
            return reply.with("X-RateLimit-Limit", limit)
                    .with("X-RateLimit-Remaining", remaining())
                    .with("X-RateLimit-Used", Math.min(used, limit))
                    .with("X-RateLimit-Reset", reset.getEpochSecond())
                    .with("X-RateLimit-Resource", "core");
        }

        Map<String, Object> json() {
            return Json.object(
                    "limit", limit,
                    "used", Math.min(used, limit),
                    "remaining", remaining(),
                    "reset", reset.getEpochSecond());
        }
    }
}
