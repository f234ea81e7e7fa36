package dev.latchkey.gateway.journey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.latchkey.gateway.problem.ConfigurationRefused;
import dev.latchkey.gateway.testing.CallLog;
import dev.latchkey.gateway.testing.EchoBackend;
import dev.latchkey.gateway.testing.Fault;
import dev.latchkey.gateway.testing.GitHubStub;
import dev.latchkey.gateway.testing.HttpPerson;
import dev.latchkey.gateway.testing.RawHttp;
import dev.latchkey.gateway.testing.TestClock;
import dev.latchkey.gateway.testing.TestGateway;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.NumericDate;
import org.jose4j.jwt.consumer.InvalidJwtException;
import org.jose4j.jwt.consumer.JwtConsumer;
import org.jose4j.jwt.consumer.JwtConsumerBuilder;
import org.jose4j.keys.HmacKey;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What Trackeep's update system was promised, row by row: the JWT for its backend, and the update check itself. */
class TrackeepUpdatesTest {

    private static final String SECRET = "mR7vK2pX9wQ4tY8zB3nL6hJ1fD5sG0cV";
    private static final String CHECK = "/api/updates/check";
    private static final String LATEST = "/repos/Dvorinka/Trackeep/releases/latest";
    private static final String NOT_SIGNED_IN = "{\"error\":\"OAuth service not available\","
            + "\"message\":\"Please ensure OAuth service is running and you are authenticated\"}";

    private static TestClock clock;
    private static GitHubStub github;
    private static EchoBackend app;
    private static TestGateway gateway;
    private static int people;

    private HttpPerson person;
    private String login;

    @BeforeAll
    static void start() {
        clock = TestClock.now();
        github = GitHubStub.start(clock);
        app = EchoBackend.start();
        gateway = TestGateway.signingInAt(github)
                .clock(clock)
                .property("latchkey.updates.platform", "linux-arm64")
                .property("latchkey.updates.interval", "1h")
                .route("updates", "path: " + CHECK, "to: builtin:updates", "allow: [signed-in]")
                .route("strict", "path: /strict/**", "to: builtin:updates", "allow: [signed-in]", "errors: problem")
                .route("install", "path: /api/updates/**", "to: " + app.url(), "allow: [user:keeper]")
                .route(
                        "legacy",
                        "path: /legacy/**",
                        "to: " + app.url(),
                        "allow: [signed-in]",
                        "errors: trackeep",
                        "send: { jwt: { profile: trackeep-legacy, secret: " + SECRET + " }, headers: none }")
                .route(
                        "modern",
                        "path: /modern/**",
                        "to: " + app.url(),
                        "allow: [signed-in]",
                        "send: { github-token: true, github-api: true }")
                .route(
                        "open",
                        "path: /open/**",
                        "to: " + app.url(),
                        "allow: [anyone]",
                        "send: { jwt: { profile: trackeep-legacy, secret: " + SECRET + " }, github-token: true }")
                .route(
                        "socket",
                        "path: /socket/**",
                        "to: " + app.url(),
                        "allow: [signed-in]",
                        "errors: trackeep",
                        "send: { jwt: { profile: trackeep-legacy, secret: " + SECRET + " } }",
                        "filters: [StripPrefix=1]")
                .route("github", "path: /github/**", "to: builtin:github-api", "allow: [signed-in]")
                .start();
    }

    @AfterAll
    static void stop() {
        gateway.close();
        app.close();
        github.close();
    }

    @BeforeEach
    void arrive() {
        // Whatever an earlier test made GitHub say about waiting is over.
        clock.advance(Duration.ofHours(2));
        github.app().lastingTokens();
        github.refreshes().heal();
        github.endpoint("/api/v3/repos").heal();
        github.content().clear();
        login = "person" + people++;
        signIn();
        github.forgetCalls();
        app.forgetRequests();
    }

    private void signIn() {
        github.person(login).email(login + "@trackeep.example", true, true);
        person = gateway.stranger();
        assertThat(person.signIn(github, login, "/modern/x").statusCode()).isEqualTo(200);
    }

    /** What GitHub was asked about releases in this person's name; beside it the gateway asks for people's groups. */
    private CallLog questions() {
        return github.calls().by(login).under("/api/v3/repos/Dvorinka/Trackeep");
    }

    private static String release(String tag, String... assets) {
        StringBuilder files = new StringBuilder();
        for (String asset : assets) {
            files.append(files.isEmpty() ? "" : ",")
                    .append("{\"name\":\"" + asset + "\",\"size\":" + (1000 + asset.length())
                            + ",\"digest\":\"sha256:" + "ab".repeat(32)
                            + "\",\"browser_download_url\":\"https://github.com/Dvorinka/Trackeep/releases/download/"
                            + tag + "/" + asset + "\"}");
        }
        return "{\"tag_name\":\"" + tag + "\",\"draft\":false,\"prerelease\":" + tag.contains("-")
                + ",\"body\":\"What is new\",\"html_url\":\"https://github.com/Dvorinka/Trackeep/releases/tag/" + tag
                + "\",\"published_at\":\"2026-02-24T10:00:00Z\",\"assets\":[" + files + "]}";
    }

    private static JwtConsumer consumer() {
        return new JwtConsumerBuilder()
                .setVerificationKey(new HmacKey(SECRET.getBytes(java.nio.charset.StandardCharsets.UTF_8)))
                .setJwsAlgorithmConstraints(
                        AlgorithmConstraints.ConstraintType.PERMIT, AlgorithmIdentifiers.HMAC_SHA256)
                .setRequireExpirationTime()
                .setEvaluationTime(NumericDate.fromMilliseconds(clock.millis()))
                .build();
    }

    private static String bearer() {
        String authorization = app.lastRequest().header("Authorization");
        assertThat(authorization).startsWith("Bearer ");
        return authorization.substring("Bearer ".length());
    }

    private static JwtClaims claims() throws InvalidJwtException {
        return consumer().processToClaims(bearer());
    }

    /** Trackeep's own five rules, in its order; empty where its backend answers 503. */
    private static Optional<String> asTrackeepExtractsIt(String authorization) {
        if (authorization == null || !authorization.startsWith("Bearer ")) {
            return Optional.empty();
        }
        try {
            JwtClaims claims = consumer().processToClaims(authorization.substring("Bearer ".length()));
            Object end = claims.getClaimValue("expires_at");
            boolean over = end instanceof Number number && number.longValue() < clock.millis() / 1000;
            return over ? Optional.empty() : Optional.ofNullable((String) claims.getClaimValue("access_token"));
        } catch (InvalidJwtException e) {
            return Optional.empty();
        }
    }

    private static void assertRefused(String property, String... lines) {
        TestGateway.Builder builder = TestGateway.signingInAt(github).route("x", lines);
        assertThatExceptionOfType(ConfigurationRefused.class)
                .isThrownBy(() -> builder.start().close())
                .satisfies(refused -> assertThat(refused.getMessage() + refused.faults())
                        .contains(property)
                        .doesNotContain(SECRET));
    }

    // The JWT

    @Test
    void U01_sendsTheJwtThatTrackeepKnows() throws Exception {
        person.fetch("/legacy/x");

        JwtClaims claims = claims();
        long id = github.person(login).id();
        assertThat(claims.getClaimValue("user_id", Long.class)).isEqualTo(id);
        assertThat(claims.getClaimValue("github_id", Long.class)).isEqualTo(id);
        assertThat(claims.getStringClaimValue("username")).isEqualTo(login);
        assertThat(claims.getStringClaimValue("email")).isEqualTo(login + "@trackeep.example");
        assertThat(claims.getStringClaimValue("token_type")).isEqualTo("bearer");
        assertThat(claims.getStringClaimValue("access_token")).startsWith("gho_");
        assertThat(claims.getIssuedAt().getValue()).isEqualTo(clock.millis() / 1000);
        assertThat(claims.getExpirationTime().getValue()).isGreaterThan(clock.millis() / 1000);
    }

    @Test
    void U02_isTakenByTrackeepsOwnRulesAndHoldsALiveToken() {
        person.fetch("/legacy/x");

        assertThat(asTrackeepExtractsIt(app.lastRequest().header("Authorization")))
                .get()
                .matches(github::isLive);
    }

    @Test
    void U03_tellsTheTokensEndOrNone() throws Exception {
        person.fetch("/legacy/x");
        assertThat(claims().hasClaim("expires_at")).isFalse();

        github.app().expiringTokens(Duration.ofHours(8));
        signIn();
        person.fetch("/legacy/x");
        assertThat(claims().getClaimValue("expires_at", Long.class))
                .isEqualTo(clock.instant().plus(Duration.ofHours(8)).getEpochSecond());
    }

    @Test
    void U04_keepsTheGitHubTokenOutOfTheJwtUnlessTheRouteSaysSo() {
        person.fetch("/modern/x");
        String token = app.lastRequest().header("X-Forwarded-Access-Token");
        assertThat(token).matches(github::isLive);
        assertThat(new String(java.util.Base64.getUrlDecoder().decode(bearer().split("\\.")[1])))
                .doesNotContain(token)
                .doesNotContain("access_token");

        person.fetch("/legacy/x");
        assertThat(app.lastRequest().header("X-Forwarded-Access-Token")).isNull();
        assertThat(asTrackeepExtractsIt(app.lastRequest().header("Authorization")))
                .contains(token);

        // What answers a question is read by whoever asks it.
        assertRefused(
                "sent to apps and to nobody else",
                "to: builtin:forward-auth",
                "allow: [signed-in]",
                "send: { jwt: { profile: trackeep-legacy, secret: " + SECRET + " } }");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/open/x", "/legacy/x", "/modern/x"})
    void U05_takesAwayWhatTheClientSaysOfItself(String path) {
        String[] forged = {
            "Authorization", "Bearer forged",
            "X-Forwarded-Access-Token", "forged",
            "X_Forwarded_Access_Token", "forged",
            "X-Forwarded-User", "forged",
            "X-Forwarded-Email", "forged"
        };
        person.fetch(path, forged);
        assertThat(app.lastRequest().headers().toString()).doesNotContain("forged");

        HttpResponse<String> anonymous = gateway.stranger().fetch(path, forged);
        if (path.startsWith("/open")) {
            assertThat(anonymous.statusCode()).isEqualTo(200);
            assertThat(app.lastRequest().headers().toString()).doesNotContain("forged");
        } else {
            assertThat(app.requests()).hasSize(1);
        }
    }

    @Test
    void U06_tellsStrangersInTheRoutesDialect() {
        HttpPerson stranger = gateway.stranger();
        for (String path : new String[] {"/legacy/x", CHECK}) {
            HttpResponse<String> answer = stranger.fetch(path);
            assertThat(answer.statusCode()).isEqualTo(503);
            assertThat(answer.body()).isEqualTo(NOT_SIGNED_IN);
            assertThat(answer.headers().firstValue("Content-Type")).contains("application/json");
            assertThat(answer.headers().firstValue("X-Latchkey-Problem")).contains("sign-in.required");
            assertThat(answer.headers().firstValue("WWW-Authenticate")).isEmpty();
        }
        for (String path : new String[] {"/modern/x", "/strict" + CHECK}) {
            HttpResponse<String> answer = stranger.fetch(path);
            assertThat(answer.statusCode()).isEqualTo(401);
            assertThat(answer.headers().firstValue("WWW-Authenticate"))
                    .get()
                    .asString()
                    .startsWith("Bearer");
            assertThat(answer.body()).contains("\"login_url\"");
            assertThat(stranger.navigate(path).statusCode()).isEqualTo(302);
        }
    }

    @Test
    void U07_saysThatGitHubIsAwayAndSendsNoStaleToken() {
        github.app().expiringTokens(Duration.ofHours(1));
        signIn();
        app.forgetRequests();
        clock.advance(Duration.ofHours(3));
        github.refreshes().always(Fault.status(500));

        HttpResponse<String> answer = person.fetch("/legacy/x");

        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.headers().firstValue("X-Latchkey-Problem")).contains("token.unavailable");
        assertThat(answer.headers().firstValue("Retry-After")).get().asString().matches("[1-9][0-9]*");
        assertThat(answer.body()).isNotEqualTo(NOT_SIGNED_IN);
        assertThat(app.requests()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"token ", "Bearer ", "bearer "})
    void U08_takesBothSchemes(String scheme) {
        person.fetch("/modern/x");
        String jwt = bearer();

        HttpResponse<String> answer = gateway.stranger().get("/github/user", "Authorization", scheme + jwt);

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).contains("\"" + login + "\"");
    }

    @Test
    void U09_asksGitHubOnlyWhetherTheReleaseIsStillTheNewest() {
        github.content().put(LATEST, release("v1.2.5"));

        HttpResponse<String> first = person.fetch("/github" + LATEST);
        HttpResponse<String> second = person.fetch("/github" + LATEST);
        assertThat(questions().count()).isEqualTo(1);
        clock.advance(Duration.ofMinutes(2));
        HttpResponse<String> third = person.fetch("/github" + LATEST);

        assertThat(second.headers().firstValue("X-Latchkey-Cache")).contains("hit");
        assertThat(third.headers().firstValue("X-Latchkey-Cache")).contains("revalidated");
        assertThat(questions().last().header("If-None-Match")).isNotNull();
        assertThat(third.statusCode()).isEqualTo(200);
        assertThat(third.body())
                .isEqualTo(second.body())
                .isEqualTo(first.body())
                .contains("v1.2.5");
    }

    @Test
    void U10_passesALimitOnAndMakesNothingUp() {
        github.endpoint("/api/v3/repos").always(Fault.quotaExhausted(Duration.ofMinutes(40)));

        for (String path : new String[] {CHECK, "/github" + LATEST}) {
            HttpResponse<String> answer = person.fetch(path);
            assertThat(answer.statusCode()).as(answer.body()).isIn(403, 429);
            assertThat(answer.body()).doesNotContain("updateAvailable");
        }
        HttpResponse<String> answer = person.fetch(CHECK);
        assertThat(answer.statusCode()).isEqualTo(429);
        assertThat(Long.parseLong(answer.headers().firstValue("Retry-After").orElseThrow()))
                .isBetween(1L, 2401L);
        assertThat(answer.body()).startsWith("{\"error\":\"Failed to check for updates\",\"details\":");
    }

    @Test
    void U11_livesMinutesAndIsMadeAnewForEachRequest() throws Exception {
        person.fetch("/legacy/x");
        String captured = app.lastRequest().header("Authorization");
        JwtClaims claims = claims();
        assertThat(claims.getExpirationTime().getValue() - claims.getIssuedAt().getValue())
                .isBetween(10L, 300L);

        clock.advance(Duration.ofMinutes(5).plusSeconds(31));
        assertThat(asTrackeepExtractsIt(captured)).isEmpty();
        person.fetch("/legacy/x");
        assertThat(asTrackeepExtractsIt(app.lastRequest().header("Authorization")))
                .isPresent();
    }

    @Test
    void U12_renewsATokenThatIsAboutToEnd() {
        github.app().expiringTokens(Duration.ofHours(1));
        signIn();
        person.fetch("/legacy/x");
        String before =
                asTrackeepExtractsIt(app.lastRequest().header("Authorization")).orElseThrow();
        clock.advance(Duration.ofMinutes(59).plusSeconds(30));

        assertThat(person.fetch("/legacy/x").statusCode()).isEqualTo(200);

        assertThat(asTrackeepExtractsIt(app.lastRequest().header("Authorization")))
                .get()
                .isNotEqualTo(before)
                .matches(github::isLive);
        assertThat(github.calls().withGrant("refresh_token").count()).isEqualTo(1);
    }

    @Test
    void U13_letsOnlyThoseInstallWhoMay() {
        String install = "/api/updates/install";
        HttpPerson keeper = gateway.stranger();
        keeper.signIn(github, "keeper", "/modern/x");
        app.forgetRequests();

        assertThat(gateway.stranger().send("POST", install, "{}").statusCode()).isEqualTo(401);
        assertThat(person.send("POST", install, "{}").statusCode()).isEqualTo(403);
        assertThat(app.requests()).isEmpty();
        assertThat(keeper.send("POST", install, "{}").statusCode()).isEqualTo(200);
        assertThat(app.lastRequest().target()).isEqualTo(install);
    }

    @Test
    void U14_tellsTheBackendTruthfullyWhoCameFromWhere() {
        person.fetch(
                "/legacy/x",
                "X-Forwarded-For",
                "6.6.6.6",
                "X-Forwarded-Proto",
                "https",
                "X-Forwarded-Host",
                "evil.example");

        EchoBackend.Received received = app.lastRequest();
        assertThat(received.header("X-Forwarded-For")).isEqualTo("127.0.0.1");
        assertThat(received.header("X-Forwarded-Proto")).isEqualTo("http");
        assertThat(received.header("X-Forwarded-Host")).isEqualTo("localhost:" + gateway.port());
    }

    @Test
    void U17_opensSocketsForThoseWhoAreSignedIn() throws Exception {
        RawHttp.Response stranger = RawHttp.to(gateway.port())
                .send("GET /socket/ws HTTP/1.1\r\nHost: localhost:" + gateway.port()
                        + "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
        assertThat(stranger.status()).isEqualTo(503);
        assertThat(app.requests()).isEmpty();

        CompletableFuture<String> echoed = new CompletableFuture<>();
        WebSocket socket = HttpClient.newHttpClient()
                .newWebSocketBuilder()
                .header("Cookie", "latchkey=" + person.cookie("latchkey"))
                .buildAsync(URI.create("ws://localhost:" + gateway.port() + "/socket/ws"), new WebSocket.Listener() {
                    @Override
                    public CompletionStage<?> onText(WebSocket from, CharSequence text, boolean last) {
                        echoed.complete(text.toString());
                        return null;
                    }
                })
                .get(60, TimeUnit.SECONDS);
        socket.sendText("hello", true);
        assertThat(echoed.get(60, TimeUnit.SECONDS)).isEqualTo("hello");
        socket.abort();
        assertThat(app.lastRequest().target()).isEqualTo("/ws");
        assertThat(asTrackeepExtractsIt(app.lastRequest().header("Authorization")))
                .isPresent();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "short",
                "'                                        '",
                "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                "your-secret-key-change-in-production",
                "file:/nowhere/jwt"
            })
    void U18_startsWithNoSecretThatCanBeGuessed(String secret) {
        assertRefused(
                "x.yaml:3",
                "to: " + app.url(),
                "allow: [signed-in]",
                "send: { jwt: { profile: trackeep-legacy, secret: \"" + secret.replace("'", "") + "\" } }");
    }

    // The check

    @Test
    void tellsOfANewerReleaseWithTheFileForThePlatform() {
        github.content()
                .put(
                        LATEST,
                        release("v1.2.5", "checksums.txt", "trackeep-linux-amd64.tgz", "trackeep-linux-arm64.tgz"));

        HttpResponse<String> answer = person.fetch(CHECK);

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body())
                .isEqualTo("{\"updateAvailable\":true,\"currentVersion\":\"1.0.0\",\"latestVersion\":\"v1.2.5\","
                        + "\"updateInfo\":{\"version\":\"v1.2.5\",\"releaseNotes\":\"What is new\",\"downloadUrl\":"
                        + "\"https://github.com/Dvorinka/Trackeep/releases/download/v1.2.5/trackeep-linux-arm64.tgz\","
                        + "\"mandatory\":false,\"size\":1024,\"checksum\":\"sha256:" + "ab".repeat(32)
                        + "\",\"publishedAt\":\"2026-02-24T10:00:00Z\",\"prerelease\":false}}");
        assertThat(questions().count()).isPositive();
    }

    @ParameterizedTest
    @ValueSource(strings = {"v1.0.0", "1.0.0+build.7", "v0.9.12", "v1.0.0-rc.1"})
    void saysSoWhereNothingIsNewer(String tag) {
        github.content().put(LATEST, release(tag));

        HttpResponse<String> answer = person.fetch(CHECK);

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body())
                .isEqualTo("{\"updateAvailable\":false,\"currentVersion\":\"1.0.0\",\"latestVersion\":\"" + tag
                        + "\",\"updateInfo\":null}");
    }

    @Test
    void saysWhyItCouldNotBeFoundOut() {
        HttpResponse<String> missing = person.fetch(CHECK);
        assertThat(missing.statusCode()).isEqualTo(500);
        assertThat(missing.body())
                .isEqualTo(
                        "{\"error\":\"Failed to check for updates\",\"details\":\"GitHub API returned status 404\"}");
        assertThat(person.fetch("/strict" + CHECK).statusCode()).isEqualTo(502);

        clock.advance(Duration.ofMinutes(5));
        github.content().put(LATEST.substring(0, LATEST.indexOf("/releases")), "{}");
        github.content().put(LATEST, release("nightly"));
        assertThat(person.fetch(CHECK).body()).contains("\"details\":\"The newest release is no version\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Sec-Fetch-Site cross-site", "Sec-Fetch-Site same-site", "Origin https://evil.example"})
    void asksNothingOfGitHubForAPageOfAnotherOrigin(String said) {
        github.content().put(LATEST, release("v1.2.5"));
        String[] header = said.split(" ");

        HttpResponse<String> answer = person.get(CHECK, header[0], header[1]);

        assertThat(answer.headers().firstValue("X-Latchkey-Problem")).contains("request.cross-site");
        assertThat(answer.body()).doesNotContain("v1.2.5");
        assertThat(questions().count()).isZero();
        assertThat(person.fetch(CHECK).statusCode()).isEqualTo(200);
    }

    @Test
    void looksByItselfOnTheInterval() {
        github.content().put(LATEST, release("v1.2.5"));
        person.fetch(CHECK);
        assertThat(questions().count()).isEqualTo(1);

        clock.advance(Duration.ofHours(1));

        await().until(() -> questions().count() > 1);
    }

    @Test
    void countsPrereleasesWhereToldToAndInTheirOrder() {
        github.content()
                .put(
                        "/repos/acme/shop/releases?per_page=50",
                        "[" + release("v2.0.0-rc.2") + "," + release("v2.0.0-rc.10") + ","
                                + release("v9.9.9").replace("\"draft\":false", "\"draft\":true") + ","
                                + release("nightly") + "," + release("v1.9.0") + "]");
        try (TestGateway other = TestGateway.signingInAt(github)
                .clock(clock)
                .property("latchkey.updates.repository", "acme/shop")
                .property("latchkey.updates.current-version", "v2.0.0-rc.9")
                .property("latchkey.updates.prereleases", "true")
                .property("latchkey.updates.cache", "5m")
                .route("updates", "path: /api/updates/**", "to: builtin:updates", "allow: [signed-in]")
                .start()) {
            HttpPerson someone = other.stranger();
            someone.signIn(github, login, CHECK);
            HttpResponse<String> answer = someone.fetch(CHECK);
            assertThat(answer.body())
                    .contains("\"updateAvailable\":true")
                    .contains("\"latestVersion\":\"v2.0.0-rc.10\"");
            assertThat(answer.body()).contains("\"prerelease\":true");
            // Told again for as long as the operator says, though GitHub's own answer is of age by then.
            github.forgetCalls();
            clock.advance(Duration.ofMinutes(2));
            assertThat(someone.fetch(CHECK).body()).isEqualTo(answer.body());
            assertThat(github.calls().under("/api/v3/repos/acme/shop").count()).isZero();
            assertThat(someone.fetch("/api/updates/install").statusCode()).isEqualTo(404);
            assertThat(someone.send("POST", CHECK, "{}").statusCode()).isEqualTo(405);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "acme",
                "acme/..",
                "../acme",
                "acme/wiki/../../user",
                "acme/wiki?x",
                "acme/%2e%2e",
                "acme//",
                "a b/c",
                "https://evil.example/x",
                "acme/wiki#"
            })
    void asksForNothingButAReleaseOfARepository(String repository) {
        assertThatExceptionOfType(ConfigurationRefused.class)
                .isThrownBy(() -> TestGateway.signingInAt(github)
                        .property("latchkey.updates.repository", repository)
                        .property("latchkey.updates.current-version", "one")
                        .start()
                        .close())
                .satisfies(refused -> assertThat(refused.faults().toString())
                        .contains("latchkey.updates.repository")
                        .contains("latchkey.updates.current-version"));
    }
}
