package dev.latchkey.gateway.journey;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.gateway.testing.GitHubStub;
import dev.latchkey.gateway.testing.RawBackend;
import dev.latchkey.gateway.testing.RawHttp;
import dev.latchkey.gateway.testing.TestGateway;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What can be read in two ways goes nowhere; what is plain arrives as it was sent. */
class RefusedTargetsTest {

    private static GitHubStub github;
    private static RawBackend backend;
    private static TestGateway gateway;

    @BeforeAll
    static void start() {
        github = GitHubStub.start();
        backend = RawBackend.start();
        gateway = TestGateway.signingInAt(github)
                .route("app", "to: " + backend.url(), "allow: [anyone]")
                .route("admin", "path: /admin/**", "to: " + backend.url(), "allow: ['user:nobody']")
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

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/public/../admin/secrets",
                "/..",
                "/.",
                "/./admin",
                "/public/%2e%2e/admin",
                "/public/.%2e/admin",
                "/public/%2E./admin",
                "/public/..%2fadmin",
                "/public/..%5cadmin",
                "/public//../admin",
                "/public/..;/admin",
                "/admin;/x",
                "/public/%252e%252e/admin",
                "/public/%252fadmin",
                "/%2fadmin",
                "/%5cadmin",
                "/\\admin",
                "//admin",
                "/a//b",
                "/a#b",
                "/a%00b",
                "/a%0ab",
                "/a%0d%0ab",
                "/a%7fb",
                "/a%zz",
                "/a%2",
                "/%c0%ae%c0%ae/admin%2f",
                "http://other/",
                "http://localhost/admin",
                "*",
                "admin"
            })
    void refusesATargetThatCanBeReadInTwoWays(String target) {
        RawHttp.Response answer = send("GET " + target + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
        assertRefused(answer, 400, "request.target.ambiguous");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    GET / HTTP/1.1\\r\\nHost: a\\r\\nHost: b\\r\\n\\r\\n                                | 400 | request.host.invalid
                    GET / HTTP/1.1\\r\\n\\r\\n                                                        | 400 | request.host.invalid
                    GET / HTTP/1.1\\r\\nHost: a b\\r\\n\\r\\n                                          | 400 | request.host.invalid
                    GET / HTTP/1.1\\r\\nHost: evil@a\\r\\n\\r\\n                                       | 400 | request.host.invalid
                    GET / HTTP/1.1\\r\\nHost: a/b\\r\\n\\r\\n                                          | 400 | request.host.invalid
                    CONNECT a:80 HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n                                     | 405 | request.method.refused
                    TRACE / HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n                                          | 405 | request.method.refused
                    OPTIONS * HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n                                        | 400 | request.target.ambiguous
                    GET / HTTP/1.1\\r\\nHost: a\\r\\nX\\r\\n\\r\\n                                     | 400 | request.malformed
                    GET / HTTP/1.1\\r\\nHost: a\\r\\nTransfer-Encoding : chunked\\r\\n\\r\\n           | 400 | request.malformed
                    POST / HTTP/1.1\\r\\nHost: a\\r\\nContent-Length: 1\\r\\nContent-Length: 2\\r\\n\\r\\nx | 400 | request.malformed
                    POST / HTTP/1.1\\r\\nHost: a\\r\\nContent-Length: x\\r\\n\\r\\n                    | 400 | request.malformed
                    GET /\0 HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n                                          | 400 | request
                    """)
    void refusesWhatIsNotPlainHttp(String request, int status, String code) {
        assertRefused(send(request.replace("\\r\\n", "\r\n")), status, code);
    }

    @Test
    void tellsWhatIsTooLong() {
        assertRefused(
                send("GET /?" + "a".repeat(65_536) + " HTTP/1.1\r\nHost: a\r\n\r\n"), 414, "request.target.too-long");
        assertRefused(
                send("GET / HTTP/1.1\r\nHost: a\r\nCookie: " + "a".repeat(65_536) + "\r\n\r\n"),
                431,
                "request.headers.too-large");
    }

    @Test
    void tellsAPersonOnAPage() {
        RawHttp.Response answer = send("GET /a/../b HTTP/1.1\r\nHost: localhost\r\nAccept: text/html\r\n\r\n");
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.header("Content-Type")).startsWith("text/html");
        assertThat(answer.body()).contains("The address can be read in two ways", "request.target.ambiguous");
    }

    @Test
    void readsNothingMoreAfterARefusal() {
        String all = RawHttp.to(gateway.port())
                .sendAndReadAll("POST /a/../b HTTP/1.1\r\nHost: a\r\nContent-Length: 45\r\n\r\n"
                        + "GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n"
                        + "GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n");
        assertThat(all).startsWith("HTTP/1.1 400");
        assertThat(all.split("HTTP/1.1 ", -1)).hasSize(2);
        assertThat(backend.heads()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/a/",
                "/a/.b",
                "/a/...",
                "/a%20b",
                "/a+b",
                "/%C3%A4",
                "/~a@b:c,d(e)",
                "/a?",
                "/a?b=..&c=//&d=;e=%2f%2e",
                "/a?b=1&b=2&a=3",
                "/a%41"
            })
    void passesAPlainTargetOnAsItIs(String target) {
        assertThat(send("GET " + target + " HTTP/1.1\r\nHost: localhost\r\n\r\n")
                        .status())
                .isEqualTo(200);
        assertThat(backend.lastHead()).startsWith("GET " + target + " HTTP/1.1\r\n");
    }

    @ParameterizedTest
    @CsvSource(delimiter = ' ', quoteCharacter = '~', textBlock = """
                    /a?q={"x":[1]} /a?q=%7B%22x%22:[1]%7D
                    /a?q=a|b^c`d<e> /a?q=a%7Cb%5Ec%60d%3Ce%3E
                    /a?q=c:\\d /a?q=c:%5Cd
                    /a?q=100% /a?q=100%25
                    /a|b{c} /a%7Cb%7Bc%7D
                    """)
    void escapesWhatBrowsersLeaveUnescaped(String sent, String arrives) {
        assertThat(send("GET " + sent + " HTTP/1.1\r\nHost: localhost\r\n\r\n").status())
                .isEqualTo(200);
        assertThat(backend.lastHead()).startsWith("GET " + arrives + " HTTP/1.1\r\n");
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
                "/admin/x?x=/public/y"
            })
    void decidesOnTheDecodedPathHoweverItIsSpelled(String target) {
        RawHttp.Response answer = send("GET " + target + " HTTP/1.1\r\nHost: localhost\r\n"
                + "X-Forwarded-Uri: /public\r\nX-Original-URL: /public\r\nX-Rewrite-URL: /public\r\n"
                + "User-Agent: GoogleHC/1.0\r\n\r\n");
        assertRefused(answer, 401, "sign-in.required");
    }

    @Test
    void knowsAHostByAnySpelling() {
        for (String host : new String[] {"localhost", "LOCALHOST", "localhost.", "localhost:1", "LocalHost.:99"}) {
            assertThat(send("GET /admin HTTP/1.1\r\nHost: " + host + "\r\n\r\n").status())
                    .isEqualTo(401);
        }
    }

    private static void assertRefused(RawHttp.Response answer, int status, String code) {
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
        assertThat(answer.header("X-Latchkey-Problem")).startsWith(code);
        assertThat(answer.body()).contains("\"code\":\"" + code, "\"request_id\":\"");
        assertThat(backend.heads()).isEmpty();
    }

    private static RawHttp.Response send(String request) {
        return RawHttp.to(gateway.port()).send(request);
    }
}
