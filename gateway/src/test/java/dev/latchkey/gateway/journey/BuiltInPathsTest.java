package dev.latchkey.gateway.journey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.latchkey.gateway.problem.ConfigurationRefused;
import dev.latchkey.gateway.testing.EchoBackend;
import dev.latchkey.gateway.testing.GitHubStub;
import dev.latchkey.gateway.testing.Header;
import dev.latchkey.gateway.testing.HttpPerson;
import dev.latchkey.gateway.testing.StubGitHubApp;
import dev.latchkey.gateway.testing.TestClock;
import dev.latchkey.gateway.testing.TestGateway;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Several of the replaced systems on one gateway, beside an app: what is shared between them, row by row. */
class BuiltInPathsTest {

    private static final String SECRET = "mR7vK2pX9wQ4tY8zB3nL6hJ1fD5sG0cV";
    private static final String CHECK = "/api/updates/check";

    private static TestClock clock;
    private static GitHubStub github;
    private static EchoBackend app;
    private static TestGateway gateway;

    @TempDir
    private Path folder;

    @BeforeAll
    static void start() {
        clock = TestClock.now();
        github = GitHubStub.start(clock);
        github.app().withoutTokenLimits().redirectUris("http://localhost/auth/github/callback");
        StubGitHubApp gitHubApp = github.gitHubApp(4711).longTokens();
        gitHubApp.installedAt("acme", "wiki");
        app = EchoBackend.start();
        gateway = TestGateway.signingInAt(github)
                .clock(clock)
                .properties(gitHubApp.gatewayProperties())
                .property("latchkey.login-broker.return-targets", "https://trackeep.acme.example")
                .property("latchkey.trusted-proxies", "127.0.0.1")
                .route(
                        "app",
                        "to: " + app.url(),
                        "allow: [signed-in]",
                        "send: { github-token: true, github-api: true }")
                .route("updates", "path: " + CHECK, "to: builtin:updates", "allow: [signed-in]")
                .route("sign-in", "path: /auth/github/**", "to: builtin:login-broker", "allow: [anyone]")
                .route("me", "path: /api/v1/user/me", "to: builtin:login-broker", "allow: [anyone]")
                .route("repos", "path: /api/v1/github/**", "to: builtin:login-broker", "allow: [anyone]")
                .route("below", "path: /broker/**", "to: builtin:login-broker", "allow: [anyone]")
                .route("github", "path: /github/**", "to: builtin:github-api", "allow: [signed-in]")
                .route(
                        "legacy",
                        "path: /legacy/**",
                        "to: " + app.url(),
                        "allow: [signed-in]",
                        "errors: trackeep",
                        "send: { jwt: { profile: trackeep-legacy, secret: " + SECRET + " } }")
                .route("short", "path: /short/**", "to: " + app.url(), "allow: [signed-in]", "errors: error")
                .route("hub", "path: /hub/**", "to: " + app.url(), "allow: [signed-in]", "errors: github")
                .route(
                        "own",
                        "path: /own/**",
                        "to: " + app.url(),
                        "allow: [anyone]",
                        "send: { jwt: false, headers: none }")
                .route(
                        "installed",
                        "path: /installed/**",
                        "to: " + app.url(),
                        "allow: [signed-in]",
                        "send: { github-token: installation, repository: acme/wiki }")
                .start();
    }

    @AfterAll
    static void stop() {
        gateway.close();
        app.close();
        github.close();
    }

    @BeforeEach
    void forget() {
        github.app().lastingTokens();
        github.forgetCalls();
        app.forgetRequests();
    }

    private static HttpPerson signedIn(String login) {
        HttpPerson person = gateway.stranger();
        assertThat(person.signIn(github, login, "/x").statusCode()).isEqualTo(200);
        app.forgetRequests();
        return person;
    }

    private static String problem(HttpResponse<String> answer) {
        return answer.headers().firstValue("X-Latchkey-Problem").orElse("");
    }

    private static void assertClash(String file, String other, String... lines) {
        TestGateway.Builder builder = TestGateway.signingInAt(github)
                .route("app", "to: " + app.url(), "allow: [signed-in]")
                .route(file, lines);
        assertThatExceptionOfType(ConfigurationRefused.class)
                .isThrownBy(() -> builder.start().close())
                .satisfies(refused -> {
                    assertThat(refused.faults()).hasSize(1);
                    assertThat(refused.faults().get(0).place()).endsWith(file + ".yaml:1");
                    assertThat(refused.faults().get(0).what()).contains(other);
                    assertThat(refused.faults().get(0).remedy()).contains("host of its own");
                });
    }

    @Test
    void X01_servesTheirPathsSideBySide() throws Exception {
        HttpPerson person = signedIn("octocat");
        github.content().put("/repos/Dvorinka/Trackeep/releases/latest", "{\"tag_name\":\"v1.0.0\",\"assets\":[]}");

        assertThat(person.fetch(CHECK).body()).contains("updateAvailable");
        assertThat(person.fetch("/api/v1/user/me").statusCode()).isEqualTo(404);
        assertThat(person.fetch("/api/v1/courses").statusCode()).isEqualTo(200);
        assertThat(app.lastRequest().target()).isEqualTo("/api/v1/courses");
        // The broker of installation tokens, whose paths look like all of these, is on a port of its own.
        HttpPerson inside = HttpPerson.at("http://127.0.0.1:" + gateway.internalPort());
        assertThat(inside.get("/api/acme/wiki").body()).contains("access_token");
        assertThat(inside.get(CHECK).statusCode()).isEqualTo(400);
        assertThat(person.fetch("/api/acme/wiki").body()).doesNotContain("access_token");
    }

    @Test
    void X02_leavesTheAppsOwnCallbackToIt() {
        HttpPerson person = signedIn("octocat");
        assertThat(person.fetch("/auth/callback?token=x").statusCode()).isEqualTo(200);
        assertThat(app.lastRequest().target()).isEqualTo("/auth/callback?token=x");
        assertThat(gateway.stranger().get("/auth/github/callback").body()).isEqualTo("{\"error\":\"State not found\"}");
        // Below a prefix it is the very same, its callback too.
        URI provider = URI.create(gateway.stranger()
                .get("/broker/auth/github?redirect_uri=https://trackeep.acme.example")
                .headers()
                .firstValue("Location")
                .orElseThrow());
        assertThat(provider.getQuery()).contains("redirect_uri=" + gateway.url() + "/broker/auth/github/callback");
    }

    @ParameterizedTest
    @CsvSource({
        "broker, builtin:login-broker, /auth/**",
        "a-broker, builtin:login-broker, /auth/**",
        "broker, builtin:login-broker, /api/**",
        "broker, builtin:login-broker, /api/v1/**",
        "broker, builtin:login-broker, /api/v1/user/*",
        "updates, builtin:updates, /api/**"
    })
    void X02_refusesABuiltInThatTakesMoreThanItServes(String file, String to, String path) {
        assertClash(file, "takes all of " + path + " from route app", "path: " + path, "to: " + to, "allow: [anyone]");
    }

    @Test
    void X02_refusesAnAppThatTakesWhatABuiltInServes() {
        assertThatExceptionOfType(ConfigurationRefused.class)
                .isThrownBy(() -> TestGateway.signingInAt(github)
                        .route("a-broker", "to: builtin:login-broker", "allow: [anyone]")
                        .route("app", "path: /api/v1/{what}/**", "to: " + app.url(), "allow: [signed-in]")
                        .start()
                        .close())
                .satisfies(refused -> assertThat(refused.faults().toString())
                        .contains("a-broker.yaml:1")
                        .contains("route app takes /api/v1/user/me"));
        // Elsewhere on the host there is room for it, and on another host it is nobody's business.
        TestGateway.signingInAt(github)
                .route("broker", "to: builtin:login-broker", "allow: [anyone]")
                .route("app", "path: /courses/**", "to: " + app.url(), "allow: [signed-in]")
                .route("other", "host: a.example", "path: /api/v1/**", "to: " + app.url(), "allow: [signed-in]")
                .start()
                .close();
    }

    @Test
    void X02_keepsTheGoodRoutesWhenALaterOneClashes() throws IOException {
        Files.writeString(folder.resolve("app.yaml"), "to: " + app.url() + "\nallow: [anyone]\n");
        try (TestGateway live = TestGateway.signingInAt(github)
                .property("latchkey.routes", folder)
                .start()) {
            HttpPerson inside = HttpPerson.at("http://127.0.0.1:" + live.internalPort());
            Files.writeString(
                    folder.resolve("broker.yaml"), "path: /auth/**\nto: builtin:login-broker\nallow: [anyone]\n");
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> inside.get("/admin/routes").body().contains("takes all of /auth/**"));
            assertThat(live.stranger().get("/auth/callback").statusCode()).isEqualTo(200);
            Files.writeString(
                    folder.resolve("broker.yaml"),
                    "path: /auth/github/**\nto: builtin:login-broker\nallow: [anyone]\n");
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> live.stranger().get("/auth/github/callback").statusCode() == 400);
            assertThat(live.stranger().get("/auth/callback").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void X03_tellsTheGatewaysCredentialsFromTheAppsOwn() throws Exception {
        HttpPerson person = signedIn("octocat");
        person.fetch("/x");
        String jwt = app.lastRequest().header("Authorization").substring("Bearer ".length());
        // To the gateway: consumed, in either spelling.
        assertThat(gateway.stranger()
                        .get("/github/user", "Authorization", "token " + jwt)
                        .statusCode())
                .isEqualTo(200);
        String token = person.send(
                        "POST",
                        "/oauth2/account/tokens",
                        "{\"name\":\"x\"}",
                        "Content-Type",
                        "application/json",
                        "Origin",
                        gateway.url())
                .body()
                .replaceFirst(".*\"token\":\"([^\"]*)\".*", "$1");
        String basic =
                Base64.getEncoder().encodeToString(("any:" + token).getBytes(java.nio.charset.StandardCharsets.UTF_8));
        for (String given : new String[] {"Bearer " + token, "token " + token, "Basic " + basic}) {
            assertThat(gateway.stranger().get("/own/x", "Authorization", given).statusCode())
                    .isEqualTo(200);
            assertThat(app.lastRequest().header("Authorization")).isNull();
        }
        // To the app: passed on, where the route's JWT does not go into that header.
        gateway.stranger().get("/own/x", "Authorization", "Bearer of-the-app");
        assertThat(app.lastRequest().header("Authorization")).isEqualTo("Bearer of-the-app");
        person.fetch("/x", "Authorization", "Bearer of-the-app");
        assertThat(app.lastRequest().header("Authorization")).doesNotContain("of-the-app");
    }

    @Test
    void X04_wordsFailuresAsTheRouteSays() {
        HttpPerson stranger = gateway.stranger();
        HttpResponse<String> plain = stranger.fetch("/x");
        assertThat(plain.headers().firstValue("Content-Type")).contains("application/problem+json");
        assertThat(plain.statusCode()).isEqualTo(401);
        assertThat(stranger.fetch("/legacy/x").body())
                .startsWith("{\"error\":\"OAuth service not available\",\"message\":");
        assertThat(stranger.fetch("/short/x").body()).isEqualTo("{\"error\":\"You are not signed in\"}");
        HttpResponse<String> hub = stranger.fetch("/hub/x");
        assertThat(hub.statusCode()).isEqualTo(401);
        assertThat(hub.body())
                .isEqualTo("{\"message\":\"You are not signed in\","
                        + "\"documentation_url\":\"https://docs.github.com/rest\",\"status\":\"401\"}");
        for (String path : new String[] {"/x", "/legacy/x", "/short/x", "/hub/x"}) {
            assertThat(problem(stranger.fetch(path))).isEqualTo("sign-in.required");
        }
        assertThat(stranger.navigate("/hub/x").statusCode()).isEqualTo(302);
        // A proxy that asks about such an app knows statuses, and 503 is no answer to its question.
        HttpResponse<String> asked = stranger.get(
                "/oauth2/auth",
                "X-Forwarded-Method",
                "GET",
                "X-Forwarded-Proto",
                "http",
                "X-Forwarded-Host",
                "localhost:" + gateway.port(),
                "X-Forwarded-Uri",
                "/legacy/x");
        assertThat(asked.statusCode()).isEqualTo(401);
    }

    @Test
    void X05_renewsEachKindOfTokenByItsOwnRule() {
        HttpPerson lasting = signedIn("lasting");
        github.app().expiringTokens(Duration.ofHours(8));
        HttpPerson expiring = signedIn("expiring");
        expiring.fetch("/x");
        String before = app.lastRequest().header("X-Forwarded-Access-Token");
        lasting.fetch("/installed/x");
        String installation = app.lastRequest().header("X-Forwarded-Access-Token");
        assertThat(installation).hasSizeGreaterThan(500).contains(".");
        clock.advance(Duration.ofHours(9));

        expiring.fetch("/x");
        assertThat(app.lastRequest().header("X-Forwarded-Access-Token"))
                .isNotEqualTo(before)
                .matches(github::isLive);
        lasting.fetch("/installed/x");
        assertThat(app.lastRequest().header("X-Forwarded-Access-Token")).isNotEqualTo(installation);
        lasting.fetch("/x");
        assertThat(refreshes()).isEqualTo(1);
    }

    private static int refreshes() {
        return github.calls()
                .to("POST", "/login/oauth/access_token")
                .withGrant("refresh_token")
                .count();
    }

    @Test
    void X06_renewsMinutesAhead() {
        github.app().expiringTokens(Duration.ofHours(8));
        HttpPerson person = signedIn("early");
        clock.advance(Duration.ofHours(7).plusMinutes(40));
        person.fetch("/x");
        assertThat(refreshes()).isZero();

        clock.advance(Duration.ofMinutes(15));
        assertThat(person.fetch("/x").statusCode()).isEqualTo(200);

        await().until(() -> refreshes() == 1);
    }

    @Test
    void X07_givesASignInTenMinutes() {
        for (int[] minutesAndStatus : new int[][] {{9, 302}, {11, 400}}) {
            HttpPerson person = gateway.stranger();
            URI callback = github.authorize(person.beginSignIn("/x"), "octocat");
            clock.advance(Duration.ofMinutes(minutesAndStatus[0]));
            assertThat(person.get(callback.toString()).statusCode()).isEqualTo(minutesAndStatus[1]);
        }
    }

    @Test
    void X08_endsSessionsThatAreIdleAndThoseThatAreOld() {
        HttpPerson idle = signedIn("idle");
        clock.advance(Duration.ofHours(23));
        assertThat(idle.twin().fetch("/x").statusCode()).isEqualTo(200);
        clock.advance(Duration.ofHours(25));
        assertThat(idle.fetch("/x").statusCode()).isEqualTo(401);

        try (TestGateway patient = TestGateway.signingInAt(github)
                .clock(clock)
                .property("latchkey.session.idle", "7d")
                .app(app.url())
                .start()) {
            HttpPerson busy = patient.stranger();
            busy.signIn(github, "busy", "/x");
            clock.advance(Duration.ofDays(7).minusMinutes(1));
            assertThat(busy.fetch("/x").statusCode()).isEqualTo(200);
            clock.advance(Duration.ofMinutes(2));
            assertThat(busy.fetch("/x").statusCode()).isEqualTo(401);
        }
    }

    @Test
    void X09_fitsItsHeadersIntoEightKilobytes() {
        github.app().longTokens();
        github.person("verbose").email("verbose@acme.example", true, true).name("N".repeat(200));
        HttpPerson person = signedIn("verbose");
        for (String path : new String[] {"/x", "/legacy/x", "/installed/x"}) {
            person.fetch(path, "X-Of-The-Client", "x".repeat(1000));
            int size = app.lastRequest().headers().stream()
                    .mapToInt((Header header) ->
                            header.name().length() + header.value().length() + 4)
                    .sum();
            assertThat(size).as(path).isBetween(1500, 8 * 1024);
        }
    }

    @Test
    void X10_leavesItToTheAppWhomItKnows() throws Exception {
        HttpPerson person = signedIn("octocat");

        HttpResponse<String> answer = person.fetch("/status/401");
        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(problem(answer)).isEmpty();

        person.fetch("/legacy/x");
        String jwt = app.lastRequest().header("Authorization").split("\\.")[1];
        assertThat(new String(Base64.getUrlDecoder().decode(jwt), java.nio.charset.StandardCharsets.UTF_8))
                .contains("\"user_id\":583231")
                .contains("\"github_id\":583231");
    }

    @Test
    void readyRouteFilesLoadTogether() throws IOException {
        Path secret = Files.writeString(folder.resolve("jwt"), SECRET);
        Path routes = Files.createDirectory(folder.resolve("routes"));
        try (Stream<Path> ready = Files.list(Path.of("..", "routes", "trackeep"))) {
            for (Path file :
                    ready.filter(each -> each.toString().endsWith(".yaml")).toList()) {
                String text = Files.readString(file).replace("file:/run/secrets/trackeep-jwt", "file:" + secret);
                assertThat(text).doesNotContain("/run/secrets");
                Files.writeString(routes.resolve(file.getFileName()), text);
            }
        }
        try (TestGateway ready = TestGateway.signingInAt(github)
                .property("latchkey.routes", routes)
                .start()) {
            HttpPerson inside = HttpPerson.at("http://127.0.0.1:" + ready.internalPort());
            assertThat(inside.get("/admin/routes").body())
                    .contains("builtin:updates")
                    .contains("builtin:login-broker")
                    .doesNotContain(SECRET);
        }
        assertThat(List.of(routes.toFile().list())).contains("trackeep.yaml", "updates.yaml", "login-broker.yaml");
    }
}
