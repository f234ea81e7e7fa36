package dev.latchkey.gateway.journey;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.gateway.testing.GitHubStub;
import dev.latchkey.gateway.testing.HttpPerson;
import dev.latchkey.gateway.testing.RawBackend;
import dev.latchkey.gateway.testing.RawHttp;
import dev.latchkey.gateway.testing.TestGateway;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a backend is told, byte by byte: the gateway's word and nobody else's. */
class IdentityHeadersTest {

    private static final List<String> IDENTITY = List.of(
            "Authorization",
            "X-Forwarded-User",
            "X-Forwarded-Email",
            "X-Forwarded-Preferred-Username",
            "X-Forwarded-Groups",
            "X-Forwarded-Access-Token",
            "X-Auth-Request-User",
            "X-Auth-Request-Email",
            "X-Auth-Request-Groups",
            "X-Auth-Request-Preferred-Username",
            "X-Auth-Request-Access-Token",
            "X-Pomerium-Jwt-Assertion",
            "Cf-Access-Jwt-Assertion",
            "Cf-Access-Authenticated-User-Email",
            "x-goog-iap-jwt-assertion",
            "X-Goog-Authenticated-User-Email",
            "Remote-User",
            "Remote-Email",
            "Remote-Name",
            "Remote-Groups",
            "X-Forwarded-For",
            "X-Forwarded-Proto",
            "X-Forwarded-Host",
            "X-Forwarded-Port",
            "X-Forwarded-Uri",
            "X-Real-IP",
            "X-Original-URL",
            "X-Rewrite-URL",
            "X-Envoy-Original-Path",
            "Forwarded",
            "X-Request-Id",
            "traceparent");

    private static GitHubStub github;
    private static RawBackend backend;
    private static TestGateway gateway;
    private static String session;

    @BeforeAll
    static void start() {
        github = GitHubStub.start();
        github.person("octocat").email("octocat@github.example", true, true);
        backend = RawBackend.start();
        gateway = TestGateway.signingInAt(github)
                .route("app", "to: " + backend.url(), "allow: [signed-in]", "send: { github-token: true }")
                .route("open", "path: /open/**", "to: " + backend.url(), "allow: [anyone]")
                .start();
        HttpPerson octocat = gateway.stranger();
        octocat.signIn(github, "octocat", "/");
        session = octocat.cookie("latchkey");
    }

    @AfterAll
    static void stop() {
        gateway.close();
        backend.close();
        github.close();
    }

    static Stream<Arguments> everySpelling() {
        List<UnaryOperator<String>> spellings = List.of(
                name -> name,
                name -> name.toLowerCase(Locale.ROOT),
                name -> name.toUpperCase(Locale.ROOT),
                IdentityHeadersTest::alternating,
                name -> name.replace('-', '_'),
                name -> name.replaceFirst("-", "_").toLowerCase(Locale.ROOT));
        return IDENTITY.stream()
                .flatMap(name -> spellings.stream().map(spelling -> spelling.apply(name)))
                .distinct()
                .map(Arguments::of);
    }

    private static String alternating(String name) {
        StringBuilder mixed = new StringBuilder();
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            mixed.append(i % 2 == 0 ? Character.toLowerCase(c) : Character.toUpperCase(c));
        }
        return mixed.toString();
    }

    @ParameterizedTest
    @MethodSource("everySpelling")
    void aClientsOwnCopyReachesNobody(String name) {
        for (String path : List.of("/", "/open/x")) {
            String cookie = path.equals("/") ? "Cookie: latchkey=" + session + "\r\n" : "";
            RawHttp.Response answer = send(path, cookie + name + ": evil\r\n" + name + ": evil\r\n");
            assertThat(answer.status()).isEqualTo(200);
            assertThat(backend.lastHead()).doesNotContainIgnoringCase("evil");
        }
    }

    @ParameterizedTest
    @MethodSource("everySpelling")
    void namingAHeaderInConnectionTakesNothingAway(String name) {
        String lines = "Cookie: latchkey=" + session + "\r\nConnection: close, " + name + "\r\nConnection: " + name
                + " ,keep-alive, Cookie\r\nProxy-Connection: " + name + "\r\nTE: trailers, " + name + "\r\n";
        assertThat(send("/", lines).status()).isEqualTo(200);
        assertThat(linesOf("X-Forwarded-User")).containsExactly("X-Forwarded-User: octocat");
        assertThat(linesOf("X-Forwarded-Email")).containsExactly("X-Forwarded-Email: octocat@github.example");
        assertThat(linesOf("X-Forwarded-Preferred-Username"))
                .containsExactly("X-Forwarded-Preferred-Username: octocat");
        assertThat(linesOf("Authorization")).hasSize(1).first().asString().startsWith("Authorization: Bearer ey");
        assertThat(linesOf("X-Forwarded-Access-Token"))
                .hasSize(1)
                .first()
                .asString()
                .contains(": gho_");
        assertThat(linesOf("X-Request-Id")).hasSize(1);
        assertThat(linesOf("X-Forwarded-For")).containsExactly("X-Forwarded-For: 127.0.0.1");
    }

    @Test
    void theGatewaysOwnCookiesStayWithTheGatewayAndOthersPass() {
        String cookies = "a=1; latchkey=" + session
                + "; latchkey-attempt-x=y; __Secure-latchkey-attempt-z=1; b=\"2\"; latchkeys=3";
        send("/", "Cookie: " + cookies + "\r\n");
        assertThat(linesOf("Cookie")).containsExactly("Cookie: a=1; b=\"2\"; latchkeys=3");
    }

    @Test
    void aStrangerAtAnOpenAppHasNoIdentity() {
        send("/open/x", "X-Custom: kept\r\n");
        assertThat(linesOf("X-Custom")).containsExactly("X-Custom: kept");
        assertThat(linesOf("X-Forwarded-User")).isEmpty();
        assertThat(linesOf("Authorization")).isEmpty();
    }

    @Test
    void aSignedInPersonAtAnOpenAppIsKnown() {
        send("/open/x", "Cookie: latchkey=" + session + "\r\n");
        assertThat(linesOf("X-Forwarded-User")).containsExactly("X-Forwarded-User: octocat");
        assertThat(linesOf("X-Forwarded-Access-Token")).isEmpty();
    }

    @Test
    void aBackendCannotSetTheGatewaysCookiesOrUseItsMark() {
        backend.answersOnce("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nSet-Cookie: latchkey=evil; Path=/\r\n"
                + "Set-Cookie: __Host-latchkey=evil\r\nSet-Cookie: app=1\r\nX-Latchkey-Problem: access.denied\r\n"
                + "Connection: X-Secret\r\nX-Secret: 1\r\nX-App: 2\r\n\r\nok");
        RawHttp.Response answer = send("/open/x", "");
        assertThat(answer.headers("Set-Cookie")).containsExactly("app=1");
        assertThat(answer.header("X-App")).isEqualTo("2");
        assertThat(answer.headers("X-Latchkey-Problem")).isEmpty();
        assertThat(answer.headers("X-Secret")).isEmpty();
    }

    private static RawHttp.Response send(String path, String headerLines) {
        return RawHttp.to(gateway.port())
                .send("GET " + path + " HTTP/1.1\r\nHost: localhost:" + gateway.port() + "\r\n" + headerLines + "\r\n");
    }

    private static List<String> linesOf(String name) {
        return Arrays.stream(backend.lastHead().split("\r\n"))
                .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(name.toLowerCase(Locale.ROOT) + ":"))
                .toList();
    }
}
