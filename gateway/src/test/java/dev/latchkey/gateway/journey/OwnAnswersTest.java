package dev.latchkey.gateway.journey;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.gateway.testing.GitHubStub;
import dev.latchkey.gateway.testing.HttpPerson;
import dev.latchkey.gateway.testing.RawBackend;
import dev.latchkey.gateway.testing.RawHttp;
import dev.latchkey.gateway.testing.TestGateway;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The headers by which browsers are told how little an answer of the gateway may do; whatever kind of answer it is. */
class OwnAnswersTest {

    private static final String HTTPS = "https://gw.test";

    private static GitHubStub github;
    private static RawBackend app;
    private static TestGateway plain;
    private static TestGateway secure;
    private static String session;

    @BeforeAll
    static void start() {
        github = GitHubStub.start();
        github.app().redirectUris(HTTPS + "/oauth2/callback");
        app = RawBackend.start();
        plain = gateway().start();
        secure = gateway().property("latchkey.external-url", HTTPS).start();
        HttpPerson octocat = plain.stranger();
        octocat.signIn(github, "octocat", "/oauth2/account");
        session = "Cookie: latchkey=" + octocat.cookie("latchkey");
    }

    private static TestGateway.Builder gateway() {
        String nowhere = "http://127.0.0.1:1";
        return TestGateway.signingInAt(github)
                .route("app", "path: /app/**", "to: " + app.url(), "allow: [signed-in]")
                .route("open", "path: /open/**", "to: " + app.url(), "allow: [anyone]")
                .route("closed", "path: /closed/**", "to: " + app.url(), "allow: ['user:nobody']")
                .route("down", "path: /down/**", "to: " + nowhere, "allow: [anyone]");
    }

    @AfterAll
    static void stop() {
        plain.close();
        secure.close();
        app.close();
        github.close();
    }

    enum Kind {
        PAGE,
        DATA,
        KEPT
    }

    static Stream<Arguments> answers() {
        String page = "Accept: text/html";
        String json = "Accept: application/json";
        return Stream.of(
                // Pages
                Arguments.of("GET /oauth2/sign_in", page, 200, Kind.PAGE),
                Arguments.of("HEAD /oauth2/sign_in", page, 200, Kind.PAGE),
                Arguments.of("GET /oauth2/sign_out", page, 200, Kind.PAGE),
                Arguments.of("GET /oauth2/signed_out", page, 200, Kind.PAGE),
                Arguments.of("GET /oauth2/account", page, 200, Kind.PAGE),
                // Redirects
                Arguments.of("GET /oauth2/start", page, 302, Kind.DATA),
                Arguments.of("POST /oauth2/account/sessions/end", json, 303, Kind.DATA),
                // Data
                Arguments.of("GET /oauth2/userinfo", json, 200, Kind.DATA),
                Arguments.of("GET /ping", json, 200, Kind.DATA),
                Arguments.of("HEAD /ping", json, 200, Kind.DATA),
                // What may be kept
                Arguments.of("GET /oauth2/jwks.json", json, 200, Kind.KEPT),
                Arguments.of("GET /.well-known/jwks.json", json, 200, Kind.KEPT),
                Arguments.of("GET /oauth2/static/latchkey.css", page, 200, Kind.KEPT),
                // Problems
                Arguments.of("GET /nowhere", page, 404, Kind.PAGE),
                Arguments.of("GET /nowhere", json, 404, Kind.DATA),
                Arguments.of("GET /oauth2/nowhere", page, 404, Kind.PAGE),
                Arguments.of("GET /oauth2/static/nothing", json, 404, Kind.DATA),
                Arguments.of("DELETE /oauth2/sign_out", json, 404, Kind.DATA),
                Arguments.of("OPTIONS /oauth2/sign_out", json, 405, Kind.DATA),
                Arguments.of("TRACE /", json, 405, Kind.DATA),
                Arguments.of("GET /closed/x", page, 403, Kind.PAGE),
                Arguments.of("GET /closed/x", json, 403, Kind.DATA),
                Arguments.of("GET /down/x", page, 502, Kind.PAGE),
                Arguments.of("GET /down/x", json, 502, Kind.DATA),
                Arguments.of("GET /a;b", page, 400, Kind.PAGE),
                Arguments.of("GET /a;b", json, 400, Kind.DATA),
                Arguments.of("GET /" + "a".repeat(17_000), json, 414, Kind.DATA),
                Arguments.of("GET /oauth2/callback", page, 400, Kind.PAGE),
                Arguments.of("GET /oauth2/callback?code=c&state=s", json, 400, Kind.DATA),
                Arguments.of("POST /oauth2/sign_out", json + "\r\nSec-Fetch-Site: cross-site", 403, Kind.DATA));
    }

    @ParameterizedTest
    @MethodSource("answers")
    void everyAnswerSaysHowLittleItMayDo(String request, String lines, int status, Kind kind) {
        RawHttp.Response answer = send(plain, request, session, lines);
        assertThat(answer.status()).isEqualTo(status);
        isGuarded(answer, kind);
        assertThat(answer.headers("Strict-Transport-Security")).isEmpty();
    }

    static Stream<Arguments> answersToStrangers() {
        return Stream.concat(
                answers()
                        .filter(arguments -> !List.of(
                                                "GET /oauth2/sign_out",
                                                "GET /oauth2/account",
                                                "GET /oauth2/userinfo",
                                                "GET /closed/x")
                                        .contains((String) arguments.get()[0])
                                && !((String) arguments.get()[0]).startsWith("POST")),
                Stream.of(
                        Arguments.of("GET /app/x", "Accept: text/html", 302, Kind.DATA),
                        Arguments.of("GET /app/x", "Accept: application/json", 401, Kind.DATA),
                        Arguments.of("GET /oauth2/userinfo", "Accept: application/json", 401, Kind.DATA),
                        Arguments.of("GET /oauth2/account", "Accept: text/html", 302, Kind.DATA),
                        Arguments.of(
                                "GET /app/ws",
                                "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                                        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
                                401,
                                Kind.DATA)));
    }

    @ParameterizedTest
    @MethodSource("answersToStrangers")
    void underHttpsEveryAnswerAlsoPromisesHttps(String request, String lines, int status, Kind kind) {
        RawHttp.Response answer = send(secure, request, lines);
        assertThat(answer.status()).isEqualTo(status);
        isGuarded(answer, kind);
        assertThat(answer.headers("Strict-Transport-Security")).containsExactly("max-age=31536000");
    }

    private static void isGuarded(RawHttp.Response answer, Kind kind) {
        assertThat(answer.headers("X-Content-Type-Options")).containsExactly("nosniff");
        assertThat(answer.headers("Referrer-Policy")).containsExactly("same-origin");
        assertThat(answer.headers("Content-Security-Policy"))
                .singleElement()
                .asString()
                .startsWith("default-src 'none';")
                .contains("base-uri 'none'", "frame-ancestors 'none'", "form-action '")
                .doesNotContain("unsafe", "*", "http");
        assertThat(answer.headers("Cache-Control")).hasSize(1);
        if (kind == Kind.KEPT) {
            assertThat(answer.header("Cache-Control")).matches("no-cache|max-age=\\d+, public");
        } else {
            assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
        }
        if (kind == Kind.PAGE) {
            assertThat(answer.header("Content-Type")).isEqualTo("text/html;charset=UTF-8");
            assertThat(answer.headers("Cross-Origin-Opener-Policy")).containsExactly("same-origin");
        } else {
            assertThat(answer.headers("Content-Type")).noneMatch(type -> type.startsWith("text/html"));
        }
        List<String> names = answer.headers().stream()
                .map(header -> header.name().toLowerCase(Locale.ROOT))
                .toList();
        assertThat(names).doesNotContain("server", "x-powered-by", "x-application-context");
        assertThat(answer.body()).doesNotContain("springframework", "Exception", "Connection refused");
    }

    @Test
    void noAnswerTellsASecret() {
        for (String request : List.of(
                "GET /oauth2/account",
                "GET /oauth2/userinfo",
                "GET /oauth2/sign_out?rd=/x",
                "GET /oauth2/sign_in",
                "GET /oauth2/jwks.json",
                "GET /closed/x")) {
            for (String accept : List.of("Accept: text/html", "Accept: application/json")) {
                RawHttp.Response answer = send(plain, request, session, accept);
                String all = answer.headers() + answer.body();
                assertThat(all).doesNotContain("gho_", "eyJ", session.substring(session.indexOf('=') + 1));
                assertThat(github.secretsSeen()).isNotEmpty().noneMatch(all::contains);
            }
        }
    }

    @Test
    void whatAnAppSaysIsItsOwn() {
        List<String> theirs = List.of(
                "Content-Security-Policy: default-src *",
                "Cache-Control: public, max-age=60",
                "Referrer-Policy: unsafe-url",
                "Server: app/1",
                "Strict-Transport-Security: max-age=1");
        for (TestGateway gateway : List.of(plain, secure)) {
            app.answersOnce("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n" + String.join("\r\n", theirs) + "\r\n\r\nok");
            RawHttp.Response answer = send(gateway, "GET /open/x");
            assertThat(answer.headers().stream()
                            .map(header -> header.name() + ": " + header.value())
                            .toList())
                    .containsExactlyInAnyOrderElementsOf(plus(theirs, "Content-Length: 2"));
            assertThat(send(gateway, "GET /open/x").headers("Content-Security-Policy"))
                    .isEmpty();
        }
    }

    private static List<String> plus(List<String> lines, String more) {
        List<String> all = new ArrayList<>(lines);
        all.add(more);
        return all;
    }

    private static RawHttp.Response send(TestGateway gateway, String request, String... lines) {
        String all = lines.length == 0 ? "" : String.join("\r\n", lines) + "\r\n";
        return RawHttp.to(gateway.port())
                .send(request + " HTTP/1.1\r\nHost: localhost\r\n" + all + "Content-Length: 0\r\n\r\n");
    }
}
