package dev.latchkey.gateway.journey;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.gateway.testing.GitHubStub;
import dev.latchkey.gateway.testing.HttpPerson;
import dev.latchkey.gateway.testing.RawBackend;
import dev.latchkey.gateway.testing.RawHttp;
import dev.latchkey.gateway.testing.TestGateway;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Asking for another protocol on a connection opens nothing that a plain request would not. */
class UpgradesTest {

    private static final String KEY = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n";
    private static final String HANDSHAKE = "Connection: Upgrade\r\nUpgrade: websocket\r\n" + KEY;
    private static final String SMUGGLED =
            "GET /guarded/smuggled HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

    private static GitHubStub github;
    private static RawBackend app;
    private static TestGateway gateway;
    private static String session;

    @BeforeAll
    static void start() {
        github = GitHubStub.start();
        app = RawBackend.start();
        gateway = TestGateway.signingInAt(github)
                .route("open", "to: " + app.url(), "allow: [anyone]")
                .route(
                        "guarded",
                        "path: /guarded/**",
                        "to: " + app.url(),
                        "allow: [signed-in]",
                        "send: { github-token: true }")
                .start();
        HttpPerson octocat = gateway.stranger();
        octocat.signIn(github, "octocat", "/oauth2/account");
        session = "Cookie: latchkey=" + octocat.cookie("latchkey") + "\r\n";
    }

    @AfterAll
    static void stop() {
        gateway.close();
        app.close();
        github.close();
    }

    @BeforeEach
    void forget() {
        app.forgetHeads();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                HANDSHAKE,
                "Connection: Upgrade\r\nUpgrade: websocket\r\n",
                "Connection: upgrade, keep-alive\r\nUpgrade: WebSocket\r\n" + KEY,
                "Connection: Upgrade\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n",
                "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n",
                "Connection: Upgrade\r\nUpgrade: websocket, h2c\r\n" + KEY,
                "Connection: Upgrade\r\nUpgrade: TLS/1.2\r\n",
                "Connection: Upgrade\r\nUpgrade: connect-udp\r\n"
            })
    void aStrangerIsAskedToSignInWhateverTheyAskFor(String lines) {
        RawHttp.Response answer = send("GET /guarded/x", lines);
        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.header("X-Latchkey-Problem")).isEqualTo("sign-in.required");
        assertThat(app.heads()).isEmpty();
    }

    @Test
    void whatFollowsARefusedUpgradeIsARequestOfItsOwn() {
        String answers = RawHttp.to(gateway.port())
                .sendAndReadAll("GET /guarded/ws HTTP/1.1\r\nHost: localhost\r\n" + HANDSHAKE + "\r\n" + SMUGGLED);
        assertThat(answers.split("HTTP/1\\.1 401", -1)).hasSize(3);
        assertThat(app.heads()).isEmpty();
    }

    /** A proxy that took any answer for a switch would carry all that follows to the backend unseen. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
                "HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno",
                "HTTP/1.1 302 Found\r\nLocation: /guarded/x\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 426 Upgrade Required\r\nUpgrade: websocket\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n",
                "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                        + "Sec-WebSocket-Accept: wrong\r\n\r\n"
            })
    void whatFollowsAnUpgradeThatTheBackendDeclinesNeverReachesIt(String declined) {
        for (String lines : List.of(HANDSHAKE, "Connection: Upgrade\r\nUpgrade: h2c\r\n", "Upgrade: websocket\r\n")) {
            app.answersOnce(declined);
            RawHttp.to(gateway.port())
                    .sendAndReadAll("GET /ws HTTP/1.1\r\nHost: localhost\r\n" + lines + "\r\n" + SMUGGLED);
            assertThat(app.heads()).hasSize(1).noneMatch(head -> head.contains("smuggled"));
            app.forgetHeads();
            isAlive();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Connection: Upgrade\r\nUpgrade: websocket\r\n",
                "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n",
                "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\n",
                "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\nSec-WebSocket-Version: 0\r\n",
                "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\nSec-WebSocket-Version: 8\r\n",
                "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\nSec-WebSocket-Version: x\r\n",
                "Connection: Upgrade\r\nUpgrade: websocket, h2c\r\n" + KEY,
                "Connection: Upgrade\r\nUpgrade: h2c, websocket\r\n" + KEY,
                "Connection: Upgrade\r\nUpgrade: TLS/1.2\r\n"
            })
    void whatIsNoWebSocketHandshakeIsForwardedAsAPlainRequest(String lines) {
        assertThat(send("GET /x", lines).status()).isEqualTo(200);
        assertThat(app.lastHeaderLines())
                .noneMatch(line -> line.toLowerCase(Locale.ROOT).startsWith("upgrade:"))
                .noneMatch(line -> line.toLowerCase(Locale.ROOT).matches("connection:.*upgrade.*"));
    }

    /** What follows such an answer is no HTTP any more, and whoever got the connection next would wait for ever. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
                "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n",
                "HTTP/1.1 101 Switching Protocols\r\nContent-Length: 2\r\n\r\nok"
            })
    void aBackendThatSwitchesUnaskedIsBroken(String switched) {
        for (String method : List.of("GET", "POST")) {
            app.answersOnce(switched);
            RawHttp.Response answer = send(method + " /x", "Content-Length: 0\r\n");
            assertThat(answer.status()).isEqualTo(502);
            assertThat(answer.header("X-Latchkey-Problem")).isEqualTo("backend.broken");
            isAlive();
        }
    }

    @Test
    void whatABackendSaysAheadOfItsAnswerIsNotTheAnswer() {
        String hint = "HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\nSet-Cookie: latchkey=evil\r\n\r\n";
        String real = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfinal";
        for (String[] parts : List.of(new String[] {hint + real}, new String[] {hint, real}, new String[] {
            "HTTP/1.1 102 Processing\r\n\r\n", hint, hint, real
        })) {
            app.answersOnce(parts);
            RawHttp.Response answer = send("GET /x", "");
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.body()).isEqualTo("final");
            assertThat(answer.headers("Set-Cookie")).isEmpty();
            isAlive();
        }
    }

    /** Named in Connection, a header would be taken off as one of the connection, and identity with it. */
    @Test
    void identityReachesTheBackendOfAWebSocketWholeAndOnce() {
        String named = "Connection: Upgrade, Authorization, X-Forwarded-User, X-Forwarded-Access-Token, Cookie\r\n"
                + "Connection: x-forwarded-email ,x-request-id\r\nUpgrade: websocket\r\n" + KEY;
        String forged = "X-Forwarded-User: evil\r\nX_Forwarded_User: evil\r\nx-forwarded-user: evil\r\n"
                + "Authorization: Bearer evil\r\nX-Forwarded-Access-Token: evil\r\nX-Forwarded-For: 6.6.6.6\r\n";
        RawHttp.to(gateway.port())
                .sendAndReadAll("GET /guarded/ws HTTP/1.1\r\nHost: localhost\r\n" + session + named + forged + "\r\n");

        assertThat(app.heads()).hasSize(1);
        assertThat(app.lastHead()).doesNotContain("evil", "6.6.6.6", "latchkey=");
        assertThat(valuesOf("X-Forwarded-User")).containsExactly("octocat");
        assertThat(valuesOf("Authorization")).singleElement().asString().startsWith("Bearer ey");
        assertThat(valuesOf("X-Forwarded-Access-Token"))
                .singleElement()
                .asString()
                .startsWith("gho_");
        assertThat(valuesOf("X-Forwarded-For")).containsExactly("127.0.0.1");
        assertThat(valuesOf("X-Request-Id")).hasSize(1);
        assertThat(valuesOf("Upgrade")).containsExactly("websocket");
        assertThat(valuesOf("Connection")).hasSize(1);
    }

    private static void isAlive() {
        assertThat(send("GET /alive", "").status()).isEqualTo(200);
        app.forgetHeads();
    }

    private static RawHttp.Response send(String request, String lines) {
        return RawHttp.to(gateway.port()).send(request + " HTTP/1.1\r\nHost: localhost\r\n" + lines + "\r\n");
    }

    private static List<String> valuesOf(String name) {
        String start = name.toLowerCase(Locale.ROOT) + ":";
        return app.lastHeaderLines().stream()
                .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(start))
                .map(line -> line.substring(start.length()).trim())
                .toList();
    }
}
