package dev.latchkey.gateway.journey;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.gateway.testing.EchoBackend;
import dev.latchkey.gateway.testing.GitHubStub;
import dev.latchkey.gateway.testing.HttpPerson;
import dev.latchkey.gateway.testing.Program;
import dev.latchkey.gateway.testing.RawHttp;
import dev.latchkey.gateway.testing.TestGateway;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a proxy does that stands in front of an app with the configuration that operators copy. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class ProxyContract {

    private GitHubStub github;
    private EchoBackend app;
    private TestGateway gateway;
    private Program proxy;
    private int port;
    private String member;
    private String outsider;

    /** Starts the program on that port, with its configuration in the folder. */
    abstract Program start(Path folder, int freePort) throws IOException;

    @BeforeAll
    void start(@TempDir Path folder) throws IOException {
        github = GitHubStub.start();
        github.person("octocat").orgs("acme").email("octocat@acme.example", true, true);
        github.person("outsider");
        app = EchoBackend.start();
        gateway = TestGateway.signingInAt(github)
                .property("latchkey.trusted-proxies", "127.0.0.1")
                .route("start", "host: localhost", "to: " + app.url(), "allow: [signed-in]")
                .route(
                        "wiki",
                        "host: wiki.example.com",
                        "to: builtin:forward-auth",
                        "allow: ['org:acme']",
                        "public: [GET /open/**]")
                .route("www", "host: www.example.com", "to: builtin:forward-auth", "allow: [anyone]")
                .start();
        port = TestGateway.freePort();
        proxy = start(folder, port);
        member = sessionOf("octocat");
        outsider = sessionOf("outsider");
    }

    @AfterAll
    void stop() {
        proxy.close();
        gateway.close();
        app.close();
        github.close();
    }

    private String sessionOf(String login) {
        HttpPerson person = gateway.stranger();
        person.signIn(github, login, "/");
        return "Cookie: a=b; latchkey=" + person.cookie("latchkey") + "; c=d";
    }

    /** The file beside the route files, for the ports of this test. */
    final String configuration(String name) throws IOException {
        return Files.readString(Path.of("..", "routes", "proxies", name))
                .replace("127.0.0.1:8080", "127.0.0.1:" + gateway.port())
                .replace("127.0.0.1:3000", "127.0.0.1:" + app.port());
    }

    private RawHttp.Response send(String method, String target, String... lines) {
        app.forgetRequests();
        return RawHttp.to(port)
                .send(method + " " + target + " HTTP/1.1\r\nHost: wiki.example.com\r\nConnection: close\r\n"
                        + String.join("\r\n", lines) + (lines.length == 0 ? "" : "\r\n") + "\r\n"
                        + (method.equals("POST") ? "hello" : ""));
    }

    private String told(String name) {
        String value = app.lastRequest().header(name);
        // A proxy may send an empty line where another sends none.
        return value == null || value.isEmpty() ? null : value;
    }

    @Test
    void aMemberReachesTheAppWhichIsToldWhoItIs() {
        RawHttp.Response answer = send("POST", "/page%20x?q=%2f", member, "Content-Length: 5");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(app.lastRequest().method()).isEqualTo("POST");
        assertThat(app.lastRequest().target()).isEqualTo("/page%20x?q=%2f");
        assertThat(app.lastRequest().body()).isEqualTo("hello");
        assertThat(told("X-Forwarded-User")).isEqualTo("octocat");
        assertThat(told("X-Forwarded-Preferred-Username")).isEqualTo("octocat");
        assertThat(told("X-Forwarded-Email")).isEqualTo("octocat@acme.example");
        assertThat(told("X-Forwarded-Groups")).isEqualTo("acme");
        assertThat(told("Authorization")).startsWith("Bearer ey");
    }

    @Test
    void theAppNeverSeesTheSessionCookie() {
        assertThat(send("GET", "/page", member).status()).isEqualTo(200);
        assertThat(told("Cookie")).contains("a=b").contains("c=d").doesNotContain("latchkey");
        String alone = "Cookie: " + member.substring("Cookie: a=b; ".length(), member.length() - "; c=d".length());
        assertThat(send("GET", "/page", alone).status()).isEqualTo(200);
        assertThat(told("Cookie")).isNull();
    }

    @Test
    void aStrangersPageLeadsToTheSignInAndACallGets401() {
        RawHttp.Response page = send("GET", "/page", "Accept: text/html");
        assertThat(page.status()).isEqualTo(302);
        assertThat(page.header("Location")).startsWith(gateway.url() + "/oauth2/start");
        RawHttp.Response call = send("GET", "/page");
        assertThat(call.status()).isEqualTo(401);
        assertThat(call.headers("WWW-Authenticate")).hasSize(1);
        assertThat(call.header("X-Latchkey-Problem")).isEqualTo("sign-in.required");
        assertThat(call.body()).contains("\"login_url\"");
        assertThat(send("POST", "/page", "Accept: text/html", "Content-Length: 5")
                        .status())
                .isEqualTo(401);
        assertThat(app.requests()).isEmpty();
    }

    @Test
    void whoeverIsNotAMemberGets403() {
        RawHttp.Response answer = send("GET", "/page", outsider);
        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.header("X-Latchkey-Problem")).isEqualTo("access.denied");
        assertThat(app.requests()).isEmpty();
    }

    @Test
    void onOpenPathsNobodyNamesThemselves() {
        for (String name : List.of("User", "Email", "Groups", "Preferred-Username", "Access-Token")) {
            for (String prefix : List.of("X-Forwarded-", "X-Auth-Request-")) {
                String line = prefix + name;
                for (String spelled : List.of(line, line.toLowerCase(Locale.ROOT), line.replace('-', '_'))) {
                    RawHttp.Response answer = send("GET", "/open/x", spelled + ": evil", "Authorization: Bearer evil");
                    assertThat(answer.status()).as(spelled).isEqualTo(200);
                    assertThat(app.lastRequest().headers().toString())
                            .as(spelled)
                            .doesNotContain("evil");
                    assertThat(told("X-Forwarded-User")).isNull();
                    assertThat(told("Authorization")).isNull();
                }
            }
        }
    }

    @Test
    void anOpenPathIsOpenForItsMethodOnly() {
        assertThat(send("GET", "/open/x").status()).isEqualTo(200);
        assertThat(send("POST", "/open/x", "Content-Length: 5").status()).isEqualTo(401);
    }

    /** What a client writes into the proxy's own lines moves neither target nor method nor host. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "X-Forwarded-Uri: /open/x",
                "X-Original-URI: /open/x",
                "X-Original-URL: http://www.example.com/",
                "X-Forwarded-Host: www.example.com",
                "Forwarded: host=www.example.com",
                "X-Forwarded-Method: GET",
                "X-Original-Method: GET"
            })
    void aClientDoesNotChooseWhatIsAskedAbout(String claim) {
        assertThat(send("GET", "/page", claim).status()).isEqualTo(401);
        assertThat(send("POST", "/open/x", claim, "Content-Length: 5").status()).isEqualTo(401);
        assertThat(app.requests()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/open/../page",
                "/open/..%2fpage",
                "/open/%2e%2e/page",
                "/open/..;/page",
                "//open/x",
                "/open//x",
                "/open/%252e%252e/page",
                "/open/%5c..%5cpage"
            })
    void whatCanBeReadInTwoWaysReachesNobody(String target) {
        assertThat(send("GET", target).status()).isBetween(400, 499);
        assertThat(send("GET", target, member).status()).isBetween(400, 499);
        assertThat(app.requests()).isEmpty();
    }

    @Test
    void theGatewaysPagesAreThereAndItsAnswersToTheProxyAreNot() {
        assertThat(send("GET", "/oauth2/start").header("Location")).startsWith(github.webUrl());
        for (String path : List.of("/oauth2/auth", "/oauth2/auth/open/x", "/oauth2/auth_or_start")) {
            RawHttp.Response answer = send("GET", path, member, "X-Forwarded-Uri: /open/x");
            assertThat(answer.status()).as(path).isEqualTo(404);
            assertThat(answer.header("X-Auth-Request-User")).isNull();
        }
    }
}
