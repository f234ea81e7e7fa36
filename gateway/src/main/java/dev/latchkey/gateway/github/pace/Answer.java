package dev.latchkey.gateway.github.pace;

import dev.latchkey.gateway.provider.Waits;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;

/**
 * What the pacing needs to know of an answer. Times are in milliseconds by our clock, unless said otherwise.
 *
 * @param at when it came
 * @param offset how far GitHub's clock is ahead of ours, by the answer's {@code Date}
 * @param quota the state of the quota it tells, or null
 * @see <a href="https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api">GitHub's rate limits</a>
 */
record Answer(long at, int status, long offset, @Nullable Quota quota, Verdict verdict) {

    private static final int FORBIDDEN = 403;
    private static final int TOO_MANY = 429;
    private static final int NOT_MODIFIED = 304;

    /** No epoch second of this age has so many digits; some answers were seen to count milliseconds. */
    private static final long CERTAINLY_MILLIS = 100_000_000_000L;

    /**
     * What the {@code x-ratelimit-} fields say.
     *
     * @param resource GitHub's name of the quota, or null if it is not told
     * @param reset in milliseconds by GitHub's clock
     */
    record Quota(@Nullable String resource, long limit, long remaining, long used, long reset) {}

    static Answer of(Kind kind, int status, HttpHeaders headers, Supplier<@Nullable String> bodyStart, long now) {
        Long date = date(headers.getFirst(HttpHeaders.DATE));
        long there = date == null ? now : date;
        return new Answer(now, status, there - now, quota(headers), verdict(kind, status, headers, bodyStart, there));
    }

    boolean isSuccess() {
        return status < 400;
    }

    /** GitHub takes nothing off the quota for it. */
    boolean isFree() {
        return status == NOT_MODIFIED;
    }

    private static @Nullable Quota quota(HttpHeaders headers) {
        Long limit = number(headers.getFirst("x-ratelimit-limit"));
        Long remaining = number(headers.getFirst("x-ratelimit-remaining"));
        Long reset = reset(headers);
        if (limit == null || remaining == null || reset == null || limit == 0) {
            return null;
        }
        Long used = number(headers.getFirst("x-ratelimit-used"));
        String resource = headers.getFirst("x-ratelimit-resource");
        return new Quota(
                resource != null && Resources.isName(resource) ? resource : null,
                limit,
                Math.min(limit, remaining),
                used == null ? limit - Math.min(limit, remaining) : used,
                reset);
    }

    private static Verdict verdict(
            Kind kind, int status, HttpHeaders headers, Supplier<@Nullable String> bodyStart, long there) {
        boolean refused = status == FORBIDDEN || status == TOO_MANY;
        if (!refused && (kind == Kind.REST || status != 200)) {
            return new Verdict.Within();
        }
        Words words = Words.of(bodyStart.get());
        boolean spent = refused && Waits.isSpent(headers);
        boolean marked = refused
                && (status == TOO_MANY
                        || headers.getFirst(HttpHeaders.RETRY_AFTER) != null
                        || headers.getFirst("gh-limited-by") != null);
        if (words.saySecondary()) {
            return new Verdict.Secondary(wait(headers, there));
        }
        if (words.sayPrimary() || spent) {
            return new Verdict.Spent(wait(headers, there));
        }
        return marked ? new Verdict.Secondary(wait(headers, there)) : new Verdict.Within();
    }

    private static @Nullable Long wait(HttpHeaders headers, long there) {
        Duration said = Waits.said(headers, Instant.ofEpochMilli(there));
        return said == null ? null : Long.valueOf(said.toMillis());
    }

    private static @Nullable Long reset(HttpHeaders headers) {
        Long reset = number(headers.getFirst("x-ratelimit-reset"));
        if (reset == null) {
            return null;
        }
        return reset > CERTAINLY_MILLIS ? reset : Long.valueOf(reset * 1_000);
    }

    private static @Nullable Long number(@Nullable String text) {
        return text != null && text.matches("[0-9]{1,15}") ? Long.valueOf(text) : null;
    }

    private static @Nullable Long date(@Nullable String text) {
        Instant date = Waits.httpDate(text);
        return date == null ? null : Long.valueOf(date.toEpochMilli());
    }
}
