package dev.latchkey.gateway.journey;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.gateway.testing.GatewayProcess;
import dev.latchkey.gateway.testing.GitHubStub;
import dev.latchkey.gateway.testing.HttpPerson;
import dev.latchkey.gateway.testing.RawBackend;
import dev.latchkey.gateway.testing.RawHttp;
import dev.latchkey.gateway.testing.TestGateway;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Where the machine speaks Turkish, an I in lower case is no i, and nothing that is compared without case may notice. */
class TurkishTest {

    private static GitHubStub github;
    private static RawBackend app;
    private static GatewayProcess gateway;

    @BeforeAll
    static void start() {
        github = GitHubStub.start();
        github.app().withoutTokenLimits();
        github.person("Iris");
        app = RawBackend.start();
        gateway = TestGateway.signingInAt(github)
                .property("latchkey.trusted-proxies", "127.0.0.0/8")
                .route("app", "to: " + app.url(), "allow: ['user:iris']")
                .route("wiki", "host: WIKI.INTRANET.TEST", "to: " + app.url(), "allow: [anyone]")
                .startApart("-Duser.language=tr", "-Duser.country=TR");
    }

    @AfterAll
    static void stop() {
        gateway.close();
        app.close();
        github.close();
        assertThat(gateway.log())
                // Who is denied is told there as a warning.
                .filteredOn(line -> !line.contains(" latchkey.audit "))
                .noneMatch(line -> line.contains(" ERROR ") || line.contains(" WARN "));
    }

    @BeforeEach
    void forget() {
        app.forgetHeads();
    }

    @Test
    void somebodySignsInIsKnownAndSignsOut() {
        HttpPerson iris = gateway.stranger();
        assertThat(iris.fetch("/").headers().firstValue("X-Latchkey-Problem")).contains("sign-in.required");
        assertThat(iris.signIn(github, "Iris", "/?a=1").statusCode()).isEqualTo(200);
        assertThat(app.lastHeaderLines()).contains("X-Forwarded-User: Iris", "X-Forwarded-Email: Iris@example.com");
        HttpResponse<String> account = iris.navigate("/oauth2/account");
        assertThat(account.body()).containsPattern("\\d (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \\d{4}, ");
        assertThat(iris.post("/oauth2/sign_out", Map.of()).statusCode()).isEqualTo(302);
        assertThat(iris.fetch("/").statusCode()).isEqualTo(401);
    }

    @Test
    void somebodyOfAnotherNameIsNotLetIn() {
        for (String login : List.of("\u0131ris", "\u0130ris")) {
            github.person(login);
            assertThat(gateway.stranger().signIn(github, login, "/").statusCode())
                    .as(login)
                    .isEqualTo(403);
        }
        assertThat(app.heads()).isEmpty();
    }

    @Test
    void headersAndHostsAreKnownInUpperCase() {
        RawHttp.Response answer = RawHttp.to(gateway.port())
                .send("GET / HTTP/1.1\r\nHOST: WIKI.INTRANET.TEST\r\nAUTHORIZATION: evil\r\nX-REAL-IP: evil\r\n"
                        + "X-ORIGINAL-URL: /evil\r\nX-AUTH-REQUEST-EMAIL: evil\r\nX-FORWARDED-URI: /evil\r\n"
                        + "X-FORWARDED-EMAIL: evil\r\nX-GOOG-IAP-JWT-ASSERTION: evil\r\nX-POMERIUM-JWT-ASSERTION: evil\r\n"
                        + "CONNECTION: KEEP-ALIVE, X-HIDDEN\r\nPROXY-CONNECTION: evil\r\n\r\n");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(app.lastHead()).doesNotContain("evil").contains("X-Forwarded-Host: wiki.intranet.test\r\n");

        app.answersOnce("HTTP/1.1 200 OK\r\nCONTENT-LENGTH: 2\r\nSET-COOKIE: latchkey=evil\r\n"
                + "CONNECTION: X-HIDDEN\r\nX-HIDDEN: evil\r\nX-LATCHKEY-ID: evil\r\n\r\nok");
        assertThat(RawHttp.to(gateway.port())
                        .get("/x", "X-FORWARDED-HOST: WIKI.INTRANET.TEST")
                        .headers()
                        .toString())
                .doesNotContain("evil");
    }

    @Test
    void whatIsRefusedIsRefused() {
        for (String method : List.of("TRACE", "trace", "CONNECT", "connect")) {
            assertThat(RawHttp.to(gateway.port())
                            .send(method + " / HTTP/1.1\r\nHost: wiki.intranet.test\r\n\r\n")
                            .status())
                    .isEqualTo(405);
        }
        assertThat(RawHttp.to(gateway.port())
                        .send("POST / HTTP/1.1\r\nHost: wiki.intranet.test\r\nTRANSFER-ENCODING: GZIP\r\n\r\n")
                        .status())
                .isEqualTo(400);
        assertThat(app.heads()).isEmpty();
    }
}
