package dev.latchkey.gateway.installation;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.http.HttpHeaders;

class RateLimitTest {

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
}
