package dev.latchkey.gateway.installation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.gateway.testing.TestClock;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.http.HttpHeaders;

class RateLimitTest {

    /** GitHub's clock is five minutes ahead of ours. */
    private static final String DATE = "Sat, 21 Nov 2026 08:05:00 GMT";

    private static final long GITHUBS_NOW =
            Instant.parse("2026-11-21T08:05:00Z").getEpochSecond();

    private final TestClock clock = TestClock.at(Instant.parse("2026-11-21T08:00:00Z"));

    @ParameterizedTest
    @CsvSource({
        "429, '', true",
        "403, 'API rate limit exceeded for installation ID 1.', true",
        "403, 'You have exceeded a secondary rate limit. Please wait.', true",
        "403, 'You have triggered an abuse detection mechanism.', true",
        "403, 'Resource not accessible by integration', false",
        "403, 'Must have push access to view API rate limit exceeded', false",
        "404, 'API rate limit exceeded', false",
        "200, '', false"
    })
    void isToldByStatusAndWords(int status, String message, boolean reached) {
        GitHubAnswer answer = GitHubAnswer.of(status, new HttpHeaders(), "{\"message\":\"" + message + "\"}");
        assertThat(RateLimit.isReached(answer)).isEqualTo(reached);
    }

    @ParameterizedTest
    @CsvSource({
        "Retry-After, 7, true",
        "x-ratelimit-remaining, 0, true",
        "gh-limited-by, search-elapsed-time-shared-grouped, true",
        "x-ratelimit-remaining, 4000, false"
    })
    void isToldByHeaders(String name, String value, boolean reached) {
        HttpHeaders headers = new HttpHeaders();
        headers.set(name, value);
        assertThat(RateLimit.isReached(GitHubAnswer.of(403, headers, "{}"))).isEqualTo(reached);
        assertThat(RateLimit.isReached(GitHubAnswer.of(403, headers, "<html>"))).isEqualTo(reached);
    }

    @Test
    void isToldByThePageItRefersTo() {
        String page = "{\"documentation_url\":\"https://docs.github.com/rest/x#about-secondary-rate-limits\"}";
        assertThat(RateLimit.isReached(GitHubAnswer.of(403, new HttpHeaders(), page)))
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "7, 7",
        "0, 1",
        "'Sat, 21 Nov 2026 08:06:30 GMT', 90",
        "'Sat, 21 Nov 2026 08:00:00 GMT', 1",
        "99999999, 3600",
    })
    void saysHowLongBySecondsOrByADateOnGitHubsClock(String retryAfter, long seconds) {
        HttpHeaders headers = new HttpHeaders();
        headers.set("Date", DATE);
        headers.set("Retry-After", retryAfter);
        assertThat(RateLimit.said(GitHubAnswer.of(429, headers, ""), clock)).isEqualTo(Duration.ofSeconds(seconds));
    }

    @Test
    void saysHowLongByTheResetInSecondsAndInMilliseconds() {
        assertThat(reset(String.valueOf(GITHUBS_NOW + 30))).isEqualTo(Duration.ofSeconds(31));
        assertThat(reset((GITHUBS_NOW + 30) + "000")).isEqualTo(Duration.ofSeconds(31));
        assertThat(reset(String.valueOf(GITHUBS_NOW - 30))).isEqualTo(Duration.ofSeconds(1));
        assertThat(reset("soon")).isNull();
        assertThat(reset("-1")).isNull();
    }

    private Duration reset(String value) {
        HttpHeaders headers = new HttpHeaders();
        headers.set("Date", DATE);
        headers.set("x-ratelimit-remaining", "0");
        headers.set("x-ratelimit-reset", value);
        return RateLimit.said(GitHubAnswer.of(403, headers, ""), clock);
    }
}
