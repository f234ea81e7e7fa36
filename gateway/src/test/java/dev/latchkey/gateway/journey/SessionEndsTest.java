package dev.latchkey.gateway.journey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.latchkey.gateway.session.PersonId;
import dev.latchkey.gateway.session.SessionEnded;
import dev.latchkey.gateway.session.SessionEnded.Reason;
import dev.latchkey.gateway.session.Sessions;
import dev.latchkey.gateway.store.Store;
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
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** When sessions end, and all that ends with them: streams, the token here, the token at GitHub. */
class SessionEndsTest {

    private static final String WEBHOOK_SECRET = "It's a Secret to Everybody";
    private static final int STREAMS = 100;
    /** What a busy machine may need until it has seen that something ended; that it did not end early is exact. */
    private static final Duration LATE = Duration.ofSeconds(10);

    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private final GitHubStub github = GitHubStub.start();
    private final EchoBackend app = EchoBackend.start();
    private final List<AutoCloseable> parts = new ArrayList<>(List.of(app, github));
    private final List<SessionEnded> ended = new CopyOnWriteArrayList<>();
    private final PersonId octocat =
            new PersonId("github", Long.toString(github.person("octocat").id()));

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable part : parts) {
            part.close();
        }
    }

    enum Home {
        EMBEDDED,
        REDIS
    }

    // Deadlines

    @ParameterizedTest
    @EnumSource
    void anIdleSessionEndsToTheSecondAndItsTokenWithIt(Home home) {
        TestGateway gateway = gateway(home, "latchkey.session.idle", "5s");
        HttpPerson person = signedIn(gateway);
        await().pollDelay(Duration.ofMillis(1_500)).until(() -> true);
        Instant used = Instant.now();
        assertThat(person.fetch("/").statusCode()).isEqualTo(200);
        endAt(gateway, used.plusSeconds(5));
        assertThat(person.fetch("/").statusCode()).isEqualTo(401);
        assertThat(ended).singleElement().extracting(SessionEnded::reason).isEqualTo(Reason.EXPIRED);
    }

    @ParameterizedTest
    @EnumSource
    void aSessionInUseEndsAtItsAgeToTheSecondAndItsTokenWithIt(Home home) throws Exception {
        TestGateway gateway = gateway(home, "latchkey.session.idle", "5s", "latchkey.session.max-age", "7s");
        HttpPerson person = signedIn(gateway);
        Instant end = ends(gateway).get(0);
        Watched socket = Watched.open(gateway, person);
        await().pollInterval(Duration.ofMillis(100))
                .until(() -> person.fetch("/").statusCode() == 401);
        assertThat(Instant.now()).isBetween(end, end.plus(LATE));
        assertThat(socket.closed.get(30, TimeUnit.SECONDS)).isEqualTo(4401);
        endAt(gateway, end);
        assertThat(ended).singleElement().extracting(SessionEnded::reason).isEqualTo(Reason.EXPIRED);
    }

    @ParameterizedTest
    @EnumSource
    void aNewSignInMovesTheDeadlineOfTheToken(Home home) {
        TestGateway gateway = gateway(home, "latchkey.session.max-age", "4s");
        HttpPerson first = signedIn(gateway);
        await().pollDelay(Duration.ofSeconds(2)).until(() -> true);
        HttpPerson second = signedIn(gateway);
        Instant end = ends(gateway).stream().max(Instant::compareTo).orElseThrow();
        await().until(() -> first.fetch("/").statusCode() == 401);
        assertThat(GivenToken.in(second.fetch("/"))).matches(github::isLive);
        endAt(gateway, end);
        await().until(() -> ended.size() == 2);
    }

    /** The last of the person's sessions, and their token, end at that instant and not before. */
    private void endAt(TestGateway gateway, Instant end) {
        await().pollInterval(Duration.ofMillis(20))
                .until(() -> goneNotBefore(end, () -> ends(gateway).isEmpty()));
        await().pollInterval(Duration.ofMillis(20)).until(() -> goneNotBefore(end, () -> !hasToken(gateway)));
        assertThat(Instant.now()).isBefore(end.plus(LATE));
        await().until(() -> !ended.isEmpty());
    }

    private static boolean goneNotBefore(Instant end, BooleanSupplier isGone) {
        boolean gone = isGone.getAsBoolean();
        assertThat(gone && Instant.now().isBefore(end)).as("ended early").isFalse();
        return gone;
    }

    private static boolean hasToken(TestGateway gateway) {
        return Boolean.TRUE.equals(gateway.bean(Store.class)
                .get("token:github:583231")
                .hasElement()
                .block());
    }

    /** When those sessions end at the latest that have not. */
    private List<Instant> ends(TestGateway gateway) {
        return gateway.bean(Sessions.class)
                .list(octocat)
                .map(session -> session.end())
                .collectList()
                .block();
    }

    // Told once

    @Test
    void everyEndIsToldOnceByOneOfTwoNodes() {
        List<TestGateway> nodes = cluster("latchkey.session.max-age", "15s");
        List<HttpPerson> people = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            people.add(signedIn(nodes.get(0), "person" + i));
            people.add(signedIn(nodes.get(0), "person" + i).alsoAt(nodes.get(1).url()));
        }
        people.forEach(person -> assertThat(person.fetch("/").statusCode()).isEqualTo(200));

        people.get(0).post("/oauth2/sign_out", Map.of());
        people.get(3).post("/oauth2/account/sessions/end_all", Map.of("scope", "all"));
        revoke(nodes, "person2");
        await().until(() -> ended.size() == 5);
        await().atMost(Duration.ofSeconds(30)).until(() -> ended.size() == 8);
        await().during(Duration.ofSeconds(2)).until(() -> ended.size() == 8);

        assertThat(ended.stream().map(SessionEnded::sessionId)).doesNotHaveDuplicates();
        assertThat(ended.stream().map(SessionEnded::reason))
                .containsExactlyInAnyOrder(
                        Reason.SIGNED_OUT,
                        Reason.SIGNED_OUT,
                        Reason.SIGNED_OUT,
                        Reason.REVOKED,
                        Reason.REVOKED,
                        Reason.EXPIRED,
                        Reason.EXPIRED,
                        Reason.EXPIRED);
    }

    /**
     * GitHub sends it to one address; here to both nodes at once, as a balancer that repeats would.
     * Who comes while the other is still at it is told to come again.
     */
    private void revoke(List<TestGateway> nodes, String login) {
        var delivery = github.authorizationRevoked(login).signedWith(WEBHOOK_SECRET);
        nodes.parallelStream()
                .map(node -> delivery.deliverTo(URI.create(node.url() + "/oauth2/webhooks/github")))
                .forEach(answer -> assertThat(answer.statusCode()).isIn(202, 503));
    }

    // Everywhere at once

    @Test
    void signingOutAtOneNodeEndsEveryStreamAtBoth() throws Exception {
        List<TestGateway> nodes = cluster();
        HttpPerson person = signedIn(nodes.get(0));
        HttpPerson bystander = signedIn(nodes.get(0), "bystander");
        List<Watched> sockets = new ArrayList<>();
        List<CompletableFuture<Integer>> events = new ArrayList<>();
        for (int i = 0; i < STREAMS; i++) {
            for (TestGateway node : nodes) {
                sockets.add(Watched.open(node, person));
                events.add(events(node, person));
            }
        }
        Watched others = Watched.open(nodes.get(1), bystander);
        await().atMost(Duration.ofSeconds(30)).until(() -> app.openStreams() == 4 * STREAMS + 1);

        person.post("/oauth2/sign_out", Map.of());
        assertThat(person.alsoAt(nodes.get(1).url()).fetch("/").statusCode()).isEqualTo(401);

        for (Watched socket : sockets) {
            assertThat(socket.closed.get(5, TimeUnit.SECONDS)).isEqualTo(4401);
        }
        for (CompletableFuture<Integer> stream : events) {
            stream.handle((status, failure) -> true).get(5, TimeUnit.SECONDS);
        }
        await().until(() -> app.openStreams() == 1);
        assertThat(others.closed).isNotDone();
    }

    @Test
    void signingOutAtOneNodeIsFeltAtTheOtherAtOnce() {
        List<TestGateway> nodes = cluster();
        HttpPerson person = signedIn(nodes.get(0));
        HttpPerson thief = person.twin().alsoAt(nodes.get(1).url());
        assertThat(thief.fetch("/").statusCode()).isEqualTo(200);
        person.post("/oauth2/sign_out", Map.of());
        await().until(() -> thief.fetch("/").statusCode() == 401);
    }

    @Test
    void aStreamThatABackendBeginsAfterTheEndIsClosedAtOnce() throws Exception {
        TestGateway gateway = gateway(Home.EMBEDDED);
        HttpPerson person = signedIn(gateway);
        CompletableFuture<Integer> late = get(gateway, person, "/late/sse?wait=1500");
        await().until(() ->
                app.requests().stream().anyMatch(request -> request.target().startsWith("/late")));
        person.post("/oauth2/sign_out", Map.of());
        late.handle((status, failure) -> true).get(5, TimeUnit.SECONDS);
        await().until(() -> app.openStreams() == 0);
    }

    /** A stream of another kind, a download that tells its length, and a question that waits for its answer. */
    @Test
    void whateverIsStillUnderWayEndsWithItsSession() throws Exception {
        TestGateway gateway = gateway(Home.EMBEDDED);
        HttpPerson person = signedIn(gateway);
        List<CompletableFuture<Integer>> open = Stream.of(
                        "/sse?type=application/x-ndjson&count=5000",
                        "/sse?type=application/octet-stream&length=10000000&count=5000",
                        "/slow?ms=60000")
                .map(path -> get(gateway, person, path))
                .toList();
        HttpPerson bystander = signedIn(gateway, "bystander");
        CompletableFuture<Integer> others = get(gateway, bystander, "/sse?type=application/x-ndjson&count=5000");
        await().until(() -> app.openStreams() == 4);

        person.post("/oauth2/sign_out", Map.of());

        for (CompletableFuture<Integer> one : open) {
            assertThat(one.handle((status, failure) -> failure != null).get(30, TimeUnit.SECONDS))
                    .isTrue();
        }
        await().until(() -> app.openStreams() == 1);
        assertThat(others).isNotDone();
        bystander.post("/oauth2/sign_out", Map.of());
    }

    /** The oldest clients are told where an answer ends by the end of the connection alone. */
    @ParameterizedTest
    @ValueSource(strings = {"1.0", "1.1"})
    void nothingThatIsCutLooksWhole(String version) throws Exception {
        TestGateway gateway = gateway(Home.EMBEDDED);
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
        TestGateway gateway = gateway(Home.EMBEDDED);
        HttpPerson person = signedIn(gateway);
        HttpPerson bystander = signedIn(gateway, "bystander");
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
        TestGateway gateway = gateway(Home.EMBEDDED, "latchkey.github.revoke", "token");
        signsOut(gateway, "422", 1, Fault.status(422));
        signsOut(gateway, "404", 1, Fault.status(404));
        signsOut(gateway, "500-then-204", 2, Fault.status(500));
        signsOut(gateway, "never", 1, Fault.hang(Duration.ofSeconds(60)));
        assertThat(revocations()).allSatisfy(call -> assertThat(call.path()).endsWith("/token"));
    }

    @Test
    void signingOutTellsGitHubOfTheGrantAndWaitsForNothing() {
        TestGateway gateway = gateway(Home.EMBEDDED, "latchkey.github.revoke", "grant");
        signsOut(gateway, "204", 1);
        signsOut(gateway, "500-then-204", 2, Fault.html(500));
        assertThat(revocations()).allSatisfy(call -> assertThat(call.path()).endsWith("/grant"));
    }

    /** Somebody of that name, while GitHub answers in that way, and so many calls are made of it. */
    private void signsOut(TestGateway gateway, String name, int calls, Fault... faults) {
        int before = revocations().count();
        HttpPerson person = signedIn(gateway, "answer-" + name);
        HttpPerson thief = person.twin();
        String token = GivenToken.in(person.fetch("/"));
        github.revocationEndpoint().next(faults);

        Instant asked = Instant.now();
        assertThat(person.post("/oauth2/sign_out", Map.of()).statusCode()).isEqualTo(302);
        assertThat(Duration.between(asked, Instant.now())).as(name).isLessThan(Duration.ofSeconds(30));
        assertThat(thief.fetch("/").statusCode()).isEqualTo(401);

        await().until(() -> revocations().count() == before + calls);
        await().during(Duration.ofMillis(1_500)).until(() -> revocations().count() == before + calls);
        assertThat(revocations().last().form()).containsEntry("access_token", token);
        assertThat(github.isLive(token)).as(name).isEqualTo(faults.length == calls);
    }

    @Test
    void whoComesBackBeforeTheirGrantIsTakenBackKeepsTheNewOne() {
        TestGateway gateway = gateway(Home.EMBEDDED, "latchkey.github.revoke", "grant");
        HttpPerson person = signedIn(gateway);
        String old = GivenToken.in(person.fetch("/"));
        github.revocationEndpoint().next(Fault.status(500));
        person.post("/oauth2/sign_out", Map.of());
        person.signIn(github, "octocat", "/");
        await().until(() -> !github.isLive(old));
        assertThat(GivenToken.in(person.fetch("/"))).matches(github::isLive);
    }

    @ParameterizedTest
    @ValueSource(strings = {"others", "all"})
    void theTokenEndsWithTheLastSessionAndNotBefore(String scope) {
        TestGateway gateway = gateway(Home.EMBEDDED);
        HttpPerson here = signedIn(gateway);
        HttpPerson there = signedIn(gateway);
        String token = GivenToken.in(here.fetch("/"));
        await().until(() -> revocations().count() == 1);
        here.post("/oauth2/account/sessions/end_all", Map.of("scope", scope));
        assertThat(there.fetch("/").statusCode()).isEqualTo(401);
        if (scope.equals("others")) {
            assertThat(GivenToken.in(here.fetch("/"))).isEqualTo(token).matches(github::isLive);
            here.post("/oauth2/sign_out", Map.of());
        }
        await().until(() -> !github.isLive(token));
        assertThat(revocations().count()).isEqualTo(2);
    }

    private CallLog revocations() {
        return github.calls().matching(call -> call.method().equals("DELETE"));
    }

    // Steps

    private TestGateway gateway(Home home, String... properties) {
        TestGateway.Builder builder = builder(properties);
        return started(home == Home.REDIS ? builder.on(redis()) : builder);
    }

    private List<TestGateway> cluster(String... properties) {
        RedisServer redis = redis();
        int port = TestGateway.freePort();
        String address = "http://localhost:" + port;
        return List.of(
                started(builder(properties).on(redis).port(port)),
                started(builder(properties).on(redis).property("latchkey.external-url", address)));
    }

    private RedisServer redis() {
        RedisServer redis = RedisServer.embedded();
        parts.add(0, redis);
        return redis;
    }

    private TestGateway.Builder builder(String... properties) {
        TestGateway.Builder builder = TestGateway.signingInAt(github)
                .app(app.url())
                .hearing(SessionEnded.class, ended::add)
                .property("latchkey.github.webhook-secret", WEBHOOK_SECRET);
        for (int i = 0; i < properties.length; i += 2) {
            builder.property(properties[i], properties[i + 1]);
        }
        return builder;
    }

    private TestGateway started(TestGateway.Builder builder) {
        TestGateway gateway = builder.start();
        parts.add(0, gateway);
        return gateway;
    }

    private HttpPerson signedIn(TestGateway gateway) {
        return signedIn(gateway, "octocat");
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
    private static final class Watched implements WebSocket.Listener {

        private final CompletableFuture<Integer> closed = new CompletableFuture<>();

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
