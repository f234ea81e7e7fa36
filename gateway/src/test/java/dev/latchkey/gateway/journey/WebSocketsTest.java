package dev.latchkey.gateway.journey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.latchkey.gateway.testing.EchoBackend;
import dev.latchkey.gateway.testing.GitHubStub;
import dev.latchkey.gateway.testing.HttpPerson;
import dev.latchkey.gateway.testing.RawBackend;
import dev.latchkey.gateway.testing.RawHttp;
import dev.latchkey.gateway.testing.TestGateway;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may open a WebSocket, from which page, and how it ends. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WebSocketsTest {

    private static final String WEBHOOK_SECRET = "It's a Secret to Everybody";
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private static final String HANDSHAKE = "Connection: Upgrade\r\nUpgrade: websocket\r\n"
            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n";

    private final List<AutoCloseable> parts = new ArrayList<>();
    private GitHubStub github;
    private EchoBackend app;
    private RawBackend raw;
    private TestGateway gateway;
    private HttpPerson octocat;

    private Path folder;

    @BeforeAll
    void start(@TempDir Path routes) throws IOException {
        folder = routes;
        github = GitHubStub.start();
        app = EchoBackend.start();
        raw = RawBackend.start();
        route("app", "to: " + app.url(), "allow: [signed-in]");
        route("any", "path: /any/**", "to: " + app.url(), "allow: [anyone]");
        route(
                "friends",
                "path: /friends/**",
                "to: " + app.url(),
                "allow: [signed-in]",
                "websocket: { origins: ['https://Friend.example'] }");
        route("world", "path: /world/**", "to: " + app.url(), "allow: [signed-in]", "websocket: { origins: ['*'] }");
        route(
                "quiet",
                "path: /quiet/**",
                "to: " + app.url(),
                "allow: [signed-in]",
                "websocket: { origins: [], idle: 3s }");
        route("raw", "path: /raw/**", "to: " + raw.url(), "allow: [anyone]");
        route("org", "path: /org/**", "to: " + app.url(), "allow: ['org:acme']");
        route("shrinking", "path: /shrinking/**", "to: " + app.url(), "allow: [signed-in]");
        route("narrowing", "path: /narrowing/**", "to: " + app.url(), "allow: [signed-in]");
        route(
                "tenants",
                "path: /tenants/**",
                "to: " + app.url(),
                "allow: [signed-in]",
                "filters: ['Header=X-Tenant, [ab]']");
        route("leaving", "path: /leaving/**", "to: " + app.url(), "allow: [signed-in]");
        gateway = TestGateway.signingInAt(github)
                .property("latchkey.routes", folder)
                .property("latchkey.github.webhook-secret", WEBHOOK_SECRET)
                .start();
        octocat = signedIn("octocat");
        parts.addAll(List.of(gateway, app, raw, github));
    }

    @AfterAll
    void stop() throws Exception {
        for (AutoCloseable part : parts) {
            part.close();
        }
    }

    private void route(String id, String... lines) throws IOException {
        Files.writeString(folder.resolve(id + ".yaml"), String.join("\n", lines) + "\n");
    }

    private HttpPerson signedIn(String login) {
        HttpPerson person = gateway.stranger();
        assertThat(person.signIn(github, login, "/").statusCode()).isEqualTo(200);
        return person;
    }

    private static String cookie(HttpPerson person) {
        return "latchkey=" + person.cookie("latchkey");
    }

    private RawHttp.Response shake(String path, String... lines) {
        String more = lines.length == 0 ? "" : String.join("\r\n", lines) + "\r\n";
        return RawHttp.to(gateway.port())
                .send("GET " + path + " HTTP/1.1\r\nHost: localhost:" + gateway.port() + "\r\n" + HANDSHAKE + more
                        + "\r\n");
    }

    // From which page

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            /ws         | SELF                        | 101
            /ws         | http://localhost            | 403
            /ws         | https://localhost:PORT      | 101
            /ws         | http://LOCALHOST:PORT       | 403
            /ws         | http://evil.example         | 403
            /ws         | http://evil.localhost:PORT  | 403
            /ws         | http://localhost:PORT.evil  | 403
            /ws         | null                        | 403
            /ws         | https://friend.example      | 403
            /any/ws     | http://evil.example         | 403
            /friends/ws | SELF                        | 101
            /friends/ws | https://friend.example      | 101
            /friends/ws | http://friend.example       | 403
            /friends/ws | https://friend.example:8443 | 403
            /world/ws   | http://evil.example         | 101
            """)
    void whereASessionCountsThePageHasToBeTheAppsOwnOrANamedOne(String path, String origin, int status) {
        String self = "http://localhost:" + gateway.port();
        String sent = origin.replace("SELF", self).replace("PORT", Integer.toString(gateway.port()));
        RawHttp.Response answer = shake(path, "Cookie: " + cookie(octocat), "Origin: " + sent);
        assertThat(answer.status()).isEqualTo(status);
        if (status == 403) {
            assertThat(answer.header("X-Latchkey-Problem")).isEqualTo("request.cross-site");
        }
    }

    @Test
    void twoOriginsAreNone() {
        String self = "Origin: http://localhost:" + gateway.port();
        assertThat(shake("/ws", "Cookie: " + cookie(octocat), self, self).status())
                .isEqualTo(403);
    }

    @Test
    void whoeverSendsNoOriginIsNoBrowserAndAnyPageMayUseWhatNeedsNoSession() {
        assertThat(shake("/ws", "Cookie: " + cookie(octocat)).status()).isEqualTo(101);
        assertThat(shake("/any/ws", "Origin: http://evil.example").status()).isEqualTo(101);
    }

    // What the app answers

    @ParameterizedTest
    @ValueSource(ints = {200, 302, 401, 404, 426, 503})
    void onlyAnAppThatSwitchesMakesTheGatewaySwitch(int status) {
        raw.answersOnce("HTTP/1.1 " + status + " Said\r\nX-App: said\r\nSet-Cookie: latchkey=evil\r\n"
                + "Set-Cookie: mine=1\r\nConnection: X-Gone\r\nX-Gone: 1\r\nContent-Length: 2\r\n\r\nno");
        RawHttp.Response answer = shake("/raw/ws");
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.header("X-App")).isEqualTo("said");
        assertThat(answer.headers("Set-Cookie")).containsExactly("mine=1");
        assertThat(answer.header("X-Gone")).isNull();
        assertThat(answer.header("X-Latchkey-Problem")).isNull();
        assertThat(answer.body()).isEmpty();
    }

    @Test
    void anAppThatDoesNotAnswerProperlyIsBroken() {
        raw.answersOnce("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                + "Sec-WebSocket-Accept: wrong\r\n\r\n");
        RawHttp.Response answer = shake("/raw/ws");
        assertThat(answer.status()).isEqualTo(502);
        assertThat(answer.header("X-Latchkey-Problem")).isEqualTo("backend.broken");
    }

    @Test
    void theAppChoosesTheSubProtocol() throws Exception {
        WebSocket socket = HTTP.newWebSocketBuilder()
                .header("Cookie", cookie(octocat))
                .subprotocols("chat.v2", "chat.v1")
                .buildAsync(URI.create("ws://localhost:" + gateway.port() + "/ws"), new Watched())
                .get(60, TimeUnit.SECONDS);
        assertThat(socket.getSubprotocol()).isEqualTo("chat.v2");
        socket.abort();
    }

    // How it ends

    @Test
    void whatOneEndSaysOnHangingUpTheOtherHears() throws Exception {
        await().until(() -> app.openStreams() == 0);
        Watched watched = open(octocat, "/ws");
        watched.socket.sendText("x", true).get(60, TimeUnit.SECONDS);
        assertThat(watched.text.get(60, TimeUnit.SECONDS)).isEqualTo("x");
        watched.socket.sendClose(4000, "bye").get(60, TimeUnit.SECONDS);
        await().until(() -> app.openStreams() == 0);
    }

    @Test
    void aBrowserThatVanishesTakesTheAppsEndWithIt() throws Exception {
        await().until(() -> app.openStreams() == 0);
        Watched watched = open(octocat, "/ws");
        await().until(() -> app.openStreams() == 1);
        watched.socket.abort();
        await().until(() -> app.openStreams() == 0);
    }

    @Test
    void silenceEndsItWhereTheRouteSaysSoAndSpeechKeepsIt() throws Exception {
        Watched silent = open(octocat, "/quiet/ws");
        Watched speaking = open(octocat, "/quiet/ws");
        while (!silent.closed.isDone()) {
            speaking.socket.sendText("still here", true).get(60, TimeUnit.SECONDS);
            await().pollDelay(Duration.ofMillis(100)).until(() -> true);
        }
        assertThat(silent.closed.get()).isEqualTo(4408);
        assertThat(speaking.closed).isNotDone();
        assertThat(speaking.closed.get(60, TimeUnit.SECONDS)).isEqualTo(4408);
    }

    @Test
    void aMemberWhoIsRemovedLosesWhatIsOpen() throws Exception {
        github.person("member").orgs("acme");
        HttpPerson member = signedIn("member");
        Watched socket = open(member, "/org/ws");
        CompletableFuture<Integer> events = events(member, "/org/sse?every=200&count=1000");
        await().until(() ->
                app.requests().stream().anyMatch(request -> request.target().startsWith("/org/sse")));
        github.person("other").orgs("acme");
        Watched others = open(signedIn("other"), "/org/ws");

        github.person("member").leaves("acme");
        var removed = github.organizationMemberRemoved("acme", "member").signedWith(WEBHOOK_SECRET);
        assertThat(removed.deliverTo(URI.create(gateway.url() + "/oauth2/webhooks/github"))
                        .statusCode())
                .isEqualTo(202);

        assertThat(socket.closed.get(60, TimeUnit.SECONDS)).isEqualTo(4401);
        events.handle((status, failure) -> true).get(60, TimeUnit.SECONDS);
        assertThat(others.closed).isNotDone();
        others.socket.abort();
    }

    @Test
    void aNarrowerRouteFileClosesTheSocketsOfThoseItLeavesOut() throws Exception {
        Watched left = open(signedIn("left-out"), "/shrinking/ws");
        Watched kept = open(octocat, "/shrinking/ws");
        route("shrinking", "path: /shrinking/**", "to: " + app.url(), "allow: ['user:octocat']");
        assertThat(left.closed.get(60, TimeUnit.SECONDS)).isEqualTo(4401);
        assertThat(kept.closed).isNotDone();
        kept.socket.abort();
    }

    @Test
    void aNarrowerRouteFileEndsWhatStillStreamsToThoseItLeavesOut() throws Exception {
        HttpPerson friend = signedIn("friend");
        CompletableFuture<Integer> left =
                events(signedIn("left-out-too"), "/narrowing/sse?type=application/x-ndjson&count=5000");
        CompletableFuture<Integer> kept = events(friend, "/narrowing/sse?type=application/x-ndjson&count=5000");
        await().until(() -> app.requests().stream()
                        .filter(request -> request.target().startsWith("/narrowing"))
                        .count()
                == 2);
        route("narrowing", "path: /narrowing/**", "to: " + app.url(), "allow: ['user:friend']");
        assertThat(left.handle((status, failure) -> failure != null).get(60, TimeUnit.SECONDS))
                .isTrue();
        assertThat(kept).isNotDone();
        friend.post("/oauth2/sign_out", Map.of());
    }

    /** The header is the client's own, and what the app is sent instead of the cookie must not matter. */
    @Test
    void aConditionThatDemandsMoreClosesTheSocketsThatDoNotFulfilIt() throws Exception {
        Watched left = open(octocat, "/tenants/ws", "X-Tenant", "a");
        Watched kept = open(octocat, "/tenants/ws", "X-Tenant", "b");
        route(
                "tenants",
                "path: /tenants/**",
                "to: " + app.url(),
                "allow: [signed-in]",
                "filters: ['Header=X-Tenant, b', 'Header=Cookie, latchkey=.*']");
        assertThat(left.closed.get(60, TimeUnit.SECONDS)).isEqualTo(4401);
        assertThat(kept.closed).isNotDone();
        kept.socket.abort();
    }

    @Test
    void aRouteThatGoesTakesItsSocketsWithIt() throws Exception {
        Watched socket = open(octocat, "/leaving/ws");
        Files.delete(folder.resolve("leaving.yaml"));
        assertThat(socket.closed.get(60, TimeUnit.SECONDS)).isEqualTo(4401);
    }

    // Details

    private Watched open(HttpPerson person, String path) throws Exception {
        return open(person, path, "X-Tenant", "none");
    }

    private Watched open(HttpPerson person, String path, String header, String value) throws Exception {
        Watched watched = new Watched();
        watched.socket = HTTP.newWebSocketBuilder()
                .header("Cookie", cookie(person))
                .header(header, value)
                .buildAsync(URI.create("ws://localhost:" + gateway.port() + path), watched)
                .get(60, TimeUnit.SECONDS);
        return watched;
    }

    private CompletableFuture<Integer> events(HttpPerson person, String path) {
        HttpRequest request = HttpRequest.newBuilder(URI.create(gateway.url() + path))
                .header("Cookie", cookie(person))
                .build();
        return HTTP.sendAsync(request, BodyHandlers.ofString()).thenApply(HttpResponse::statusCode);
    }

    private static final class Watched implements WebSocket.Listener {

        private final CompletableFuture<Integer> closed = new CompletableFuture<>();
        private final CompletableFuture<String> text = new CompletableFuture<>();
        private WebSocket socket;

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
            text.complete(data.toString());
            from.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onClose(WebSocket from, int status, String reason) {
            closed.complete(status);
            return null;
        }

        @Override
        public void onError(WebSocket from, Throwable error) {
            closed.completeExceptionally(error);
        }
    }
}
