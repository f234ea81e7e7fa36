package dev.latchkey.gateway.provider;

import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;

/**
 * How long an answer asks to wait: {@code Retry-After} in seconds or as a date, else the end of a spent quota. Dates are
 * taken against the answer's own {@code Date}, so that it does not matter whose clock is wrong.
 *
 * @see <a href="https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api">GitHub's rate limits</a>
 */
final class Waits {

    private static final Duration SHORTEST = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofHours(1);

    private Waits() {}

    /** Between a second and an hour, or null if the answer says nothing. */
    static @Nullable Duration of(HttpHeaders answer, Instant now) {
        Instant there = dateOf(answer.getFirst(HttpHeaders.DATE), now);
        String retryAfter = answer.getFirst(HttpHeaders.RETRY_AFTER);
        if (retryAfter != null) {
            return bounded(
                    retryAfter.matches("[0-9]{1,9}")
                            ? Duration.ofSeconds(Long.parseLong(retryAfter))
                            : Duration.between(there, dateOf(retryAfter, there)));
        }
        String reset = answer.getFirst("x-ratelimit-reset");
        boolean spent = "0".equals(answer.getFirst("x-ratelimit-remaining"));
        if (spent && reset != null && reset.matches("[0-9]{1,12}")) {
            return bounded(Duration.between(there, Instant.ofEpochSecond(Long.parseLong(reset))));
        }
        return null;
    }

    private static Duration bounded(Duration wait) {
        if (wait.compareTo(SHORTEST) < 0) {
            return SHORTEST;
        }
        return wait.compareTo(LONGEST) > 0 ? LONGEST : wait;
    }

    private static Instant dateOf(@Nullable String date, Instant otherwise) {
        if (date == null) {
            return otherwise;
        }
        try {
            return ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant();
        } catch (DateTimeParseException e) {
            return otherwise;
        }
    }
}
