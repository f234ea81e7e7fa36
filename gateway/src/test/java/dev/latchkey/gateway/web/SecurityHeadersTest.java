package dev.latchkey.gateway.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.http.HttpHeaders;

class SecurityHeadersTest {

    private final SecurityHeaders secure = new SecurityHeaders(TestPages.ADDRESS);
    private final HttpHeaders headers = new HttpHeaders();

    @Test
    void letsAPageLoadNothingButItsOwnStyleAndImages() {
        secure.onPage(headers);
        assertThat(headers.getFirst("Content-Security-Policy"))
                .isEqualTo("default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; "
                        + "frame-ancestors 'none'; form-action 'self'");
        assertThat(headers.getFirst("Cross-Origin-Opener-Policy")).isEqualTo("same-origin");
        assertThat(headers.getFirst("Permissions-Policy")).contains("camera=()");
    }

    @Test
    void letsAFormLeadToNamedOriginsOnly() {
        secure.onPage(headers, List.of("https://wiki.example", "https://github.example"));
        assertThat(headers.getFirst("Content-Security-Policy"))
                .startsWith("default-src 'none';")
                .endsWith("; form-action 'self' https://wiki.example https://github.example");
    }

    @Test
    void letsAnAnswerLoadNothingAtAll() {
        secure.onAnswer(headers);
        assertThat(headers.getFirst("Content-Security-Policy")).startsWith("default-src 'none';");
        assertThat(headers.getFirst("Content-Security-Policy")).doesNotContain("'self'");
    }

    @Test
    void keepsPagesAndAnswersOutOfEveryCache() {
        secure.onPage(headers);
        assertThat(headers.getCacheControl()).isEqualTo("no-store");
        headers.clear();
        secure.onAnswer(headers);
        assertThat(headers.getCacheControl()).isEqualTo("no-store");
    }

    @Test
    void leavesCachingOfTheCacheableToItsCaller() {
        headers.setCacheControl("max-age=60");
        secure.onCacheable(headers);
        assertThat(headers.getCacheControl()).isEqualTo("max-age=60");
    }

    @Test
    void forbidsSniffingAndKeepsReferrersAtHomeEverywhere() {
        secure.onPage(headers);
        expectCommonOnes();
        headers.clear();
        secure.onAnswer(headers);
        expectCommonOnes();
        headers.clear();
        secure.onCacheable(headers);
        expectCommonOnes();
    }

    @Test
    void doesNotCutSignInPopupsOffOnTheWay() {
        secure.onAnswer(headers);
        assertThat(headers.containsHeader("Cross-Origin-Opener-Policy")).isFalse();
    }

    @Test
    void promisesHttpsOnlyWhereThereIsHttps() {
        new SecurityHeaders(new GatewayAddress(URI.create("http://localhost:8080"), "/oauth2")).onPage(headers);
        assertThat(headers.containsHeader("Strict-Transport-Security")).isFalse();
        secure.onPage(headers);
        assertThat(headers.getFirst("Strict-Transport-Security")).isEqualTo("max-age=31536000");
    }

    @Test
    void setsEachHeaderOnceHoweverOftenItIsAsked() {
        secure.onPage(headers);
        secure.onPage(headers);
        headers.forEach((name, values) -> assertThat(values).as(name).hasSize(1));
    }

    private void expectCommonOnes() {
        assertThat(headers.getFirst("X-Content-Type-Options")).isEqualTo("nosniff");
        assertThat(headers.getFirst("Referrer-Policy")).isEqualTo("same-origin");
        assertThat(headers.getFirst("Content-Security-Policy")).contains("frame-ancestors 'none'");
    }
}
