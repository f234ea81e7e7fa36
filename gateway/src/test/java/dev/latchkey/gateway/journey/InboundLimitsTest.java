package dev.latchkey.gateway.journey;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.gateway.testing.EchoBackend;
import dev.latchkey.gateway.testing.GitHubStub;
import dev.latchkey.gateway.testing.HttpPerson;
import dev.latchkey.gateway.testing.RawHttp;
import dev.latchkey.gateway.testing.TestClock;
import dev.latchkey.gateway.testing.TestGateway;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is turned away before an app hears of it. */
class InboundLimitsTest {

    private static TestClock clock;
    private static GitHubStub github;
    private static EchoBackend app;
    private static TestGateway gateway;

    @BeforeAll
    static void start() {
        clock = TestClock.now();
        github = GitHubStub.start(clock);
        app = EchoBackend.start();
        gateway = TestGateway.signingInAt(github)
                .clock(clock)
                .property("latchkey.trusted-proxies", "127.0.0.1")
                .route("free", "to: " + app.url(), "allow: [signed-in]")
                .route(
                        "rate",
                        "path: /rate/**",
                        "to: " + app.url(),
                        "allow: [anyone]",
                        "limits: { rate: 2/s, burst: 4 }")
                .route("body", "path: /body/**", "to: " + app.url(), "allow: [anyone]", "limits: { body: 1KB }")
                .route("head", "path: /head/**", "to: " + app.url(), "allow: [anyone]", "limits: { headers: 500B }")
                .start();
    }

    @AfterAll
    static void stop() {
        gateway.close();
        app.close();
        github.close();
    }

    @BeforeEach
    void withFullBuckets() {
        clock.advance(Duration.ofMinutes(1));
        app.forgetRequests();
    }

    private static String header(HttpResponse<String> answer, String name) {
        return answer.headers().firstValue(name).orElse(null);
    }

    @Test
    void countsPeopleOneByOne() {
        HttpPerson one = gateway.stranger();
        one.signIn(github, "one", "/");
        HttpPerson other = gateway.stranger();
        other.signIn(github, "other", "/");
        for (int left = 3; left >= 0; left--) {
            HttpResponse<String> answer = one.twin().fetch("/rate/x");
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(header(answer, "RateLimit-Limit")).isEqualTo("4");
            assertThat(header(answer, "RateLimit-Remaining")).isEqualTo(Integer.toString(left));
            assertThat(header(answer, "RateLimit-Policy")).isEqualTo("4;w=2");
        }
        HttpResponse<String> refused = one.fetch("/rate/x");
        assertThat(refused.statusCode()).isEqualTo(429);
        assertThat(header(refused, "X-Latchkey-Problem")).isEqualTo("limit.rate");
        assertThat(header(refused, "Retry-After")).isEqualTo("1");
        assertThat(header(refused, "RateLimit-Remaining")).isEqualTo("0");
        assertThat(header(refused, "RateLimit-Reset")).isEqualTo("2");
        assertThat(app.requests().stream().filter(r -> r.target().equals("/rate/x")))
                .hasSize(4);
        assertThat(other.fetch("/rate/x").statusCode()).isEqualTo(200);
        assertThat(one.fetch("/").statusCode()).isEqualTo(200);

        clock.advance(Duration.ofMillis(500));
        assertThat(one.fetch("/rate/x").statusCode()).isEqualTo(200);
        assertThat(one.fetch("/rate/x").statusCode()).isEqualTo(429);
    }

    @Test
    void countsStrangersByAddress() {
        for (int i = 0; i < 4; i++) {
            assertThat(from("203.0.113.1")).isEqualTo(200);
        }
        assertThat(from("203.0.113.1")).isEqualTo(429);
        assertThat(from("203.0.113.2")).isEqualTo(200);
        for (int i = 0; i < 4; i++) {
            assertThat(from("2001:db8:1:2::" + i)).isEqualTo(200);
        }
        assertThat(from("2001:db8:1:2:ffff::9")).isEqualTo(429);
        assertThat(from("2001:db8:1:3::1")).isEqualTo(200);
    }

    private static int from(String address) {
        return gateway.stranger().fetch("/rate/x", "X-Forwarded-For", address).statusCode();
    }

    @Test
    void turnsAwayALargeBodyWhereItsLengthIsAnnounced() {
        HttpPerson stranger = gateway.stranger();
        assertThat(stranger.send("POST", "/body/x", "a".repeat(1024)).statusCode())
                .isEqualTo(200);
        HttpResponse<String> refused = stranger.send("POST", "/body/x", "a".repeat(1025));
        assertThat(refused.statusCode()).isEqualTo(413);
        assertThat(header(refused, "X-Latchkey-Problem")).isEqualTo("request.body.too-large");
        assertThat(app.requests()).hasSize(1);
    }

    @Test
    void turnsAwayALargeBodyInPieces() {
        assertThat(inPieces(4).status()).isEqualTo(200);
        RawHttp.Response refused = inPieces(5);
        assertThat(refused.status()).isEqualTo(413);
        assertThat(refused.header("X-Latchkey-Problem")).isEqualTo("request.body.too-large");
        assertThat(refused.header("Connection")).isEqualToIgnoringCase("close");
        assertThat(app.requests()).hasSize(1);
    }

    private static RawHttp.Response inPieces(int number) {
        String piece = "100\r\n" + "a".repeat(256) + "\r\n";
        return RawHttp.to(gateway.port())
                .send("POST /body/x HTTP/1.1\r\nHost: localhost:" + gateway.port()
                        + "\r\nTransfer-Encoding: chunked\r\n\r\n" + piece.repeat(number) + "0\r\n\r\n");
    }

    @Test
    void turnsAwayALargeHead() {
        HttpPerson stranger = gateway.stranger();
        assertThat(stranger.get("/head/x", "X-Some", "a".repeat(100)).statusCode())
                .isEqualTo(200);
        HttpResponse<String> refused = stranger.get("/head/x", "X-Some", "a".repeat(500));
        assertThat(refused.statusCode()).isEqualTo(431);
        assertThat(app.requests()).hasSize(1);
    }
}
