package dev.latchkey.gateway.journey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.latchkey.gateway.testing.EchoBackend;
import dev.latchkey.gateway.testing.GitHubStub;
import dev.latchkey.gateway.testing.HttpPerson;
import dev.latchkey.gateway.testing.RawHttp;
import dev.latchkey.gateway.testing.RawHttp2;
import dev.latchkey.gateway.testing.TestGateway;
import dev.latchkey.gateway.web.Drain;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import reactor.test.scheduler.VirtualTimeScheduler;

/** A gateway is told to stop while all kinds of things are under way. The notice ends when this test says so. */
class LeavingTest {

    private static final Duration NOTICE = Duration.ofSeconds(5);
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private static GitHubStub github;
    private static EchoBackend app;
    private static TestGateway gateway;

    // What was seen, in this order
    private static int readyBefore;
    private static int readyInNotice;
    private static int livenessInNotice;
    private static HttpResponse<String> answerBefore;
    private static HttpResponse<String> answerInNotice;
    private static RawHttp.Response pingInNotice;
    private static boolean socketClosedInNotice;
    private static boolean streamEndedInNotice;
    private static int socketStatus;
    private static String streamed;
    private static HttpResponse<String> begunBefore;
    private static RawHttp2.Answer http2InNotice;
    private static RawHttp2.Answer http2Stream;
    private static RawHttp2.Answer http2BegunBefore;
    private static List<Integer> lastStreamsInNotice;
    private static RawHttp2.Answer latecomers;
    private static List<Integer> lastStreamsOfLatecomer;
    private static List<Integer> lastStreams;
    private static int lastStream;
    private static int goneAway;
    private static boolean http2Closed;
    private static int idleGoneAway;
    private static int port;

    @BeforeAll
    static void leave() throws Exception {
        github = GitHubStub.start();
        app = EchoBackend.start();
        VirtualTimeScheduler timer = VirtualTimeScheduler.create();
        gateway = TestGateway.signingInAt(github)
                .app(app.url())
                .bean(Drain.class, new Drain(NOTICE, timer))
                .start();
        port = gateway.port();
        HttpPerson octocat = gateway.stranger();
        octocat.signIn(github, "octocat", "/");
        HttpPerson operator = HttpPerson.at("http://localhost:" + gateway.internalPort());
        readyBefore = operator.get("/ready").statusCode();
        answerBefore = octocat.fetch("/");
        Closed closed = new Closed();
        WebSocket socket = HTTP.newWebSocketBuilder()
                .header("Cookie", "latchkey=" + octocat.cookie("latchkey"))
                .buildAsync(URI.create("ws://localhost:" + port + "/ws"), closed)
                .get(60, TimeUnit.SECONDS);
        CompletableFuture<String> stream = HTTP.sendAsync(
                        request(octocat, "/sse?every=50&count=1000000"), BodyHandlers.ofString())
                .thenApply(HttpResponse::body);
        await().atMost(PATIENCE).until(() -> app.openStreams() >= 2);
        CompletableFuture<HttpResponse<String>> slow =
                HTTP.sendAsync(request(octocat, "/slow?ms=3000"), BodyHandlers.ofString());
        await().atMost(PATIENCE).until(() -> app.openStreams() >= 3);
        RawHttp2 idle = RawHttp2.to(port);
        idle.get("/oauth2/sign_in");
        RawHttp2 http2 = RawHttp2.to(port);
        int events = begin(http2, octocat, "/sse?every=50&count=1000000");
        int slowly = begin(http2, octocat, "/slow?ms=3000");
        await().atMost(PATIENCE).until(() -> app.openStreams() >= 5);

        CompletableFuture<Void> gone = CompletableFuture.runAsync(gateway::close, task -> new Thread(task).start());

        await().atMost(PATIENCE).until(() -> operator.get("/ready").statusCode() == 503);
        readyInNotice = operator.get("/actuator/health/readiness").statusCode();
        livenessInNotice = operator.get("/actuator/health/liveness").statusCode();
        await().atMost(PATIENCE)
                .until(() -> !octocat.fetch("/")
                        .headers()
                        .firstValue("Connection")
                        .orElse("")
                        .isEmpty());
        answerInNotice = octocat.fetch("/");
        pingInNotice = RawHttp.to(port).send("GET /ping HTTP/1.1\r\nHost: localhost\r\n\r\n");
        socketClosedInNotice = closed.status.isDone();
        streamEndedInNotice = stream.isDone();
        await().atMost(PATIENCE).until(() -> {
            lastStream = begin(http2, octocat, "/");
            http2InNotice = http2.answer(lastStream);
            lastStreamsInNotice = http2.lastStreams();
            return !lastStreamsInNotice.isEmpty();
        });
        try (RawHttp2 late = RawHttp2.to(port)) {
            latecomers = late.get("/oauth2/sign_in");
            lastStreamsOfLatecomer = late.lastStreams();
        }
        timer.advanceTimeBy(NOTICE);

        socketStatus = closed.status.get(60, TimeUnit.SECONDS);
        streamed = stream.get(60, TimeUnit.SECONDS);
        begunBefore = slow.get(60, TimeUnit.SECONDS);
        http2Stream = http2.answer(events);
        http2BegunBefore = http2.answer(slowly);
        goneAway = http2.end();
        lastStreams = http2.lastStreams();
        http2Closed = http2.isClosed();
        idleGoneAway = idle.end();
        gone.get(60, TimeUnit.SECONDS);
        socket.abort();
    }

    private static int begin(RawHttp2 connection, HttpPerson person, String path) {
        int stream = connection.stream();
        connection.begin(stream, true, RawHttp2.head("GET", path, "cookie", "latchkey=" + person.cookie("latchkey")));
        return stream;
    }

    private static HttpRequest request(HttpPerson person, String path) {
        return HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
                .header("Cookie", "latchkey=" + person.cookie("latchkey"))
                .build();
    }

    private static final class Closed implements WebSocket.Listener {

        private final CompletableFuture<Integer> status = new CompletableFuture<>();

        @Override
        public CompletionStage<?> onClose(WebSocket from, int code, String reason) {
            status.complete(code);
            return null;
        }

        @Override
        public void onError(WebSocket from, Throwable error) {
            status.completeExceptionally(error);
        }
    }

    @AfterAll
    static void stop() {
        app.close();
        github.close();
    }

    @Test
    void itIsNotReadyAtOnceAndStillAlive() {
        assertThat(readyBefore).isEqualTo(200);
        assertThat(readyInNotice).isEqualTo(503);
        assertThat(livenessInNotice).isEqualTo(200);
    }

    @Test
    void whoeverComesBeforeTheBalancerKnowsIsServedForTheLastTimeOnThatConnection() {
        assertThat(answerBefore.headers().firstValue("Connection")).isEmpty();
        assertThat(answerInNotice.statusCode()).isEqualTo(200);
        assertThat(answerInNotice.headers().allValues("Connection")).containsExactly("close");
        assertThat(pingInNotice.status()).isEqualTo(200);
        assertThat(pingInNotice.headers("Connection")).containsExactly("close");
    }

    @Test
    void whatStaysOpenStaysUntilTheNoticeIsOver() {
        assertThat(socketClosedInNotice).isFalse();
        assertThat(streamEndedInNotice).isFalse();
    }

    @Test
    void aWebSocketHearsOfTheRestart() {
        assertThat(socketStatus).isEqualTo(1012);
    }

    /** Its body ends as HTTP wants it: a client that sees a broken one reports an error. */
    @Test
    void anEventStreamEndsAfterAWholeEvent() {
        assertThat(streamed).startsWith("id: 0\n").endsWith("}\n\n");
    }

    @Test
    void whatWasBeingAnsweredIsAnswered() {
        assertThat(begunBefore.statusCode()).isEqualTo(200);
    }

    // HTTP/2, whose connection carries all of them at once

    @Test
    void aConnectionOfHttp2IsServedUntilTheNoticeIsOver() {
        assertThat(http2InNotice.status()).isEqualTo(200);
        assertThat(http2InNotice.error()).isEqualTo(-1);
    }

    @Test
    void aConnectionOfHttp2HearsOfItAtOnceAndAtTheEndWhatWasStillLookedAt() {
        assertThat(lastStreamsInNotice).containsExactly(Integer.MAX_VALUE);
        assertThat(lastStreams).startsWith(Integer.MAX_VALUE, lastStream);
    }

    @Test
    void whoComesByHttp2BeforeTheBalancerKnowsIsServedAndNotSentAway() {
        assertThat(latecomers.status()).isEqualTo(200);
        assertThat(lastStreamsOfLatecomer).isEmpty();
    }

    @Test
    void aConnectionOfHttp2HearsThatTheGatewayLeavesAndNotThatItFailed() {
        assertThat(goneAway).isZero();
        assertThat(http2Closed).isTrue();
        assertThat(idleGoneAway).isZero();
    }

    @Test
    void anEventStreamOfHttp2EndsAfterAWholeEvent() {
        assertThat(http2Stream.error()).as(http2Stream.toString()).isEqualTo(-1);
        assertThat(http2Stream.isOver()).isTrue();
        assertThat(http2Stream.body()).startsWith("id: 0\n").endsWith("}\n\n");
    }

    @Test
    void whatWasBeingAnsweredByHttp2IsAnswered() {
        assertThat(http2BegunBefore.status()).as(http2BegunBefore.toString()).isEqualTo(200);
        assertThat(http2BegunBefore.isOver()).isTrue();
        assertThat(http2BegunBefore.error()).isEqualTo(-1);
    }

    @Test
    void afterThatNobodyIsThere() {
        HttpPerson late = HttpPerson.at("http://localhost:" + port);
        assertThatThrownBy(() -> late.get("/ping")).isInstanceOf(UncheckedIOException.class);
    }
}
