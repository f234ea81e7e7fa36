package dev.latchkey.gateway.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.gateway.problem.ProblemCode;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.test.web.reactive.server.WebTestClient;

class ProblemReferenceTest {

    private final WebTestClient client = TestRoutes.client(
            new ProblemReference(TestPages.pages(), new SecurityHeaders(TestPages.ADDRESS)).routes(TestPages.ADDRESS));

    @ParameterizedTest
    @EnumSource(ProblemCode.class)
    void explainsEveryCodeWhereItsDocumentPoints(ProblemCode code) {
        String path = new ProblemDocument(TestPages.ADDRESS).type(code).getPath();
        String html = client.get()
                .uri(path)
                .exchange()
                .expectStatus()
                .isOk()
                .expectHeader()
                .contentType("text/html;charset=UTF-8")
                .expectHeader()
                .valueEquals("Content-Security-Policy", SecurityHeaders.PAGE_POLICY)
                .expectBody(String.class)
                .returnResult()
                .getResponseBody();
        Document page = Jsoup.parse(html);
        assertThat(page.select("h1").text()).isEqualTo(code.title());
        assertThat(page.select("main").text()).contains(code.hint(), code.code(), "" + code.status());
    }

    @Test
    void knowsNoOtherCode() {
        client.get()
                .uri("/oauth2/problems/no.such.code")
                .exchange()
                .expectStatus()
                .isNotFound();
    }
}
