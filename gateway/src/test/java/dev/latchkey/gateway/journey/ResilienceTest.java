package dev.latchkey.gateway.journey;

import static dev.latchkey.gateway.testing.ScriptedBackend.Turn.BREAKS_OFF;
import static dev.latchkey.gateway.testing.ScriptedBackend.Turn.FALLS_SILENT;
import static dev.latchkey.gateway.testing.ScriptedBackend.Turn.IS_UNWELL;
import static dev.latchkey.gateway.testing.ScriptedBackend.Turn.SAYS_NOTHING;
import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.gateway.testing.GitHubStub;
import dev.latchkey.gateway.testing.HttpPerson;
import dev.latchkey.gateway.testing.RawHttp;
import dev.latchkey.gateway.testing.ScriptedBackend;
import dev.latchkey.gateway.testing.TestClock;
import dev.latchkey.gateway.testing.TestGateway;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of requests to an app that is weak. Each test has a backend, and so a route and a breaker, of its own. */
class ResilienceTest {

    private static final String HOST = "localhost";

    private static GitHubStub github;

    private final TestClock clock = TestClock.now();
    private final ScriptedBackend app = ScriptedBackend.start();
    private TestGateway gateway;

    @BeforeAll
    static void startGitHub() {
        github = GitHubStub.start();
    }

    @AfterAll
    static void stopGitHub() {
        github.close();
    }

    @BeforeEach
    void start() {
        gateway = TestGateway.signingInAt(github)
                .clock(clock)
                .route("slow", "path: /slow", "to: " + app.url(), "allow: [anyone]", "limits: { timeout: 2s }")
                .route("idle", "path: /idle", "to: " + app.url(), "allow: [anyone]", "limits: { idle: 2s }")
                .route(
                        "one",
                        "path: /one",
                        "to: " + app.url(),
                        "allow: [anyone]",
                        "limits: { concurrent: 1, retries: 5 }")
                .route("again", "path: /again", "to: " + app.url(), "allow: [anyone]", "limits: { retries: 2 }")
                .route(
                        "breaker",
                        "path: /breaker",
                        "to: " + app.url(),
                        "allow: [anyone]",
                        "limits: { retries: 2, timeout: 2s, breaker: { failures: 100%, of: 3, pause: 30s, probes: 1 } }")
                .start();
    }

    @AfterEach
    void stop() {
        gateway.close();
        app.close();
    }

    private HttpResponse<String> get(String path) {
        return gateway.stranger().get(path);
    }

    private static void assertProblem(HttpResponse<String> answer, int status, String code) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.headers().firstValue("X-Latchkey-Problem")).contains(code);
    }

    @Test
    void waitsForTheHeadOfAnAnswerAndNoLonger() {
        app.next(SAYS_NOTHING);
        assertProblem(get("/slow"), 504, "backend.timeout");
        assertThat(get("/slow").body()).isEqualTo("ok");
    }

    @Test
    void doesNotTakeASlowUploadForASlowApp() throws Exception {
        try (var socket = new Socket(HOST, gateway.port())) {
            var out = socket.getOutputStream();
            out.write(("POST /slow HTTP/1.1\r\nHost: localhost:" + gateway.port() + "\r\nContent-Length: 8\r\n\r\n")
                    .getBytes());
            socket.setSoTimeout(30_000);
            for (int i = 0; i < 8; i++) {
                out.write('a');
                out.flush();
                pause();
            }
            StringBuilder answer = new StringBuilder();
            for (int next = 0; next >= 0 && !answer.toString().endsWith("ok"); ) {
                next = socket.getInputStream().read();
                answer.append((char) next);
            }
            assertThat(answer).startsWith("HTTP/1.1 200").endsWith("ok");
        }
    }

    /** The passing of time is what this is about, and the network has no other clock. */
    private static void pause() throws Exception {
        new CompletableFuture<Void>()
                .completeOnTimeout(null, 300, TimeUnit.MILLISECONDS)
                .get();
    }

    @Test
    void breaksOffAnAnswerThatFallsSilent() {
        app.next(FALLS_SILENT);
        RawHttp.Response answer = RawHttp.to(gateway.port()).get("/idle");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("half");
        assertThat(get("/idle").body()).isEqualTo("ok");
    }

    @Test
    void turnsAwayWhatIsTooMuchAtOnce() {
        app.next(SAYS_NOTHING);
        CompletableFuture<HttpResponse<String>> waiting = CompletableFuture.supplyAsync(() -> get("/one"));
        SessionsContract.await(() -> app.requests() == 1);
        HttpResponse<String> refused = get("/one");
        assertProblem(refused, 503, "backend.busy");
        assertThat(refused.headers().firstValue("Retry-After")).contains("1");
        assertThat(app.requests()).isEqualTo(1);
        app.close();
        waiting.join();
    }

    @Test
    void sendsSafeRequestsAgainAndOthersNever() {
        app.next(BREAKS_OFF, BREAKS_OFF);
        assertThat(get("/again").body()).isEqualTo("ok");
        assertThat(app.requests()).isEqualTo(3);

        app.next(BREAKS_OFF);
        assertProblem(gateway.stranger().send("POST", "/again", "x"), 502, "backend.broken");
        assertThat(app.requests()).isEqualTo(4);

        app.next(BREAKS_OFF, BREAKS_OFF, BREAKS_OFF);
        assertProblem(get("/again"), 502, "backend.broken");
        assertThat(app.requests()).isEqualTo(7);
    }

    @Test
    void passesOnAnAppsOwn503AndDoesNotRepeatIt() {
        app.next(IS_UNWELL);
        assertThat(get("/again").body()).isEqualTo("unwell");
        assertThat(app.requests()).isEqualTo(1);
    }

    /** Bulkhead, retry, breaker, time limit: from the outside in. */
    @Test
    void keepsTheOrderThatItStates() {
        // The breaker is inside the retry: three attempts of one request open it.
        app.next(BREAKS_OFF, BREAKS_OFF, BREAKS_OFF);
        assertProblem(get("/breaker"), 502, "backend.broken");
        assertThat(app.requests()).isEqualTo(3);

        // An open breaker is not tried again, and the app hears nothing.
        HttpResponse<String> open = get("/breaker");
        assertProblem(open, 503, "backend.paused");
        assertThat(open.headers().firstValue("Retry-After")).contains("30");
        assertThat(app.requests()).isEqualTo(3);

        // One probe, which fails for being late: the time limit is inside the breaker, and a late answer is not
        // repeated.
        clock.advance(Duration.ofSeconds(31));
        app.next(SAYS_NOTHING);
        assertProblem(get("/breaker"), 504, "backend.timeout");
        assertProblem(get("/breaker"), 503, "backend.paused");
        assertThat(app.requests()).isEqualTo(4);

        // One probe that succeeds closes it.
        clock.advance(Duration.ofSeconds(31));
        assertThat(get("/breaker").body()).isEqualTo("ok");
        assertThat(get("/breaker").body()).isEqualTo("ok");
    }

    /** The bulkhead is outside the retry: what is being repeated goes on being one request under way. */
    @Test
    void countsARepeatedRequestOnce() {
        app.next(BREAKS_OFF, BREAKS_OFF, SAYS_NOTHING);
        HttpPerson stranger = gateway.stranger();
        CompletableFuture<HttpResponse<String>> repeated = CompletableFuture.supplyAsync(() -> stranger.get("/one"));
        SessionsContract.await(() -> app.requests() == 3);
        assertProblem(get("/one"), 503, "backend.busy");
        app.close();
        repeated.join();
        assertThat(app.requests()).isEqualTo(3);
    }
}
