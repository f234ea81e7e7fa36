package dev.latchkey.gateway.installation;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Tells a reached limit from other refusals, and how long to wait. GitHub says both with 403; a limit bears at least one
 * of these marks (GitHub: "Rate limits for the REST API", and what is seen in the wild).
 */
final class RateLimit {

    private static final List<String> WORDS = List.of(
            "API rate limit exceeded",
            "You have exceeded a secondary rate limit",
            "You have triggered an abuse detection mechanism");
    private static final List<String> PAGES = List.of("secondary-rate-limits", "abuse-rate-limits");
    private static final Duration SHORTEST = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofHours(1);

    /** No epoch second of this age has so many digits; some answers were seen to count milliseconds. */
    private static final long CERTAINLY_MILLIS = 100_000_000_000L;

    private RateLimit() {}

    static boolean isReached(GitHubAnswer answer) {
        return answer.status() == 429
                || (answer.status() == 403
                        && (answer.headers().getFirst("Retry-After") != null
                                || answer.headers().getFirst("gh-limited-by") != null
                                || isSpent(answer)
                                || isSaid(answer)));
    }

    private static boolean isSpent(GitHubAnswer answer) {
        return "0".equals(answer.headers().getFirst("x-ratelimit-remaining"));
    }

    private static boolean isSaid(GitHubAnswer answer) {
        String page = answer.body().path("documentation_url").asString("");
        return WORDS.stream().anyMatch(answer.message()::startsWith)
                || PAGES.stream().anyMatch(page::endsWith);
    }

    /** How long the answer says to wait, from a second to an hour; null if it does not say. */
    static @Nullable Duration said(GitHubAnswer answer, Clock clock) {
        Instant date = answer.date();
        Instant there = date == null ? clock.instant() : date;
        Duration asked = retryAfter(answer.headers().getFirst("Retry-After"), there);
        if (asked == null && isSpent(answer)) {
            asked = untilReset(answer.headers().getFirst("x-ratelimit-reset"), there);
        }
        return asked == null ? null : clamped(asked);
    }

    private static @Nullable Duration retryAfter(@Nullable String text, Instant there) {
        Long seconds = number(text);
        if (seconds != null) {
            return Duration.ofSeconds(seconds);
        }
        Instant date = GitHubAnswer.httpDate(text);
        return date == null ? null : Duration.between(there, date);
    }

    private static @Nullable Duration untilReset(@Nullable String text, Instant there) {
        Long reset = number(text);
        if (reset == null) {
            return null;
        }
        long seconds = reset > CERTAINLY_MILLIS ? reset / 1000 : reset;
        return Duration.between(there, Instant.ofEpochSecond(seconds)).plusSeconds(1);
    }

    private static @Nullable Long number(@Nullable String text) {
        return text != null && text.matches("[0-9]{1,15}") ? Long.valueOf(text) : null;
    }

    private static Duration clamped(Duration asked) {
        if (asked.compareTo(SHORTEST) < 0) {
            return SHORTEST;
        }
        return asked.compareTo(LONGEST) > 0 ? LONGEST : asked;
    }
}
