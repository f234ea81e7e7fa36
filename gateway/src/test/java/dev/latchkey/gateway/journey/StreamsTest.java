package dev.latchkey.gateway.journey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.latchkey.gateway.testing.Alphabet;
import dev.latchkey.gateway.testing.EchoBackend;
import dev.latchkey.gateway.testing.GatewayProcess;
import dev.latchkey.gateway.testing.GitHubStub;
import dev.latchkey.gateway.testing.HttpPerson;
import dev.latchkey.gateway.testing.TestGateway;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

/**
 * What is long or never ends goes through as it comes: a gateway with 128 MB of heap and 64 MB beside it carries far more
 * than it could hold.
 */
class StreamsTest {

    private static final long GIGABYTE = 1L << 30;
    /** What GitHub's passthrough carries each way. */
    private static final long MUCH = 200L << 20;

    private static final int SOCKETS = 1_000;

    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private static final JsonMapper JSON = JsonMapper.shared();

    private static GitHubStub github;
    private static EchoBackend backend;
    private static GatewayProcess gateway;
    private static String session;

    @BeforeAll
    static void start() {
        github = GitHubStub.start();
        backend = EchoBackend.start();
        gateway = TestGateway.signingInAt(github)
                .app(backend.url())
                .property("latchkey.github.uploads-url", backend.url())
                .route("github", "path: /github/**", "to: builtin:github-api", "allow: [signed-in]")
                .startApart("-Xmx128m", "-XX:MaxDirectMemorySize=64m", "-XX:+ExitOnOutOfMemoryError");
        session = sessionOf(octocat());
    }

    private static HttpPerson octocat() {
        HttpPerson octocat = gateway.stranger();
        octocat.signIn(github, "octocat", "/");
        return octocat;
    }

    private static String sessionOf(HttpPerson person) {
        return "latchkey=" + person.cookie("latchkey");
    }

    @AfterAll
    static void stop() {
        gateway.close();
        backend.close();
        github.close();
        assertThat(gateway.log()).noneMatch(line -> line.contains("LEAK") || line.contains("OutOfMemory"));
    }

    @BeforeEach
    void forget() {
        backend.forgetRequests();
    }

    @Test
    void aGigabyteGoesUpWhole() throws Exception {
        HttpResponse<String> answer = HTTP.send(
                request("/upload")
                        .POST(BodyPublishers.fromPublisher(
                                BodyPublishers.ofInputStream(() -> Alphabet.first(GIGABYTE)), GIGABYTE))
                        .build(),
                BodyHandlers.ofString());

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(JSON.readTree(answer.body()).get("bytes").asLong()).isEqualTo(GIGABYTE);
        assertThat(JSON.readTree(answer.body()).get("alike").asLong()).isEqualTo(GIGABYTE);
    }

    @Test
    void aGigabyteComesDownWhole() throws Exception {
        HttpResponse<InputStream> answer =
                HTTP.send(request("/download?bytes=" + GIGABYTE).build(), BodyHandlers.ofInputStream());

        assertThat(answer.statusCode()).isEqualTo(200);
        assertWhole(answer.body(), GIGABYTE);
    }

    @Test
    void twoHundredMegabytesGoUpToGitHubWhole() throws Exception {
        HttpResponse<String> answer = HTTP.send(
                request("/github/api/uploads/upload?name=big")
                        .POST(BodyPublishers.fromPublisher(
                                BodyPublishers.ofInputStream(() -> Alphabet.first(MUCH)), MUCH))
                        .build(),
                BodyHandlers.ofString());

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(JSON.readTree(answer.body()).get("bytes").asLong()).isEqualTo(MUCH);
        assertThat(JSON.readTree(answer.body()).get("alike").asLong()).isEqualTo(MUCH);
    }

    @Test
    void twoHundredMegabytesComeDownFromGitHubWhole() throws Exception {
        HttpResponse<InputStream> answer =
                HTTP.send(request("/github/api/uploads/download?bytes=" + MUCH).build(), BodyHandlers.ofInputStream());

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("X-Latchkey-Cache")).isNotEqualTo(Optional.of("hit"));
        assertWhole(answer.body(), MUCH);
    }

    /** Each event is with the client before the backend sends the next, whoever else keeps the machine busy. */
    @Test
    void eventsArriveAsTheyAreSent() throws Exception {
        List<Long> lags = new ArrayList<>();

        HttpResponse<Stream<String>> answer =
                HTTP.send(request("/sse?every=1000&count=5").build(), BodyHandlers.ofLines());
        answer.body()
                .filter(line -> line.startsWith("data: "))
                .forEach(line -> lags.add(System.nanoTime()
                        - JSON.readTree(line.substring(6)).get("sent").asLong()));

        assertThat(lags).hasSize(5);
        assertThat(lags.stream().sorted().toList().get(2))
                .isLessThan(Duration.ofSeconds(1).toNanos());
    }

    @Test
    void aThousandWebSocketsSpeakAtOnceAndAllAreClosedWhenTheirPersonSignsOut() throws Exception {
        HttpPerson person = octocat();
        backend.forgetRequests();
        List<Echo> echoes = IntStream.range(0, SOCKETS).mapToObj(Echo::new).toList();

        List<WebSocket> sockets = echoes.stream().map(echo -> open(person, echo)).toList().stream()
                .map(CompletableFuture::join)
                .toList();
        await().until(() -> backend.openStreams() == SOCKETS);
        IntStream.range(0, SOCKETS).forEach(n -> echoes.get(n).speak(sockets.get(n)));

        for (Echo echo : echoes) {
            assertThat(echo.text.get(60, TimeUnit.SECONDS)).isEqualTo("text " + echo.number);
            assertThat(echo.binary.get(60, TimeUnit.SECONDS)).isEqualTo(echo.number);
        }
        assertThat(backend.requests()).hasSize(SOCKETS).allSatisfy(handshake -> {
            assertThat(handshake.headers("X-Forwarded-User")).containsExactly("octocat");
            assertThat(handshake.header("Authorization")).startsWith("Bearer ey");
            assertThat(handshake.header("Cookie")).isNull();
        });

        assertThat(person.post("/oauth2/sign_out", Map.of()).statusCode()).isEqualTo(302);

        for (Echo echo : echoes) {
            assertThat(echo.closed.get(60, TimeUnit.SECONDS)).isEqualTo(4401);
        }
        await().until(() -> backend.openStreams() == 0);
    }

    @Test
    void aWebSocketWithoutASessionNeverReachesTheBackend() {
        assertThatThrownBy(() -> HTTP.newWebSocketBuilder()
                        .buildAsync(webSocketUri(), new Echo(0))
                        .join())
                .hasCauseInstanceOf(WebSocketHandshakeException.class)
                .cause()
                .satisfies(refused -> assertThat(((WebSocketHandshakeException) refused)
                                .getResponse()
                                .statusCode())
                        .isEqualTo(401));
        assertThat(backend.requests()).isEmpty();
    }

    private static HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(gateway.url() + path)).header("Cookie", session);
    }

    private static CompletableFuture<WebSocket> open(HttpPerson person, Echo echo) {
        return HTTP.newWebSocketBuilder().header("Cookie", sessionOf(person)).buildAsync(webSocketUri(), echo);
    }

    private static URI webSocketUri() {
        return URI.create("ws://localhost:" + gateway.port() + "/ws");
    }

    private static void assertWhole(InputStream in, long length) throws IOException {
        Alphabet.Comparison seen = new Alphabet.Comparison();
        byte[] buffer = new byte[Alphabet.BLOCK];
        try (in) {
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                seen.plus(buffer, read);
            }
        }
        assertThat(seen.length()).isEqualTo(length);
        assertThat(seen.alike()).isEqualTo(length);
    }

    /** One end of a WebSocket: says its number twice, as text and as bytes, and keeps what comes back and how it ends. */
    private static final class Echo implements WebSocket.Listener {

        private final int number;
        private final CompletableFuture<String> text = new CompletableFuture<>();
        private final CompletableFuture<Integer> binary = new CompletableFuture<>();
        private final CompletableFuture<Integer> closed = new CompletableFuture<>();

        Echo(int number) {
            this.number = number;
        }

        void speak(WebSocket socket) {
            socket.sendText("text " + number, true)
                    .thenCompose(sent -> sent.sendBinary(ByteBuffer.allocate(4).putInt(0, number), true));
        }

        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            text.complete(data.toString());
            socket.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
            binary.complete(data.getInt());
            socket.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onClose(WebSocket socket, int status, String reason) {
            closed.complete(status);
            return null;
        }

        @Override
        public void onError(WebSocket socket, Throwable error) {
            text.completeExceptionally(error);
            binary.completeExceptionally(error);
            closed.completeExceptionally(error);
        }
    }
}
