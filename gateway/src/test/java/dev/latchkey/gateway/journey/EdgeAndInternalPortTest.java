package dev.latchkey.gateway.journey;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.gateway.testing.GitHubStub;
import dev.latchkey.gateway.testing.HttpPerson;
import dev.latchkey.gateway.testing.RawBackend;
import dev.latchkey.gateway.testing.RawHttp;
import dev.latchkey.gateway.testing.TestGateway;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What is for operators never answers at the edge, what is for browsers never at the internal port, and only a route file
 * opens a way to a backend. One gateway is as it comes; on the other an operator has turned on what frameworks offer.
 */
class EdgeAndInternalPortTest {

    /** What a route definition of Spring Cloud Gateway has been abused for. */
    private static final String SPEL_ROUTE = """
            {"id":"x","uri":"http://127.0.0.1:1","filters":[{"name":"AddResponseHeader","args":{"name":"Result",\
            "value":"#{T(java.lang.Runtime).getRuntime().exec('id')}"}}]}""";

    @TempDir
    private static Path statics;

    private static GitHubStub github;
    private static RawBackend app;
    private static TestGateway plain;
    private static TestGateway tuned;
    private static String session;

    @BeforeAll
    static void start() throws IOException {
        Files.writeString(statics.resolve("secret.html"), "a secret");
        github = GitHubStub.start();
        app = RawBackend.start();
        plain = gateway().start();
        tuned = asTunedByAnOperator(gateway()).start();
        HttpPerson octocat = plain.stranger();
        octocat.signIn(github, "octocat", "/oauth2/account");
        session = "Cookie: latchkey=" + octocat.cookie("latchkey");
    }

    private static TestGateway.Builder gateway() {
        return TestGateway.signingInAt(github)
                .route("site", "path: /site/**", "to: " + app.url(), "allow: [anyone]")
                .route("guarded", "host: guarded.test", "to: " + app.url(), "allow: [signed-in]")
                .route("open", "host: open.test", "to: " + app.url(), "allow: [anyone]");
    }

    private static TestGateway.Builder asTunedByAnOperator(TestGateway.Builder gateway) {
        for (String prefix : List.of("spring.cloud.gateway.server.webflux", "spring.cloud.gateway")) {
            gateway.property(prefix + ".routes[0].id", "all")
                    .property(prefix + ".routes[0].uri", app.url())
                    .property(prefix + ".routes[0].order", "-1000")
                    .property(prefix + ".routes[0].predicates[0]", "Path=/**")
                    .property(prefix + ".routes[1].id", "own")
                    .property(prefix + ".routes[1].uri", app.url())
                    .property(prefix + ".routes[1].predicates[0]", "Path=/oauth2/leak/**");
        }
        return gateway.property("management.endpoints.web.exposure.include", "*")
                .property("management.endpoint.gateway.access", "unrestricted")
                .property("management.endpoint.heapdump.access", "unrestricted")
                .property("management.endpoint.env.show-values", "always")
                .property("spring.web.resources.add-mappings", "true")
                .property("spring.web.resources.static-locations", statics.toUri());
    }

    @AfterAll
    static void stop() {
        Stream.of(plain, tuned).forEach(TestGateway::close);
        app.close();
        github.close();
    }

    @BeforeEach
    void forget() {
        app.forgetHeads();
    }

    static Stream<String> pathsOfOperators() {
        Stream<String> actuator = Stream.of(
                        "",
                        "/",
                        "/health",
                        "/health/liveness",
                        "/health/readiness",
                        "/info",
                        "/env",
                        "/env/latchkey.github.client-secret",
                        "/configprops",
                        "/beans",
                        "/mappings",
                        "/heapdump",
                        "/threaddump",
                        "/loggers",
                        "/metrics",
                        "/prometheus",
                        "/shutdown",
                        "/sessions",
                        "/gateway",
                        "/gateway/routes",
                        "/gateway/routes/x",
                        "/gateway/refresh",
                        "/gateway/globalfilters")
                .map(path -> "/actuator" + path);
        Stream<String> others = Stream.of(
                "/metrics",
                "/ready",
                "/health",
                "/healthz",
                "/admin",
                "/admin/sessions",
                "/admin/routes",
                "/api/acme/wiki",
                "/links",
                "/debug/pprof/",
                "/debug/pprof/heap",
                "/debug/vars",
                "/env",
                "/heapdump",
                "/trace",
                "/h2-console",
                "/error");
        return Stream.concat(actuator, others);
    }

    @ParameterizedTest
    @MethodSource("pathsOfOperators")
    void nothingForOperatorsAnswersAtTheEdge(String path) {
        for (TestGateway gateway : List.of(plain, tuned)) {
            for (String method : List.of("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS")) {
                RawHttp.Response nowhere = send(gateway.port(), method, path, "localhost");
                assertThat(nowhere.status()).as(method).isEqualTo(404);
                assertThat(nowhere.header("X-Latchkey-Problem")).isEqualTo("route.unknown");
                RawHttp.Response guarded = send(gateway.port(), method, path, "guarded.test");
                assertThat(guarded.status()).as(method).isEqualTo(401);
                assertThat(guarded.header("X-Latchkey-Problem")).isEqualTo("sign-in.required");
            }
            assertThat(app.heads()).isEmpty();
            // Such a path can be an app's own. Then the app answers, to whoever may use it.
            assertThat(send(plain.port(), "GET", path, "guarded.test", session).body())
                    .isEqualTo("ok");
            assertThat(app.lastHead()).startsWith("GET " + path + " HTTP/1.1\r\n");
            app.forgetHeads();
        }
    }

    @Test
    void theInternalPortTellsOnlyWhetherTheGatewayIsWell() {
        for (String path : List.of(
                "/ping", "/ready", "/actuator/health", "/actuator/health/liveness", "/actuator/health/readiness")) {
            assertThat(send(plain.internalPort(), "GET", path, "localhost").status())
                    .as(path)
                    .isEqualTo(200);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/site/x",
                "/oauth2",
                "/oauth2/",
                "/oauth2/sign_in",
                "/oauth2/start",
                "/oauth2/callback?code=c&state=s",
                "/oauth2/sign_out",
                "/oauth2/account",
                "/oauth2/userinfo",
                "/oauth2/jwks.json",
                "/oauth2/static/latchkey.css",
                "/.well-known/jwks.json",
                "/actuator/env",
                "/actuator/gateway/routes",
                "/secret.html",
                "http://localhost/oauth2/userinfo",
                "/ready/../oauth2/userinfo"
            })
    void nothingForBrowsersAnswersAtTheInternalPort(String target) {
        for (TestGateway gateway : List.of(plain, tuned)) {
            for (String host : List.of("localhost", "open.test")) {
                for (String method : List.of("GET", "POST")) {
                    RawHttp.Response answer = send(gateway.internalPort(), method, target, host, session);
                    assertThat(answer.status()).isIn(400, 404);
                    assertThat(answer.headers("Set-Cookie")).isEmpty();
                }
            }
        }
        assertThat(app.heads()).isEmpty();
    }

    /** Beside a route file there is no way: what Spring Cloud Gateway would route on its own goes nowhere. */
    @ParameterizedTest
    @ValueSource(strings = {"/", "/x", "/sitex", "/oauth2", "/oauth2/", "/oauth2/leak", "/oauth2/leak/x", "/oauth2/x"})
    void aRouteOfTheFrameworkOpensNothing(String path) {
        for (TestGateway gateway : List.of(plain, tuned)) {
            for (String method : List.of("GET", "POST", "DELETE")) {
                RawHttp.Response answer = send(gateway.port(), method, path, "localhost", session);
                assertThat(answer.status()).as(method).isEqualTo(404);
                assertThat(answer.header("X-Latchkey-Problem")).isEqualTo("route.unknown");
            }
            assertThat(send(gateway.port(), "GET", path.replace("/oauth2", "/x"), "guarded.test")
                            .status())
                    .isEqualTo(401);
        }
        assertThat(app.heads()).isEmpty();
    }

    @Test
    void aRouteFileStillDoes() {
        assertThat(send(tuned.port(), "GET", "/site/x", "localhost").status()).isEqualTo(200);
        assertThat(app.lastHead()).startsWith("GET /site/x HTTP/1.1\r\n");
    }

    static Stream<String> pathsOfStaticFiles() {
        return Stream.of(
                "/favicon.ico",
                "/index.html",
                "/secret.html",
                "/static/secret.html",
                "/public/secret.html",
                "/resources/secret.html",
                "/webjars/x/y.js",
                "/assets/latchkey.css",
                "/latchkey.css",
                "/templates/layout.mustache",
                "/application.yml",
                "/META-INF/MANIFEST.MF");
    }

    @ParameterizedTest
    @MethodSource("pathsOfStaticFiles")
    void aFileIsServedByNobodyButAnApp(String path) {
        for (TestGateway gateway : List.of(plain, tuned)) {
            assertThat(send(gateway.port(), "GET", path, "localhost").status()).isEqualTo(404);
            assertThat(send(gateway.port(), "GET", path, "guarded.test").status())
                    .isEqualTo(401);
            assertThat(app.heads()).isEmpty();
            assertThat(send(gateway.port(), "GET", path, "open.test").body()).isEqualTo("ok");
            assertThat(app.lastHead()).startsWith("GET " + path + " HTTP/1.1\r\n");
            app.forgetHeads();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/static/../secret.html",
                "/static//secret.html",
                "/static/..%2fsecret.html",
                "/static/%2e%2e/secret.html",
                "/static/..;/secret.html",
                "/oauth2/static/../../secret.html",
                "/oauth2/static//secret.html",
                "/oauth2/static/..%5csecret.html"
            })
    void noWayLeadsOutOfAFolderOfFiles(String target) {
        for (TestGateway gateway : List.of(plain, tuned)) {
            RawHttp.Response answer = send(gateway.port(), "GET", target, "open.test", session);
            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.body()).doesNotContain("a secret");
        }
        assertThat(app.heads()).isEmpty();
    }

    private static RawHttp.Response send(int port, String method, String target, String host, String... lines) {
        String body = method.equals("POST") || method.equals("PUT") ? SPEL_ROUTE : "";
        return RawHttp.to(port)
                .send(method + " " + target + " HTTP/1.1\r\nHost: " + host + "\r\n"
                        + (lines.length == 0 ? "" : String.join("\r\n", lines) + "\r\n")
                        + "Content-Type: application/json\r\nContent-Length: " + body.length()
                        + "\r\nConnection: close\r\n\r\n" + body);
    }
}
