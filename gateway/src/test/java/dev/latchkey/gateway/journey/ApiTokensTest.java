package dev.latchkey.gateway.journey;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.latchkey.gateway.session.PersonId;
import dev.latchkey.gateway.session.Sessions;
import dev.latchkey.gateway.store.Store;
import dev.latchkey.gateway.testing.EchoBackend;
import dev.latchkey.gateway.testing.GitHubStub;
import dev.latchkey.gateway.testing.HttpPerson;
import dev.latchkey.gateway.testing.RedisServer;
import dev.latchkey.gateway.testing.RunningClock;
import dev.latchkey.gateway.testing.StubPerson;
import dev.latchkey.gateway.testing.TestGateway;
import dev.latchkey.gateway.token.ApiTokens;
import dev.latchkey.gateway.vault.TokenVault;
import dev.latchkey.gateway.vault.Withdrawal;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jsoup.Jsoup;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** API tokens of the gateway's own, at two gateways that are one. */
class ApiTokensTest {

    private static final RunningClock CLOCK = new RunningClock();
    private static final String WEBHOOK_SECRET = "a secret that GitHub knows too";
    private static final String TOKENS = "/oauth2/account/tokens";

    private static GitHubStub github;
    private static EchoBackend app;
    private static RedisServer redis;
    private static TestGateway first;
    private static TestGateway second;
    private static int people;

    private StubPerson person;

    @BeforeAll
    static void start() {
        github = GitHubStub.start(CLOCK);
        github.app().withoutTokenLimits();
        app = EchoBackend.start();
        redis = RedisServer.embedded();
        first = node();
        second = node();
    }

    private static TestGateway node() {
        return TestGateway.signingInAt(github)
                .on(redis)
                .clock(CLOCK)
                .property("latchkey.external-url", "http://localhost:8080")
                .property("latchkey.github.webhook-secret", WEBHOOK_SECRET)
                .route("app", "to: " + app.url(), "allow: [signed-in]", "send: { github-token: true }")
                .route("wiki", "path: /wiki/**", "to: " + app.url(), "allow: [signed-in]")
                .route("acme", "path: /acme/**", "to: " + app.url(), "allow: [org:acme]")
                .route("own", "path: /own/**", "to: " + app.url(), "allow: [anyone]", "send: { headers: pomerium }")
                .start();
    }

    @AfterAll
    static void stop() {
        first.close();
        second.close();
        redis.close();
        app.close();
        github.close();
    }

    @BeforeEach
    void somebodyNew() {
        person = github.person("maker-" + people++);
        app.forgetRequests();
    }

    /** As if a balancer stood at the address that both nodes say they have. */
    private HttpPerson signIn() {
        HttpPerson browser = first.stranger();
        URI start = URI.create(browser.navigate("/oauth2/start")
                .headers()
                .firstValue("Location")
                .orElseThrow());
        URI callback = github.authorize(start, person.login());
        assertThat(browser.navigate("/oauth2/callback?" + callback.getRawQuery())
                        .statusCode())
                .isEqualTo(302);
        return browser;
    }

    private static HttpResponse<String> ask(HttpPerson browser, String json) {
        return browser.send("POST", TOKENS, json, "Content-Type", "application/json", "Sec-Fetch-Site", "same-origin");
    }

    private static JsonNode made(HttpPerson browser, String json) {
        HttpResponse<String> answer = ask(browser, json);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        assertThat(answer.headers().firstValue("Cache-Control")).contains("no-store");
        return JsonMapper.shared().readTree(answer.body());
    }

    private static String token(HttpPerson browser) {
        return made(browser, "{\"name\":\"test\",\"expires_in\":3600}")
                .path("token")
                .asString();
    }

    private static HttpResponse<String> call(TestGateway node, String path, String token) {
        return node.stranger().get(path, "Authorization", "Bearer " + token);
    }

    private static void assertProblem(HttpResponse<String> answer, int status, String code) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.headers().firstValue("X-Latchkey-Problem")).contains(code);
    }

    @Test
    void opensWhatItsMakerMayUseOnEveryNodeAndInEveryForm() {
        JsonNode made = made(signIn(), "{\"name\":\"nightly\",\"expires_in\":600,\"routes\":[\"wiki\",\"own\"]}");
        String token = made.path("token").asString();
        assertThat(token).matches("lk_[0-9A-Za-z]{36}");
        String basic = "Basic " + Base64.getEncoder().encodeToString(("git:" + token).getBytes(UTF_8));
        for (TestGateway node : new TestGateway[] {first, second}) {
            for (String form : new String[] {"Bearer " + token, "token " + token, basic}) {
                assertThat(node.stranger().get("/wiki/x", "Authorization", form).statusCode())
                        .isEqualTo(200);
                assertThat(app.lastRequest().header("X-Forwarded-User")).isEqualTo(person.login());
                assertThat(node.stranger().get("/own/x", "Authorization", form).statusCode())
                        .isEqualTo(200);
                assertThat(app.lastRequest().header("Authorization")).isNull();
            }
        }
        assertThat(app.requests().toString()).doesNotContain(token);
        assertProblem(call(first, "/", token), 403, "api-token.elsewhere");
    }

    @Test
    void endsOnEveryNodeWithinASecondOfBeingEnded() {
        HttpPerson browser = signIn();
        JsonNode made = made(browser, "{\"name\":\"short\"}");
        String token = made.path("token").asString();
        assertThat(call(second, "/wiki/x", token).statusCode()).isEqualTo(200);

        HttpResponse<String> ended = browser.send(
                "DELETE", TOKENS + "/" + made.path("id").asString(), null, "Sec-Fetch-Site", "same-origin");

        assertThat(ended.statusCode()).isEqualTo(204);
        await().untilAsserted(() -> assertProblem(call(second, "/wiki/x", token), 401, "api-token.refused"));
        assertProblem(call(first, "/wiki/x", token), 401, "api-token.refused");
        HttpResponse<String> refused = call(first, "/own/x", token);
        assertProblem(refused, 401, "api-token.refused");
        assertThat(refused.headers().firstValue("WWW-Authenticate").orElseThrow())
                .startsWith("Bearer ")
                .contains("invalid_token");
        assertProblem(
                browser.send(
                        "DELETE", TOKENS + "/" + made.path("id").asString(), null, "Sec-Fetch-Site", "same-origin"),
                404,
                "api-token.unknown");
    }

    @Test
    void takesTheStreamsThatItOpenedWithIt() throws Exception {
        HttpPerson browser = signIn();
        JsonNode made = made(browser, "{\"name\":\"watcher\"}");
        HttpRequest watch = HttpRequest.newBuilder(URI.create(second.url() + "/sse?every=100&count=100000"))
                .header("Authorization", "Bearer " + made.path("token").asString())
                .build();
        HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        HttpResponse<InputStream> stream = client.send(watch, HttpResponse.BodyHandlers.ofInputStream());
        assertThat(stream.statusCode()).isEqualTo(200);
        assertThat(stream.body().read()).isPositive();
        browser.send("DELETE", TOKENS + "/" + made.path("id").asString(), null, "Sec-Fetch-Site", "same-origin");
        await().untilAsserted(() -> assertThat(app.openStreams()).isZero());
    }

    @Test
    void costsTheStoreNothingWhileItIsNear() {
        String token = token(signIn());
        assertThat(call(second, "/wiki/x", token).statusCode()).isEqualTo(200);
        redis.pause();
        try {
            assertThat(call(second, "/wiki/x", token).statusCode()).isEqualTo(200);
        } finally {
            redis.resume();
        }
    }

    @Test
    void outlivesTheSessionAndStillAsksGitHubWhatItsMakerBelongsTo() {
        person.orgs("acme");
        HttpPerson browser = signIn();
        String token = made(browser, "{\"name\":\"long\",\"expires_in\":864000}")
                .path("token")
                .asString();
        browser.post("/oauth2/sign_out", Map.of());
        assertThat(browser.fetch("/wiki/x").statusCode()).isEqualTo(401);
        assertThat(call(second, "/acme/x", token).statusCode()).isEqualTo(200);
        assertThat(call(second, "/", token).statusCode()).isEqualTo(200);
        assertThat(app.lastRequest().header("X-Forwarded-Access-Token")).isNotBlank();
    }

    @Test
    void letsGoOfTheGitHubTokenWithTheLastOfSessionsAndTokens() {
        HttpPerson browser = signIn();
        JsonNode made = made(browser, "{\"name\":\"last\",\"expires_in\":864000}");
        HttpPerson other = signIn();
        browser.post("/oauth2/sign_out", Map.of());
        other.send("DELETE", TOKENS + "/" + made.path("id").asString(), null, "Sec-Fetch-Site", "same-origin");
        Store store = first.bean(Store.class);
        String key = "token:github:" + person.id();
        assertThat(store.get(key).hasElement().block()).isTrue();
        other.post("/oauth2/sign_out", Map.of());
        assertThat(store.get(key).hasElement().block()).isFalse();
    }

    @Test
    void leavesTheDecisionToTheRouteEachTime() {
        String token = token(signIn());
        assertProblem(call(first, "/acme/x", token), 403, "access.denied");
    }

    @Test
    void endsWhenItsDayComes() {
        String token = made(signIn(), "{\"name\":\"brief\",\"expires_in\":60}")
                .path("token")
                .asString();
        assertThat(call(first, "/wiki/x", token).statusCode()).isEqualTo(200);
        CLOCK.advance(Duration.ofSeconds(60));
        assertProblem(call(first, "/wiki/x", token), 401, "api-token.refused");
    }

    /** An operator takes back whatever somebody holds, and knows them by their login. */
    @Test
    void endsWithWhateverElseItsMakerHoldsWhereThatIsWithdrawn() throws Exception {
        HttpPerson browser = signIn();
        HttpPerson elsewhere = browser.twin().alsoAt(second.url());
        String token = token(browser);
        assertThat(call(second, "/wiki/x", token).statusCode()).isEqualTo(200);
        assertThat(elsewhere.fetch("/wiki/x").statusCode()).isEqualTo(200);
        HttpResponse<InputStream> stream = watch(second, token);
        StubPerson withdrawn = person;
        somebodyNew();
        HttpPerson bystander = signIn();
        Withdrawal withdrawal = first.bean(Withdrawal.class);

        assertThat(withdrawal.fromNamed("github", "nobody-here").collectList().block())
                .isEmpty();
        List<PersonId> from = withdrawal
                .fromNamed("github", withdrawn.login().toUpperCase(Locale.ROOT))
                .collectList()
                .block();

        assertThat(from).hasSize(1);
        assertThat(browser.fetch("/wiki/x").statusCode()).isEqualTo(401);
        assertProblem(call(first, "/wiki/x", token), 401, "api-token.refused");
        await().untilAsserted(() -> assertProblem(call(second, "/wiki/x", token), 401, "api-token.refused"));
        await().until(() -> elsewhere.fetch("/wiki/x").statusCode() == 401);
        await().untilAsserted(() -> assertThat(app.openStreams()).isZero());
        stream.body().close();
        assertThat(first.bean(Sessions.class).list(from.get(0)).collectList().block())
                .isEmpty();
        assertThat(first.bean(ApiTokens.class).list(from.get(0)).collectList().block())
                .isEmpty();
        assertThat(first.bean(TokenVault.class).scopes(from.get(0)).blockOptional())
                .isEmpty();
        assertThat(bystander.fetch("/wiki/x").statusCode()).isEqualTo(200);
        // Once more, for what failed in between, it has nothing to do.
        withdrawal.from(from.get(0)).block();
    }

    private static HttpResponse<InputStream> watch(TestGateway node, String token) throws Exception {
        HttpRequest watch = HttpRequest.newBuilder(URI.create(node.url() + "/sse?every=100&count=100000"))
                .header("Authorization", "Bearer " + token)
                .build();
        HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        HttpResponse<InputStream> stream = client.send(watch, HttpResponse.BodyHandlers.ofInputStream());
        assertThat(stream.statusCode()).isEqualTo(200);
        return stream;
    }

    @Test
    void endsWithTheGrantAtGitHub() {
        String token = token(signIn());
        assertThat(call(second, "/wiki/x", token).statusCode()).isEqualTo(200);
        assertThat(github.authorizationRevoked(person.login())
                        .signedWith(WEBHOOK_SECRET)
                        .deliverTo(URI.create(first.url() + "/oauth2/webhooks/github"))
                        .statusCode())
                .isLessThan(300);
        await().untilAsserted(() -> assertProblem(call(second, "/wiki/x", token), 401, "api-token.refused"));
    }

    @Test
    void isListedWithoutItsTextAndOnlyToItsMaker() {
        HttpPerson browser = signIn();
        JsonNode made = made(browser, "{\"name\":\"<b>mine</b>\",\"expires_in\":3600,\"routes\":[\"wiki\"]}");
        String list = browser.fetch(TOKENS).body();
        assertThat(JsonMapper.shared().readTree(list)).hasSize(1);
        assertThat(list)
                .contains(made.path("id").asString(), "<b>mine</b>", "\"routes\":[\"wiki\"]")
                .doesNotContain(made.path("token").asString());
        String page = browser.navigate("/oauth2/account").body();
        assertThat(page)
                .contains("&lt;b&gt;mine&lt;/b&gt;")
                .doesNotContain(made.path("token").asString());
        assertThat(first.bean(Store.class)
                        .get("api-token:" + made.path("id").asString())
                        .map(bytes -> new String(bytes, UTF_8))
                        .block())
                .doesNotContain(made.path("token").asString(), "mine");

        person = github.person("maker-" + people++);
        HttpPerson other = signIn();
        assertThat(other.fetch(TOKENS).body()).isEqualTo("[]");
        assertProblem(
                other.send("DELETE", TOKENS + "/" + made.path("id").asString(), null, "Sec-Fetch-Site", "same-origin"),
                404,
                "api-token.unknown");
        assertThat(call(first, "/wiki/x", made.path("token").asString()).statusCode())
                .isEqualTo(200);
    }

    @Test
    void isMadeAndEndedByFormsWithoutAScript() {
        HttpPerson browser = signIn();
        HttpResponse<String> page = browser.post(
                TOKENS, Map.of("name", "form", "days", "7", "routes", "wiki, app", "ticket", ticket(browser)));
        assertThat(page.statusCode()).isEqualTo(200);
        String token = Jsoup.parse(page.body()).select("main code").first().text();
        assertThat(call(second, "/wiki/x", token).statusCode()).isEqualTo(200);
        String handle = Jsoup.parse(browser.navigate("/oauth2/account").body())
                .select(".tokens input[name=handle]")
                .val();
        assertThat(browser.post(TOKENS + "/end", Map.of("handle", handle)).statusCode())
                .isEqualTo(303);
        await().untilAsserted(() -> assertProblem(call(second, "/wiki/x", token), 401, "api-token.refused"));
    }

    @Test
    void isMadeForNobodyButWhoIsSignedInAndByNoOtherSite() {
        HttpPerson browser = signIn();
        String token = token(browser);
        HttpResponse<String> byToken = first.stranger()
                .send(
                        "POST",
                        TOKENS,
                        "{\"name\":\"x\"}",
                        "Content-Type",
                        "application/json",
                        "Authorization",
                        "Bearer " + token);
        assertProblem(byToken, 401, "sign-in.required");
        assertProblem(first.stranger().get(TOKENS, "Authorization", "Bearer " + token), 401, "sign-in.required");
        for (String site : new String[] {"cross-site", "same-site"}) {
            assertProblem(
                    browser.send(
                            "POST",
                            TOKENS,
                            "name=x&days=7",
                            "Content-Type",
                            "application/x-www-form-urlencoded",
                            "Sec-Fetch-Site",
                            site),
                    403,
                    "request.cross-site");
        }
        assertProblem(
                browser.send("POST", TOKENS, "{\"name\":\"x\"}", "Content-Type", "text/plain"), 400, "api-token.unfit");
        assertThat(JsonMapper.shared().readTree(browser.fetch(TOKENS).body())).hasSize(1);
    }

    private static String ticket(HttpPerson browser, String... headers) {
        return Jsoup.parse(browser.navigate("/oauth2/account", headers).body())
                .select("input[name=ticket]")
                .val();
    }

    @Test
    void isMadeByNoScriptOfAnAppThatSharesTheHost() {
        HttpPerson browser = signIn();
        for (String mode : new String[] {"cors", "same-origin", "no-cors", "navigate"}) {
            HttpResponse<String> answer = browser.send(
                    "POST",
                    TOKENS,
                    "{\"name\":\"x\"}",
                    "Content-Type",
                    "application/json",
                    "Sec-Fetch-Site",
                    "same-origin",
                    "Sec-Fetch-Mode",
                    mode,
                    "Sec-Fetch-Dest",
                    "empty");
            assertProblem(answer, 403, "request.by-script");
        }
        assertThat(browser.fetch(TOKENS).body()).isEqualTo("[]");
    }

    @Test
    void isMadeByAPagesScriptWhereNoAppSharesTheHost() {
        try (TestGateway apart = TestGateway.signingInAt(github)
                .clock(CLOCK)
                .route("wiki", "host: wiki.example.com", "to: " + app.url(), "allow: [signed-in]")
                .start()) {
            HttpPerson browser = apart.stranger();
            browser.signIn(github, person.login(), "/oauth2/account");
            HttpResponse<String> answer = browser.send(
                    "POST",
                    TOKENS,
                    "{\"name\":\"x\"}",
                    "Content-Type",
                    "application/json",
                    "Sec-Fetch-Site",
                    "same-origin",
                    "Sec-Fetch-Mode",
                    "cors",
                    "Sec-Fetch-Dest",
                    "empty");
            assertThat(answer.statusCode()).isEqualTo(201);
        }
    }

    @Test
    void itsFormIsGivenToWhoOpensThePageAndToNoScriptFrameOrWorker() {
        HttpPerson browser = signIn();
        assertThat(ticket(browser)).isNotBlank();
        for (String destination : new String[] {"iframe", "frame", "embed", "object", "empty", "script"}) {
            assertThat(ticket(browser, "Sec-Fetch-Dest", destination))
                    .as(destination)
                    .isEmpty();
        }
        for (String mode : new String[] {"cors", "no-cors", "same-origin"}) {
            assertThat(ticket(browser, "Sec-Fetch-Mode", mode)).as(mode).isEmpty();
        }
        assertThat(ticket(browser, "Service-Worker-Navigation-Preload", "true")).isEmpty();
        HttpResponse<String> page = browser.navigate("/oauth2/account");
        assertThat(page.headers().firstValue("Cross-Origin-Opener-Policy")).contains("same-origin");
        assertThat(page.headers().firstValue("Content-Security-Policy").orElseThrow())
                .contains("frame-ancestors 'none'");
    }

    @Test
    void itsFormIsTakenOnceFromWhoWasGivenItAndOnlyAsAPage() {
        HttpPerson browser = signIn();
        HttpPerson otherSession = signIn();
        assertStale(browser.post(TOKENS, Map.of("name", "x")));
        assertStale(browser.post(TOKENS, Map.of("name", "x", "ticket", "x".repeat(16) + ".9999999999999.abc")));
        assertStale(browser.post(TOKENS, Map.of("name", "x", "ticket", ticket(otherSession))));
        String ticket = ticket(browser);
        Map<String, String> form = Map.of("name", "x", "days", "7", "ticket", ticket);
        for (String destination : new String[] {"iframe", "empty"}) {
            assertStale(browser.post(TOKENS, form, "Sec-Fetch-Dest", destination));
        }
        assertStale(browser.post(TOKENS, form, "Sec-Fetch-Mode", "cors"));
        assertStale(browser.post(TOKENS, Map.of("name", "x", "ticket", ticket.replaceFirst("\\.[0-9]", ".8"))));
        assertThat(browser.fetch(TOKENS).body()).isEqualTo("[]");

        assertThat(browser.post(TOKENS, form).statusCode()).isEqualTo(200);
        assertStale(browser.post(TOKENS, form));
        String old = ticket(browser);
        CLOCK.advance(Duration.ofMinutes(30));
        assertStale(browser.post(TOKENS, Map.of("name", "x", "ticket", old)));
        assertThat(JsonMapper.shared().readTree(browser.fetch(TOKENS).body())).hasSize(1);
    }

    private static void assertStale(HttpResponse<String> answer) {
        assertProblem(answer, 403, "form.stale");
    }

    @Test
    void hasBoundsOnAllThatIsSaidOfIt() {
        HttpPerson browser = signIn();
        for (String unfit : new String[] {
            "",
            "[]",
            "{",
            "{}",
            "{\"name\":\" \"}",
            "{\"name\":7}",
            "{\"name\":\"" + "x".repeat(101) + "\"}",
            "{\"name\":\"a\\nb\"}",
            "{\"name\":\"x\",\"expires_in\":59}",
            "{\"name\":\"x\",\"expires_in\":-1}",
            "{\"name\":\"x\",\"expires_in\":31708800}",
            "{\"name\":\"x\",\"expires_in\":99999999999999}",
            "{\"name\":\"x\",\"expires_in\":\"soon\"}",
            "{\"name\":\"x\",\"routes\":[]}",
            "{\"name\":\"x\",\"routes\":[\"\"]}",
            "{\"name\":\"x\",\"routes\":[\"../x\"]}",
            "{\"name\":\"x\",\"routes\":[\"*\",\"wiki\"]}",
            "{\"name\":\"x\",\"routes\":\"wiki\"}"
        }) {
            assertProblem(ask(browser, unfit), 400, "api-token.unfit");
        }
        assertThat(browser.fetch(TOKENS).body()).isEqualTo("[]");
        for (int i = 0; i < 50; i++) {
            token(browser);
        }
        assertProblem(ask(browser, "{\"name\":\"one more\"}"), 409, "api-token.full");
        assertThat(JsonMapper.shared().readTree(browser.fetch(TOKENS).body())).hasSize(50);
    }

    @Test
    void survivesARestartAndThatTheSealingKeyIsChanged(@TempDir Path data) {
        String older = Base64.getEncoder().encodeToString("an older key of thirty-two bytes".getBytes(UTF_8));
        String newer = Base64.getEncoder().encodeToString("the newer key of 32 whole bytes!".getBytes(UTF_8));
        String token;
        try (TestGateway alone = alone(data, older)) {
            HttpPerson browser = alone.stranger();
            browser.signIn(github, person.login(), "/wiki/x");
            token = token(browser);
        }
        for (String keys : new String[] {newer + ',' + older, newer}) {
            try (TestGateway alone = alone(data, keys)) {
                assertThat(call(alone, "/wiki/x", token).statusCode()).isEqualTo(200);
            }
        }
    }

    private static TestGateway alone(Path data, String keys) {
        return TestGateway.signingInAt(github)
                .dataIn(data)
                .clock(CLOCK)
                .property("latchkey.secret-keys", keys)
                .route("wiki", "path: /wiki/**", "to: " + app.url(), "allow: [signed-in]")
                .start();
    }

    @Test
    void isRefusedUnlessItIsWhole() {
        String token = token(signIn());
        for (String broken : new String[] {
            "lk_", "lk_" + "0".repeat(36), token.substring(0, 38), token + "0", token.toLowerCase(java.util.Locale.ROOT)
        }) {
            assertProblem(call(first, "/own/x", broken), 401, "api-token.refused");
        }
        assertThat(app.requests()).isEmpty();
    }

    @Test
    void isAskedForByGitAndByNoBrowser() {
        assertThat(first.stranger()
                        .get("/wiki/x", "User-Agent", "git/2.47.0")
                        .headers()
                        .allValues("WWW-Authenticate"))
                .hasSize(2)
                .anyMatch(value -> value.startsWith("Basic realm="));
        assertThat(first.stranger()
                        .fetch("/wiki/x", "User-Agent", "Mozilla/5.0 git/2")
                        .headers()
                        .allValues("WWW-Authenticate"))
                .noneMatch(value -> value.startsWith("Basic"));
    }

    @Test
    void saysOfItsMakerWhatTheLastSignInSaid() {
        String token = token(signIn());
        assertThat(call(second, "/wiki/x", token).statusCode()).isEqualTo(200);
        String before = app.lastRequest().header("X-Forwarded-User");
        person.rename("renamed-" + people);
        signIn();
        await().untilAsserted(() -> {
            assertThat(call(second, "/wiki/x", token).statusCode()).isEqualTo(200);
            assertThat(app.lastRequest().header("X-Forwarded-User"))
                    .isNotEqualTo(before)
                    .isEqualTo(person.login());
        });
    }
}
