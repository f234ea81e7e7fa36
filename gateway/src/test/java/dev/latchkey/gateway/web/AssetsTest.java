package dev.latchkey.gateway.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.test.web.reactive.server.WebTestClient;

class AssetsTest {

    private final Assets assets = new Assets(TestPages.ADDRESS, new SecurityHeaders(TestPages.ADDRESS));
    private final WebTestClient client = TestRoutes.client(assets.routes());

    @ParameterizedTest
    @CsvSource({"latchkey.css, text/css;charset=UTF-8", "mark.svg, image/svg+xml", "favicon.svg, image/svg+xml"})
    void servesEachFileToBeKeptForGood(String name, String type) {
        client.get()
                .uri(assets.url(name))
                .exchange()
                .expectStatus()
                .isOk()
                .expectHeader()
                .contentType(type)
                .expectHeader()
                .valueEquals("Cache-Control", "max-age=31536000, public, immutable")
                .expectHeader()
                .valueEquals("X-Content-Type-Options", "nosniff")
                .expectHeader()
                .exists("ETag")
                .expectBody()
                .consumeWith(body -> assertThat(body.getResponseBody()).isNotEmpty());
    }

    @Test
    void letsNobodyKeepAFileUnderAnotherVersion() {
        client.get()
                .uri("/oauth2/static/latchkey.css?v=0123456789abcdef")
                .exchange()
                .expectStatus()
                .isOk()
                .expectHeader()
                .valueEquals("Cache-Control", "no-cache");
    }

    @Test
    void answersNotModifiedToWhoHasTheFile() {
        HttpHeaders headers = client.get()
                .uri(assets.url("mark.svg"))
                .exchange()
                .returnResult(byte[].class)
                .getResponseHeaders();
        client.get()
                .uri(assets.url("mark.svg"))
                .header("If-None-Match", headers.getETag())
                .exchange()
                .expectStatus()
                .isNotModified()
                .expectHeader()
                .valueEquals("Cache-Control", "max-age=31536000, public, immutable");
    }

    @Test
    void answersHead() {
        client.method(HttpMethod.HEAD)
                .uri(assets.url("latchkey.css"))
                .exchange()
                .expectStatus()
                .isOk();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/oauth2/static/other.css",
                "/oauth2/static/..%2Fapplication.yml",
                "/oauth2/static/%2e%2e%2ftemplates%2flayout.mustache",
                "/oauth2/static/LATCHKEY.CSS",
                "/oauth2/static/assets/latchkey.css",
                "/oauth2/static/latchkey.css/",
                "/oauth2/static/"
            })
    void knowsNoOtherName(String path) {
        client.get().uri(URI.create(path)).exchange().expectStatus().isNotFound();
    }

    @Test
    void doesNotTakeAPost() {
        client.post().uri(assets.url("latchkey.css")).exchange().expectStatus().isNotFound();
    }

    @Test
    void tellsAPageThatAsksForAFileItLacks() {
        assertThatThrownBy(() -> assets.url("other.css")).hasMessageContaining("other.css");
    }
}
