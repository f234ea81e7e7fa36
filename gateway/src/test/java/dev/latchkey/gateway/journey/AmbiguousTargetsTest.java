package dev.latchkey.gateway.journey;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.gateway.testing.GitHubStub;
import dev.latchkey.gateway.testing.RawBackend;
import dev.latchkey.gateway.testing.RawHttp;
import dev.latchkey.gateway.testing.TestGateway;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is not plainly one request for one path is answered at the door, and nothing behind it is carried out. */
@TestInstance(Lifecycle.PER_CLASS)
class AmbiguousTargetsTest {

    private static final String AMBIGUOUS = "request.target.ambiguous";
    private static final String MALFORMED = "request.malformed";
    private static final String BAD_HOST = "request.host.invalid";
    private static final String METHOD = "request.method.refused";

    /** What an attacker would like to be carried out as a request of its own. */
    private static final String SMUGGLED = "GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n";

    private static GitHubStub github;
    private static RawBackend backend;
    private static TestGateway gateway;
    private static RawHttp raw;

    @BeforeAll
    void start() {
        int port = TestGateway.freePort();
        start(GitHubStub.start(), stub -> TestGateway.signingInAt(stub).port(port), RawHttp.to(port));
    }

    /** What is sent goes by that way to that gateway. */
    static void start(GitHubStub stub, Function<GitHubStub, TestGateway.Builder> builder, RawHttp way) {
        github = stub;
        raw = way;
        backend = RawBackend.start();
        gateway = builder.apply(stub)
                .route("open", "to: " + backend.url(), "allow: [anyone]")
                .route(
                        "admin",
                        "path: /admin/**",
                        "to: " + backend.url(),
                        "allow: [signed-in]",
                        "public: [/admin/public/**]")
                .start();
    }

    @AfterAll
    static void stop() {
        gateway.close();
        backend.close();
        github.close();
    }

    @BeforeEach
    void forget() {
        backend.forgetHeads();
    }

    static Stream<String> ambiguousTargets() {
        return Stream.of(
                "/..",
                "/.",
                "/a/../admin",
                "/public/../admin/secrets",
                "/./admin",
                "/a/./b",
                "/a/%2e%2e/admin",
                "/a/.%2E/admin",
                "/a/%2E./admin",
                "/a%2fb",
                "/a%2Fb",
                "/..%2fadmin",
                "/a%5cb",
                "/%2fadmin",
                "/%5cadmin",
                "/\\admin",
                "/..%5cadmin",
                "/..\\admin",
                "/a;b",
                "/..;/admin",
                "/a/..;/admin",
                "/admin;/x",
                "/a%3bb",
                "//admin",
                "/a//b",
                "/a#b",
                "/a#/admin",
                "/a?b#c",
                "/a%00",
                "/a%0ab",
                "/a%7fb",
                "/a%0d%0aX-Forwarded-User:%20evil",
                "/a%250d",
                "/%252e%252e/admin",
                "/a%252fb",
                "/%25%32%65%25%32%65/admin",
                "/%2561dmin",
                "/%c0%ae%c0%ae/admin",
                "/%c0%ae%c0%ae/admin%2f",
                "/a%",
                "/a%2",
                "/a%zz",
                "/caf\u00e9",
                "/a\u0000b",
                "/a\u0001b",
                "/a\u007fb",
                "*",
                "a",
                "admin",
                "http://localhost/a",
                "http://evil.example/admin",
                "HTTP://localhost/",
                "localhost:80");
    }

    @ParameterizedTest
    @MethodSource("ambiguousTargets")
    void anAmbiguousTargetIsRefusedBeforeAnyRouteIsLookedAt(String target) {
        String host = "Host: localhost\r\n";
        isRefused("GET " + target + " HTTP/1.1\r\n" + host + "\r\n", 400, AMBIGUOUS);
        isRefused("POST " + target + " HTTP/1.1\r\n" + host + "Content-Length: 2\r\n\r\nhi", 400, AMBIGUOUS);
    }

    static Stream<Arguments> requestsThatAreNone() {
        String host = "Host: localhost\r\n";
        String chunked = "Transfer-Encoding: chunked\r\n";
        String post = "POST / HTTP/1.1\r\n" + host;
        return Stream.of(
                // The request line
                Arguments.of("GET /a b HTTP/1.1\r\n" + host + "\r\n", 400, MALFORMED),
                Arguments.of("GET /a\tb HTTP/1.1\r\n" + host + "\r\n", 400, MALFORMED),
                Arguments.of("GET /a\rb HTTP/1.1\r\n" + host + "\r\n", 400, MALFORMED),
                Arguments.of("GET /a\nX: b HTTP/1.1\r\n" + host + "\r\n", 400, MALFORMED),
                Arguments.of("GET /\r\n" + host + "\r\n", 400, MALFORMED),
                Arguments.of("GET / HTTP/0.9\r\n" + host + "\r\n", 400, MALFORMED),
                Arguments.of("GET / HTTP/1.2\r\n" + host + "\r\n", 400, MALFORMED),
                Arguments.of("GET / HTTP/2.0\r\n" + host + "\r\n", 400, MALFORMED),
                Arguments.of("GET / HTTP/3.0\r\n" + host + "\r\n", 400, MALFORMED),
                Arguments.of("GET / XTTP/1.1\r\n" + host + "\r\n", 400, MALFORMED),
                Arguments.of("PRI * HTTP/2.0\r\n\r\nSX\r\n\r\n", 400, MALFORMED),
                Arguments.of("GE(T / HTTP/1.1\r\n" + host + "\r\n", 400, MALFORMED),
                Arguments.of("GET / HTTP/1.1\nHost: localhost\n\n", 400, MALFORMED),
                Arguments.of("\u0016\u0003\u0001\u0000\u00a5\u0001\u0000\r\n\r\n", 400, MALFORMED),
                // Methods
                Arguments.of("TRACE / HTTP/1.1\r\n" + host + "\r\n", 405, METHOD),
                Arguments.of("trace / HTTP/1.1\r\n" + host + "\r\n", 405, METHOD),
                Arguments.of("TRACK / HTTP/1.1\r\n" + host + "\r\n", 405, METHOD),
                Arguments.of("CONNECT localhost:443 HTTP/1.1\r\n" + host + "\r\n", 405, METHOD),
                Arguments.of("Connect / HTTP/1.1\r\n" + host + "\r\n", 405, METHOD),
                Arguments.of("OPTIONS * HTTP/1.1\r\n" + host + "\r\n", 400, AMBIGUOUS),
                // Hosts
                Arguments.of("GET / HTTP/1.1\r\n\r\n", 400, BAD_HOST),
                Arguments.of("GET / HTTP/1.1\r\n" + host + host + "\r\n", 400, BAD_HOST),
                Arguments.of("GET / HTTP/1.1\r\n" + host + "host: other\r\n\r\n", 400, BAD_HOST),
                Arguments.of("GET / HTTP/1.0\r\n" + host + host + "\r\n", 400, BAD_HOST),
                Arguments.of("GET / HTTP/1.1\r\nHost: a\u0000b\r\n\r\n", 400, MALFORMED),
                // Headers
                Arguments.of("GET / HTTP/1.1\r\n" + host + "X-A : b\r\n\r\n", 400, MALFORMED),
                Arguments.of("GET / HTTP/1.1\r\n" + host + "X A: b\r\n\r\n", 400, MALFORMED),
                Arguments.of("GET / HTTP/1.1\r\n" + host + "X-A\r\n\r\n", 400, MALFORMED),
                Arguments.of("GET / HTTP/1.1\r\n" + host + ": b\r\n\r\n", 400, MALFORMED),
                Arguments.of("GET / HTTP/1.1\r\n" + host + "X-A: b\rX-B: c\r\n\r\n", 400, MALFORMED),
                Arguments.of("GET / HTTP/1.1\r\n" + host + "X-A: b\u0000c\r\n\r\n", 400, MALFORMED),
                Arguments.of("GET / HTTP/1.1\r\n" + host + "X-A: b\u000bc\r\n\r\n", 400, MALFORMED),
                Arguments.of("GET / HTTP/1.1\r\n X-A: b\r\n" + host + "\r\n", 400, MALFORMED),
                Arguments.of("GET / HTTP/1.1\r\nHost: local\r\n host\r\n\r\n", 400, BAD_HOST),
                // Where the body ends
                Arguments.of(post + "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n", 400, MALFORMED),
                Arguments.of(post + "Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n", 400, MALFORMED),
                Arguments.of(post + "Transfer-Encoding: xchunked\r\n\r\n", 400, MALFORMED),
                Arguments.of(post + "Transfer-Encoding: identity\r\n\r\n", 400, MALFORMED),
                Arguments.of(post + "Transfer-Encoding: \u000bchunked\r\n\r\n0\r\n\r\n", 400, MALFORMED),
                Arguments.of(post + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 400, MALFORMED),
                Arguments.of(post + "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n", 400, MALFORMED),
                Arguments.of(post + chunked + "Transfer-Encoding: identity\r\n\r\n0\r\n\r\n", 400, MALFORMED),
                Arguments.of(post + chunked + chunked + "\r\n0\r\n\r\n", 400, MALFORMED),
                Arguments.of(post + "Content-Length: 5\r\n" + chunked + "\r\n0\r\n\r\n", 400, MALFORMED),
                Arguments.of(post + chunked + "Content-Length: 5\r\n\r\n0\r\n\r\n", 400, MALFORMED),
                Arguments.of("POST / HTTP/1.0\r\n" + host + chunked + "\r\n0\r\n\r\n", 400, MALFORMED),
                Arguments.of(post + "Content-Length: 5\r\nContent-Length: 0\r\n\r\nhello", 400, MALFORMED),
                Arguments.of(post + "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello", 400, MALFORMED),
                Arguments.of(post + "Content-Length: 5, 5\r\n\r\nhello", 400, MALFORMED),
                Arguments.of(post + "Content-Length: +5\r\n\r\nhello", 400, MALFORMED),
                Arguments.of(post + "Content-Length: -5\r\n\r\nhello", 400, MALFORMED),
                Arguments.of(post + "Content-Length: x\r\n\r\nhello", 400, MALFORMED),
                Arguments.of(post + "Content-Length: 0x5\r\n\r\nhello", 400, MALFORMED),
                Arguments.of(post + "Content-Length: 5 5\r\n\r\nhello", 400, MALFORMED),
                Arguments.of(post + "Content-Length: \r\n\r\nhello", 400, MALFORMED),
                // Sizes
                Arguments.of(
                        "GET /" + "a".repeat(17_000) + " HTTP/1.1\r\n" + host + "\r\n", 414, "request.target.too-long"),
                Arguments.of(
                        "GET / HTTP/1.1\r\n" + host + "X: " + "a".repeat(40_000) + "\r\n\r\n",
                        431,
                        "request.headers.too-large"),
                Arguments.of(
                        "GET / HTTP/1.1\r\n" + host + "X: aaaa\r\n".repeat(5_000) + "\r\n",
                        431,
                        "request.headers.too-large"));
    }

    @ParameterizedTest
    @MethodSource("requestsThatAreNone")
    void whatIsNoPlainRequestIsRefused(String request, int status, String code) {
        isRefused(request, status, code);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a b",
                "a,b",
                "a/b",
                "a@b",
                "a#b",
                "a?b",
                "a\\b",
                "a%2eb",
                "-a",
                ".",
                "*",
                "a:",
                "a:x",
                "a:1:2",
                "a:-1",
                "localhost:65536",
                "localhost:99999",
                "localhost:123456",
                "[::1",
                "[::::]",
                "[]",
                "[::1]x",
                "::1",
                "[fe80::1%25eth0]",
                "caf\u00e9",
                "\"localhost\"",
                "localhost, evil.example",
                "<script>"
            })
    void aHostThatIsNoneIsRefused(String host) {
        isRefused("GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n", 400, BAD_HOST);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "zz\r\nhello\r\n0\r\n\r\n",
                "0x5\r\nhello\r\n0\r\n\r\n",
                "-1\r\nhello\r\n0\r\n\r\n",
                "100000005\r\nhello\r\n0\r\n\r\n",
                "5;a\nhello\r\n0\r\n\r\n",
                "5;a\rb\r\nhello\r\n0\r\n\r\n",
                "5\nhello\n0\n\n",
                "5\r\nhelloXX0\r\n\r\n",
                "5\r\nhello\r\nzz\r\nhello\r\n0\r\n\r\n",
                "5\r\nhello\r\n0;a\n\r\n\r\n",
            })
    void aBrokenBodyIsRefusedAndNeverLooksWholeToABackend(String body) {
        String head = "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n";
        String answers = raw.sendAndReadAll(head + body + SMUGGLED);
        assertThat(answers).startsWith("HTTP/1.1 400 ").contains("\"code\":\"" + MALFORMED + "\"");
        assertThat(answers.split("HTTP/1\\.[01] \\d", -1)).hasSize(2);
        // The backend counts a request only when it has all of its body.
        assertThat(backend.heads()).isEmpty();
    }

    @Test
    void aRequestBehindABrokenBodyOfAPipelineIsNotCarriedOut() {
        String first = "GET /first HTTP/1.1\r\nHost: localhost\r\n\r\n";
        String broken = "POST /broken HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n";
        raw.sendAndReadAll(first + broken + SMUGGLED);
        assertThat(backend.heads()).noneMatch(head -> head.contains("smuggled"));
    }

    @Test
    void aFoldedHeaderIsOneLineToTheBackend() {
        raw.send("GET / HTTP/1.1\r\nHost: localhost\r\nX-A: b\r\n X-Forwarded-User: evil\r\n\tX-B: c\r\n\r\n");
        assertThat(backend.lastHeaderLines())
                .anyMatch(line -> line.matches("X-A: b +X-Forwarded-User: evil\\s+X-B: c"));
        assertThat(backend.lastHeaderLines()).noneMatch(line -> line.startsWith("X-Forwarded-User"));
    }

    @Test
    void trailersAndChunkExtensionsStayAtTheDoor() {
        RawHttp.Response answer = raw.send(
                "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nTrailer: X-Forwarded-User\r\n"
                        + "\r\n5;a=b\r\nhello\r\n0\r\nX-Forwarded-User: evil\r\nHost: evil\r\n\r\n");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(backend.lastHead()).doesNotContain("evil");
    }

    @Test
    void anUpgradeToHttp2IsNotTakenUpAndNotPassedOn() {
        for (String method : List.of("GET", "POST")) {
            RawHttp.Response answer =
                    raw.send(method + " / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, HTTP2-Settings\r\n"
                            + "Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\nContent-Length: 0\r\n\r\n");
            assertThat(answer.status()).isEqualTo(200);
            assertThat(backend.lastHead().toLowerCase()).doesNotContain("upgrade", "h2c", "http2-settings");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "POST / HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n",
                "GET / HTTP/1.1\r\nUpgrade: websocket\r\n",
                "GET / HTTP/1.1\r\nConnection: keep-alive, Upgrade-Insecure\r\nUpgrade: websocket\r\n"
            })
    void aWebSocketHandshakeThatIsNoneIsAnOrdinaryRequest(String head) {
        RawHttp.Response answer =
                raw.send(head + "Host: localhost\r\nSec-WebSocket-Version: 13\r\nContent-Length: 0\r\n"
                        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(backend.lastHead().toLowerCase()).doesNotContain("upgrade:");
    }

    @Test
    void aRefusalIsAPageForWhoeverOpensOne() {
        RawHttp.Response page =
                raw.get("/a;b", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: document", "Accept: text/html,*/*;q=0.8");
        assertThat(page.status()).isEqualTo(400);
        assertThat(page.header("Content-Type")).startsWith("text/html");
        assertThat(page.header("X-Latchkey-Problem")).isEqualTo(AMBIGUOUS);
        assertThat(page.body()).contains(AMBIGUOUS).containsPattern("[0-9a-f]{32}");

        RawHttp.Response script = raw.get("/a;b", "Sec-Fetch-Mode: cors", "Accept: text/html");
        assertThat(script.header("Content-Type")).isEqualTo("application/problem+json");

        RawHttp.Response head = raw.send("HEAD /a;b HTTP/1.1\r\nHost: localhost\r\nAccept: text/html\r\n\r\n");
        assertThat(head.status()).isEqualTo(400);
        assertThat(head.body()).isEmpty();
    }

    static Stream<String> plainTargets() {
        return Stream.of(
                "/",
                "/?",
                "/a/",
                "/a%20b",
                "/a+b",
                "/a%2Bb",
                "/caf%C3%A9/%e2%82%ac/%F0%9F%94%91",
                "/~octocat/@me/a:b,c/f(x)!$&'*=",
                "/a/.b",
                "/a/...",
                "/a%41",
                "/a/b..c",
                "/100%25",
                "/a?b=1&b=2&b&=&&",
                "/a?b=%2e%2e%2f%00%0d%0a%252e",
                "/a?b=../..//c;d&e=http://evil.example/",
                "/a??b=?",
                "/a?b[0]=c",
                "/a?q=" + "x".repeat(8_192),
                "/" + "long/".repeat(400));
    }

    @ParameterizedTest
    @MethodSource("plainTargets")
    void aPlainTargetArrivesByteForByte(String target) {
        assertThat(raw.get(target).status()).isEqualTo(200);
        assertThat(backend.lastHead()).startsWith("GET " + target + " HTTP/1.1\r\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/a?{}|^\"<>`\\ /a?%7B%7D%7C%5E%22%3C%3E%60%5C",
                "/a?b=%zz&c=% /a?b=%25zz&c=%25",
                "/{id}/[0] /%7Bid%7D/%5B0%5D",
                "/a|b{c} /a%7Cb%7Bc%7D",
                "/a?q={\"x\":[1]} /a?q=%7B%22x%22:[1]%7D",
                "/a?q=c:\\d /a?q=c:%5Cd"
            })
    void whatBrowsersLeaveRawArrivesEscaped(String both) {
        String[] sentAndReceived = both.split(" ");
        assertThat(raw.get(sentAndReceived[0]).status()).isEqualTo(200);
        assertThat(backend.lastHead()).startsWith("GET " + sentAndReceived[1] + " HTTP/1.1\r\n");
    }

    @Test
    void requestsInAPipelineAreAnsweredInOrder() {
        String answers = raw.timeout(Duration.ofSeconds(4))
                .sendAndReadAll("GET /a HTTP/1.1\r\nHost: localhost\r\n\r\nPOST /b HTTP/1.1\r\nHost: localhost\r\n"
                        + "Content-Length: 5\r\n\r\nhelloGET /admin HTTP/1.1\r\nHost: localhost\r\n\r\n");
        assertThat(answers.split("HTTP/1\\.1 (?=200|401)")).hasSize(4);
        assertThat(backend.heads()).hasSize(2);
    }

    @Test
    void whatFollowsARefusedRequestInAPipelineIsNotCarriedOut() {
        raw.sendAndReadAll("GET /a HTTP/1.1\r\nHost: localhost\r\n\r\nPOST /a;b HTTP/1.1\r\nHost: localhost\r\n"
                + "Content-Length: 5\r\n\r\nhello" + SMUGGLED);
        assertThat(backend.heads()).noneMatch(head -> head.contains("smuggled"));
    }

    @Test
    void whatIsForwardedIsWhatWasDecidedOn() {
        Random random = new Random(7_316);
        List<String> targets =
                IntStream.range(0, 60).mapToObj(i -> target(random)).toList();
        for (String target : targets) {
            backend.forgetHeads();
            RawHttp.Response answer = raw.get(target);
            assertThat(answer.status()).as(target).isIn(200, 400, 401);
            if (answer.status() == 200) {
                assertThat(backend.heads()).hasSize(1);
                assertThat(backend.lastHead()).startsWith("GET " + target + " ");
                assertThat(decoded(target)).as(target).doesNotMatch("/admin(/.*)?");
            } else {
                assertThat(backend.heads()).as(target).isEmpty();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/admin",
                "/admin/",
                "/admin/x",
                "/%61dmin/x",
                "/admi%6E",
                "/admin?/public/",
                "/admin/x?x=/public/y",
                "/admin?path=/ping",
                "/admin?allowed_groups=anyone&allowed_users=*&allowed_emails=*",
                "/admin?rd=/&public=true&access_token=x"
            })
    void nothingButThePathDecides(String target) {
        for (String agent : List.of("GoogleHC/1.0", "kube-probe/1.29", "ELB-HealthChecker/2.0", "Prometheus/2.0", "")) {
            RawHttp.Response answer = raw.get(
                    target,
                    "User-Agent: " + agent,
                    "X-Forwarded-Uri: /ping",
                    "X-Original-URL: /a",
                    "X-Allowed-Groups: anyone");
            assertThat(answer.status()).isEqualTo(401);
            assertThat(answer.header("X-Latchkey-Problem")).isEqualTo("sign-in.required");
        }
        assertThat(backend.heads()).isEmpty();
    }

    @Test
    void aHostIsKnownInAnySpelling() {
        for (String host : List.of("localhost", "LOCALHOST", "localhost.", "localhost:1", "LocalHost.:99")) {
            assertThat(raw.send("GET /admin HTTP/1.1\r\nHost: " + host + "\r\n\r\n")
                            .status())
                    .isEqualTo(401);
        }
    }

    private static String decoded(String target) {
        return URLDecoder.decode(target.replaceFirst("\\?.*", ""), StandardCharsets.UTF_8);
    }

    private static String target(Random random) {
        String[] admins = {"admin", "%61dmin", "ad%6din", "a%64min", "Admin", "adm%69n", "admin.", "admin%20", "x"};
        String[] rests = {"", "/", "/x", "/.x", "?", "?/x", "/../x", "%2fx", ";/x", "/x%25", "//", "%00", "/%41"};
        String[] starts = {"/", "/", "/", "/x/../", "//", "/./", "/%2e/", "/x/", "/\\"};
        return starts[random.nextInt(starts.length)]
                + admins[random.nextInt(admins.length)]
                + rests[random.nextInt(rests.length)];
    }

    /** Answered once, with the problem, and nothing that follows on the connection is carried out. */
    private static void isRefused(String request, int status, String code) {
        String answers = raw.sendAndReadAll(request + SMUGGLED);
        String[] parts = answers.split("\r\n\r\n", 2);
        assertThat(parts[0]).matches("(?s)HTTP/1\\.[01] " + status + " .*").contains("X-Latchkey-Problem: " + code);
        assertThat(parts[0]).contains("application/problem+json");
        assertThat(parts[1])
                .matches("\\{.*\"status\":" + status + ".*\"code\":\"" + code.replace(".", "\\.")
                        + "\",\"request_id\":\"[0-9a-f]{32}\"}")
                .doesNotContain("\"instance\"");
        assertThat(backend.heads()).isEmpty();
    }
}
