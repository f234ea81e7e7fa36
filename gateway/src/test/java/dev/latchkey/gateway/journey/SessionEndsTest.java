package dev.latchkey.gateway.journey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.latchkey.gateway.testing.CallLog;
import dev.latchkey.gateway.testing.EchoBackend;
import dev.latchkey.gateway.testing.Fault;
import dev.latchkey.gateway.testing.GitHubStub;
import dev.latchkey.gateway.testing.HttpPerson;
import dev.latchkey.gateway.testing.RawHttp2;
import dev.latchkey.gateway.testing.RedisServer;
import dev.latchkey.gateway.testing.TestGateway;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** All that ends with a session: streams, the token here, the token at GitHub. */
class SessionEndsTest {

    private static final int STREAMS = 100;
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private static GitHubStub github;
    private static EchoBackend app;
    private static RedisServer redis;
    private static TestGateway gateway;
    private static List<TestGateway> nodes;
    private static int people;

    /** Everybody has somebody of their own to sign in as. */
    private String login;

    private HttpPerson bystander;

    @BeforeAll
    static void start() {
        github = GitHubStub.start();
        app = EchoBackend.start();
        redis = RedisServer.embedded();
        gateway = builder().start();
        int port = TestGateway.freePort();
        nodes = List.of(
                builder().on(redis).port(port).start(),
                builder()
                        .on(redis)
                        .property("latchkey.external-url", "http://localhost:" + port)
                        .start());
    }

    @AfterAll
    static void stop() {
        gateway.close();
        nodes.forEach(TestGateway::close);
        redis.close();
        app.close();
        github.close();
    }

    @BeforeEach
    void begin() {
        login = "person" + ++people;
        app.forgetRequests();
    }

    /** What a test leaves open would be counted by the next. */
    @AfterEach
    void leave() {
        if (bystander != null) {
            bystander.post("/oauth2/sign_out", Map.of());
        }
        await().until(() -> app.openStreams() == 0);
    }

    // Everywhere at once

    @Test
    void signingOutAtOneNodeEndsEveryStreamAtBoth() throws Exception {
        HttpPerson person = signedIn(nodes.get(0));
        bystander = signedIn(nodes.get(0), "bystander");
        List<Watched> sockets = new ArrayList<>();
        List<CompletableFuture<Integer>> events = new ArrayList<>();
        for (int i = 0; i < STREAMS; i++) {
            for (TestGateway node : nodes) {
                sockets.add(Watched.open(node, person));
                events.add(events(node, person));
            }
        }
        Watched others = Watched.open(nodes.get(1), bystander);
        await().until(() -> app.openStreams() == 4 * STREAMS + 1);

        person.post("/oauth2/sign_out", Map.of());
        assertThat(person.alsoAt(nodes.get(1).url()).fetch("/").statusCode()).isEqualTo(401);

        for (Watched socket : sockets) {
            assertThat(socket.closed.get(60, TimeUnit.SECONDS)).isEqualTo(4401);
        }
        for (CompletableFuture<Integer> stream : events) {
            stream.handle((status, failure) -> true).get(60, TimeUnit.SECONDS);
        }
        await().until(() -> app.openStreams() == 1);
        assertThat(others.closed).isNotDone();
    }

    @Test
    void signingOutAtOneNodeIsFeltAtTheOtherAtOnce() {
        HttpPerson person = signedIn(nodes.get(0));
        HttpPerson thief = person.twin().alsoAt(nodes.get(1).url());
        assertThat(thief.fetch("/").statusCode()).isEqualTo(200);
        person.post("/oauth2/sign_out", Map.of());
        await().until(() -> thief.fetch("/").statusCode() == 401);
    }

    @Test
    void aStreamThatABackendBeginsAfterTheEndIsClosedAtOnce() throws Exception {
        HttpPerson person = signedIn(gateway);
        CompletableFuture<Integer> late = get(gateway, person, "/late/sse?wait=1500");
        await().until(() ->
                app.requests().stream().anyMatch(request -> request.target().startsWith("/late")));
        person.post("/oauth2/sign_out", Map.of());
        late.handle((status, failure) -> true).get(60, TimeUnit.SECONDS);
        await().until(() -> app.openStreams() == 0);
    }

    /** A stream of another kind, a download that tells its length, and a question that waits for its answer. */
    @Test
    void whateverIsStillUnderWayEndsWithItsSession() throws Exception {
        HttpPerson person = signedIn(gateway);
        List<CompletableFuture<Integer>> open = Stream.of(
                        "/sse?type=application/x-ndjson&count=5000",
                        "/sse?type=application/octet-stream&length=10000000&count=5000",
                        "/slow?ms=60000")
                .map(path -> get(gateway, person, path))
                .toList();
        bystander = signedIn(gateway, "bystander");
        CompletableFuture<Integer> others = get(gateway, bystander, "/sse?type=application/x-ndjson&count=5000");
        await().until(() -> app.openStreams() == 4);

        person.post("/oauth2/sign_out", Map.of());

        for (CompletableFuture<Integer> one : open) {
            assertThat(one.handle((status, failure) -> failure != null).get(60, TimeUnit.SECONDS))
                    .isTrue();
        }
        await().until(() -> app.openStreams() == 1);
        assertThat(others).isNotDone();
    }

    /** The oldest clients are told where an answer ends by the end of the connection alone. */
    @ParameterizedTest
    @ValueSource(strings = {"1.0", "1.1"})
    void nothingThatIsCutLooksWhole(String version) throws Exception {
        HttpPerson person = signedIn(gateway);
        try (Socket client = new Socket(InetAddress.getLoopbackAddress(), gateway.port())) {
            client.setSoTimeout(60_000);
            String request = "GET /sse?type=text/plain&count=5000 HTTP/" + version + "\r\nHost: localhost:"
                    + gateway.port() + "\r\nCookie: latchkey=" + person.cookie("latchkey") + "\r\n\r\n";
            client.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            InputStream answer = client.getInputStream();
            assertThat(answer.read()).isEqualTo('H');
            person.post("/oauth2/sign_out", Map.of());
            assertThatThrownBy(answer::readAllBytes).isInstanceOf(SocketException.class);
        }
    }

    /** A balancer may carry many people's requests on one connection. */
    @Test
    void onAConnectionOfHttp2OnlyWhatBelongsToTheSessionEnds() {
        HttpPerson person = signedIn(gateway);
        bystander = signedIn(gateway, "bystander");
        try (RawHttp2 shared = RawHttp2.to(gateway.port())) {
            List<Integer> ended = Stream.of(
                            "/sse?every=1000&count=60",
                            "/sse?type=application/x-ndjson&count=5000",
                            "/sse?type=application/octet-stream&length=10000000&count=5000",
                            "/slow?ms=60000")
                    .map(path -> begin(shared, person, path))
                    .toList();
            int others = begin(shared, bystander, "/sse?every=1000&count=3");
            await().until(() -> app.openStreams() == 5);

            person.post("/oauth2/sign_out", Map.of());

            for (int stream : ended) {
                RawHttp2.Answer cut = shared.answer(stream);
                assertThat(cut.error()).as(cut.toString()).isPositive();
            }
            RawHttp2.Answer whole = shared.answer(others);
            assertThat(whole.status()).isEqualTo(200);
            assertThat(whole.isOver()).isTrue();
            assertThat(whole.error()).isEqualTo(-1);
            assertThat(shared.answer(begin(shared, person, "/")).status()).isEqualTo(401);
        }
        await().until(() -> app.openStreams() == 0);
    }

    private static int begin(RawHttp2 connection, HttpPerson person, String path) {
        int stream = connection.stream();
        connection.begin(stream, true, RawHttp2.head("GET", path, "cookie", "latchkey=" + person.cookie("latchkey")));
        return stream;
    }

    // At GitHub

    @Test
    void signingOutTellsGitHubOfTheTokenAndWaitsForNothing() {
        List<SignedOut> all = List.of(
                signsOut(gateway, "422", 1, Fault.status(422)),
                signsOut(gateway, "404", 1, Fault.status(404)),
                signsOut(gateway, "500-then-204", 2, Fault.status(500)),
                signsOut(gateway, "never", 1, Fault.hang(Duration.ofMinutes(2))));
        assertTold(all, "/token");
    }

    @Test
    void signingOutTellsGitHubOfTheGrantAndWaitsForNothing() {
        try (TestGateway granted = revokingGrants()) {
            List<SignedOut> all =
                    List.of(signsOut(granted, "204", 1), signsOut(granted, "500-then-204", 2, Fault.html(500)));
            assertTold(all, "/grant");
        }
    }

    /**
     * Somebody who signed out.
     *
     * @param calls of how many GitHub has heard
     * @param lives whether GitHub was not told in the end
     */
    private record SignedOut(String name, String token, int calls, boolean lives) {}

    /** Somebody of that name, while GitHub answers in that way, and so many calls are made of it. */
    private SignedOut signsOut(TestGateway gateway, String name, int calls, Fault... faults) {
        HttpPerson person = signedIn(gateway, login + "-answer-" + name);
        HttpPerson thief = person.twin();
        String token = GivenToken.in(person.fetch("/"));
        github.revocationEndpoint().next(faults);

        Instant asked = Instant.now();
        assertThat(person.post("/oauth2/sign_out", Map.of()).statusCode()).isEqualTo(302);
        assertThat(Duration.between(asked, Instant.now())).as(name).isLessThan(Duration.ofMinutes(1));
        assertThat(thief.fetch("/").statusCode()).isEqualTo(401);

        // What GitHub answers next is meant for the next.
        await().until(() -> revocationsOf(token).count() == calls);
        return new SignedOut(name, token, calls, faults.length == calls);
    }

    private static void assertTold(List<SignedOut> all, String of) {
        await().during(Duration.ofMillis(1_500))
                .until(() ->
                        all.stream().allMatch(one -> revocationsOf(one.token).count() == one.calls));
        assertThat(all).allSatisfy(one -> {
            assertThat(github.isLive(one.token)).as(one.name).isEqualTo(one.lives);
            assertThat(revocationsOf(one.token))
                    .allSatisfy(call -> assertThat(call.path()).endsWith(of));
        });
    }

    @Test
    void whoComesBackBeforeTheirGrantIsTakenBackKeepsTheNewOne() {
        try (TestGateway granted = revokingGrants()) {
            HttpPerson person = signedIn(granted);
            String old = GivenToken.in(person.fetch("/"));
            github.revocationEndpoint().next(Fault.status(500));
            person.post("/oauth2/sign_out", Map.of());
            person.signIn(github, login, "/");
            await().until(() -> !github.isLive(old));
            assertThat(GivenToken.in(person.fetch("/"))).matches(github::isLive);
        }
    }

    private static TestGateway revokingGrants() {
        return builder().property("latchkey.github.revoke", "grant").start();
    }

    @ParameterizedTest
    @ValueSource(strings = {"others", "all"})
    void theTokenEndsWithTheLastSessionAndNotBefore(String scope) {
        HttpPerson here = signedIn(gateway);
        String first = GivenToken.in(here.fetch("/"));
        HttpPerson there = signedIn(gateway);
        String token = GivenToken.in(here.fetch("/"));
        await().until(() -> revocationsOf(first).count() == 1);
        here.post("/oauth2/account/sessions/end_all", Map.of("scope", scope));
        assertThat(there.fetch("/").statusCode()).isEqualTo(401);
        if (scope.equals("others")) {
            assertThat(GivenToken.in(here.fetch("/"))).isEqualTo(token).matches(github::isLive);
            assertThat(revocationsOf(token).count()).isZero();
            here.post("/oauth2/sign_out", Map.of());
        }
        await().until(() -> !github.isLive(token));
        assertThat(revocationsOf(token).count()).isEqualTo(1);
        assertThat(revocationsOf(first).count()).isEqualTo(1);
    }

    private static CallLog revocationsOf(String token) {
        return github.calls()
                .matching(call -> call.method().equals("DELETE")
                        && token.equals(call.form().get("access_token")));
    }

    // Steps

    private static TestGateway.Builder builder() {
        return TestGateway.signingInAt(github).app(app.url());
    }

    private HttpPerson signedIn(TestGateway gateway) {
        return signedIn(gateway, login);
    }

    private HttpPerson signedIn(TestGateway gateway, String login) {
        HttpPerson person = gateway.stranger();
        assertThat(person.signIn(github, login, "/").statusCode()).isEqualTo(200);
        return person;
    }

    private static CompletableFuture<Integer> events(TestGateway node, HttpPerson person) {
        return get(node, person, "/sse?every=1000&count=60");
    }

    /** The status, when the answer is over. */
    private static CompletableFuture<Integer> get(TestGateway node, HttpPerson person, String path) {
        HttpRequest request = HttpRequest.newBuilder(URI.create(node.url() + path))
                .header("Cookie", "latchkey=" + person.cookie("latchkey"))
                .build();
        return HTTP.sendAsync(request, BodyHandlers.ofString()).thenApply(HttpResponse::statusCode);
    }

    /** A WebSocket that waits to be closed. */
    static final class Watched implements WebSocket.Listener {

        final CompletableFuture<Integer> closed = new CompletableFuture<>();

        static Watched open(TestGateway node, HttpPerson person) {
            Watched socket = new Watched();
            HTTP.newWebSocketBuilder()
                    .header("Cookie", "latchkey=" + person.cookie("latchkey"))
                    .buildAsync(URI.create("ws://localhost:" + node.port() + "/ws"), socket)
                    .join();
            return socket;
        }

        @Override
        public CompletionStage<?> onClose(WebSocket socket, int status, String reason) {
            closed.complete(status);
            return null;
        }

        @Override
        public void onError(WebSocket socket, Throwable error) {
            closed.completeExceptionally(error);
        }
    }
}
