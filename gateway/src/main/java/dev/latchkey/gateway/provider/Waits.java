package dev.latchkey.gateway.provider;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;

/**
 * How long an answer asks to wait: {@code Retry-After} in seconds or as a date (RFC 9110, section 10.2.3), else the end of a
 * spent quota. Dates are taken against the answer's own {@code Date}, so that it does not matter whose clock is wrong.
 *
 * @see <a href="https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api">GitHub's rate limits</a>
 */
public final class Waits {

    private static final Duration SHORTEST = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofHours(1);

    /** What ended longer ago than answers take says nothing, and obeying it would be asking again and again. */
    private static final Duration LATE = Duration.ofSeconds(2);

    /** No epoch second of this age has so many digits; some answers were seen to count milliseconds. */
    private static final long CERTAINLY_MILLIS = 100_000_000_000L;

    private Waits() {}

    /**
     * Between a second and an hour, or null if the answer says nothing.
     *
     * @param now by our clock, for an answer without a {@code Date}
     */
    public static @Nullable Duration said(HttpHeaders answer, Instant now) {
        Instant date = httpDate(answer.getFirst(HttpHeaders.DATE));
        Instant there = date == null ? now : date;
        Duration asked = retryAfter(answer.getFirst(HttpHeaders.RETRY_AFTER), there);
        if (asked == null && isSpent(answer)) {
            asked = untilReset(answer.getFirst("x-ratelimit-reset"), there);
        }
        return asked == null ? null : bounded(asked);
    }

    /** Whether it says that nothing is left of its quota. */
    public static boolean isSpent(HttpHeaders answer) {
        return "0".equals(answer.getFirst("x-ratelimit-remaining"));
    }

    /** An {@code HTTP-date} as it is sent today (RFC 9110, section 5.6.7), or null if it is none. */
    public static @Nullable Instant httpDate(@Nullable String text) {
        if (text == null) {
            return null;
        }
        try {
            return ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant();
        } catch (DateTimeException e) {
            return null;
        }
    }

    private static @Nullable Duration retryAfter(@Nullable String text, Instant there) {
        Long seconds = number(text);
        if (seconds != null) {
            return Duration.ofSeconds(seconds);
        }
        Instant date = httpDate(text);
        return date == null ? null : Duration.between(there, date);
    }

    private static @Nullable Duration untilReset(@Nullable String text, Instant there) {
        Long reset = number(text);
        if (reset == null) {
            return null;
        }
        Instant end = Instant.ofEpochSecond(reset > CERTAINLY_MILLIS ? reset / 1000 : reset);
        return end.isBefore(there.minus(LATE))
                ? null
                : Duration.between(there, end).plusSeconds(1);
    }

    private static @Nullable Long number(@Nullable String text) {
        return text != null && text.matches("[0-9]{1,15}") ? Long.valueOf(text) : null;
    }

    private static Duration bounded(Duration wait) {
        if (wait.compareTo(SHORTEST) < 0) {
            return SHORTEST;
        }
        return wait.compareTo(LONGEST) > 0 ? LONGEST : wait;
    }
}
