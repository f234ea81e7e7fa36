package dev.latchkey.gateway.journey;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.gateway.store.Store;
import dev.latchkey.gateway.testing.EchoBackend;
import dev.latchkey.gateway.testing.GitHubStub;
import dev.latchkey.gateway.testing.HttpPerson;
import dev.latchkey.gateway.testing.RedisServer;
import dev.latchkey.gateway.testing.TestClock;
import dev.latchkey.gateway.testing.TestGateway;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jsoup.Jsoup;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Terminals are let in by their people, in a browser. */
class DeviceTest {

    private static final String GRANT = "urn:ietf:params:oauth:grant-type:device_code";
    private static final String FORM = "application/x-www-form-urlencoded";

    private static final TestClock CLOCK = TestClock.now();

    private static GitHubStub github;
    private static EchoBackend app;
    private static TestGateway gateway;

    private HttpPerson octocat;

    @BeforeAll
    static void start() {
        github = GitHubStub.start(CLOCK);
        github.app().withoutTokenLimits();
        app = EchoBackend.start();
        gateway = TestGateway.signingInAt(github)
                .clock(CLOCK)
                .route("app", "to: " + app.url(), "allow: [signed-in]")
                .route("wiki", "path: /wiki/**", "to: " + app.url(), "allow: [user:octocat]")
                .start();
    }

    @AfterAll
    static void stop() {
        gateway.close();
        app.close();
        github.close();
    }

    /** By the next day every budget is whole again. */
    @BeforeEach
    void signInOnANewDay() {
        CLOCK.advance(Duration.ofDays(1));
        octocat = gateway.stranger();
        octocat.signIn(github, "octocat", "/");
        app.forgetRequests();
    }

    private JsonNode codes(String form) {
        HttpResponse<String> answer =
                gateway.stranger().send("POST", "/oauth2/device/code", form, "Content-Type", FORM);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Cache-Control")).contains("no-store");
        return JsonMapper.shared().readTree(answer.body());
    }

    private JsonNode codes() {
        return codes("client_id=terminal");
    }

    private JsonNode ask(String deviceCode) {
        return ask(gateway.stranger(), deviceCode);
    }

    private static JsonNode ask(HttpPerson terminal, String deviceCode) {
        HttpResponse<String> answer = terminal.send(
                "POST",
                "/oauth2/device/token",
                "grant_type=" + GRANT + "&device_code=" + deviceCode + "&client_id=terminal",
                "Content-Type",
                FORM);
        JsonNode body = JsonMapper.shared().readTree(answer.body());
        assertThat(answer.statusCode()).isEqualTo(body.has("error") ? 400 : 200);
        assertThat(answer.headers().firstValue("Cache-Control")).contains("no-store");
        return body;
    }

    private void hears(JsonNode codes, String error) {
        CLOCK.advance(Duration.ofSeconds(5));
        assertThat(ask(codes.path("device_code").asString()).path("error").asString())
                .isEqualTo(error);
    }

    private static HttpResponse<String> enter(HttpPerson person, String userCode) {
        return person.post("/oauth2/device", Map.of("user_code", userCode));
    }

    private static HttpResponse<String> decide(HttpPerson person, JsonNode codes, String decision) {
        HttpResponse<String> consent = enter(person, codes.path("user_code").asString());
        assertThat(consent.statusCode()).isEqualTo(200);
        return person.submit(consent, Map.of("decision", decision));
    }

    @Test
    void aTerminalIsLetInAsWhoeverAllowedIt() {
        JsonNode codes = codes();
        assertThat(codes.path("expires_in").asInt()).isEqualTo(900);
        assertThat(codes.path("interval").asInt()).isEqualTo(5);
        assertThat(codes.path("verification_uri").asString()).isEqualTo(gateway.url() + "/oauth2/device");
        hears(codes, "authorization_pending");
        assertThat(decide(octocat, codes, "allow").body()).contains("Your terminal is signed in");

        CLOCK.advance(Duration.ofSeconds(5));
        JsonNode granted = ask(codes.path("device_code").asString());
        assertThat(granted.path("token_type").asString()).isEqualTo("bearer");
        assertThat(granted.path("expires_in").asInt()).isEqualTo(604_800);
        String token = granted.path("access_token").asString();
        assertThat(gateway.stranger()
                        .get("/wiki/x", "Authorization", "Bearer " + token)
                        .statusCode())
                .isEqualTo(200);
        assertThat(app.lastRequest().header("X-Forwarded-User")).isEqualTo("octocat");
        assertThat(octocat.navigate("/oauth2/account").body()).contains("terminal at 127.0.0.1");
        CLOCK.advance(Duration.ofDays(7));
        assertThat(gateway.stranger()
                        .get("/wiki/x", "Authorization", "Bearer " + token)
                        .statusCode())
                .isEqualTo(401);
    }

    @Test
    void aTerminalIsLetInOnceHoweverManyAsk() {
        JsonNode codes = codes();
        decide(octocat, codes, "allow");
        List<JsonNode> answers = IntStream.range(0, 8)
                .parallel()
                .mapToObj(i -> ask(codes.path("device_code").asString()))
                .toList();
        assertThat(answers.stream().filter(answer -> answer.has("access_token")))
                .hasSize(1);
        hears(codes, "expired_token");
    }

    @Test
    void aTerminalThatIsDeniedIsTold() {
        JsonNode codes = codes();
        assertThat(decide(octocat, codes, "deny").body()).contains("turned away");
        hears(codes, "access_denied");
        hears(codes, "access_denied");
        assertThat(enter(octocat, codes.path("user_code").asString()).body()).contains("No terminal waits");
    }

    @Test
    void whateverDoesNotSayAllowDenies() {
        JsonNode codes = codes();
        assertThat(decide(octocat, codes, "perhaps").body()).contains("turned away");
        hears(codes, "access_denied");
    }

    @Test
    void aTerminalThatAsksTooOftenHasToWaitLonger() {
        JsonNode codes = codes();
        String code = codes.path("device_code").asString();
        hears(codes, "authorization_pending");
        CLOCK.advance(Duration.ofSeconds(4));
        assertThat(ask(code).path("error").asString()).isEqualTo("slow_down");
        CLOCK.advance(Duration.ofSeconds(9));
        assertThat(ask(code).path("error").asString()).isEqualTo("slow_down");
        CLOCK.advance(Duration.ofSeconds(15));
        assertThat(ask(code).path("error").asString()).isEqualTo("authorization_pending");
    }

    @Test
    void aTerminalHasAQuarterOfAnHour() {
        JsonNode codes = codes();
        CLOCK.advance(Duration.ofMinutes(15));
        assertThat(enter(octocat, codes.path("user_code").asString()).body()).contains("No terminal waits");
        hears(codes, "expired_token");
    }

    @Test
    void thePageSaysWhoAsksForWhatAndTakesTheCodeHoweverItIsTyped() {
        JsonNode codes = codes("client_id=%3Cb%3Ebackup&scope=wiki+app");
        String typed = codes.path("user_code")
                .asString()
                .toLowerCase(java.util.Locale.ROOT)
                .replace('-', ' ');
        String page = enter(octocat, typed).body();
        assertThat(page)
                .contains(
                        "&lt;b&gt;backup",
                        "127.0.0.1",
                        "wiki, app",
                        "octocat",
                        codes.path("user_code").asString());
        String complete = codes.path("verification_uri_complete").asString();
        assertThat(Jsoup.parse(octocat.navigate(complete).body())
                        .select("input[name=user_code]")
                        .val())
                .isEqualTo(codes.path("user_code").asString());
        hears(codes, "authorization_pending");
        decide(octocat, codes, "allow");
        CLOCK.advance(Duration.ofSeconds(5));
        JsonNode granted = ask(codes.path("device_code").asString());
        assertThat(granted.path("scope").asString()).isEqualTo("wiki app");
    }

    @Test
    void whoIsNotSignedInIsFirstAndComesBackToTheCode() {
        JsonNode codes = codes();
        String path = "/oauth2/device?user_code=" + codes.path("user_code").asString();
        HttpResponse<String> page = gateway.stranger().signIn(github, "hubot", path);
        assertThat(page.uri().getPath()).isEqualTo("/oauth2/device");
        assertThat(page.body()).contains(codes.path("user_code").asString());
        HttpPerson stranger = gateway.stranger();
        assertThat(stranger.post(
                                "/oauth2/device/decide",
                                Map.of("user_code", codes.path("user_code").asString(), "decision", "allow"))
                        .statusCode())
                .isEqualTo(401);
        hears(codes, "authorization_pending");
    }

    @Test
    void noOtherSiteCanDecideOrAsk() {
        JsonNode codes = codes();
        String form = "user_code=" + codes.path("user_code").asString() + "&decision=allow";
        for (String path : List.of("/oauth2/device/decide", "/oauth2/device", "/oauth2/device/code")) {
            assertThat(octocat.send("POST", path, form, "Content-Type", FORM, "Sec-Fetch-Site", "cross-site")
                            .statusCode())
                    .isEqualTo(403);
        }
        assertThat(octocat.navigate("/oauth2/device/decide?" + form).statusCode())
                .isNotEqualTo(200);
        hears(codes, "authorization_pending");
    }

    @Test
    void noPageOfAnAppLetsATerminalInByItsScript() {
        JsonNode codes = codes();
        JsonNode others = codes();
        String userCode = codes.path("user_code").asString();
        Map<String, String> allow = Map.of("user_code", userCode, "decision", "allow");
        assertStale(octocat.post("/oauth2/device/decide", allow));
        for (String[] script : new String[][] {
            {"Sec-Fetch-Mode", "cors", "Sec-Fetch-Dest", "empty"},
            {"Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "iframe"},
            {"Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "empty"}
        }) {
            assertStale(octocat.post("/oauth2/device", Map.of("user_code", userCode), script));
            HttpResponse<String> consent = enter(octocat, userCode);
            String ticket =
                    Jsoup.parse(consent.body()).select("input[name=ticket]").val();
            assertStale(octocat.post(
                    "/oauth2/device/decide",
                    Map.of("user_code", userCode, "decision", "allow", "ticket", ticket),
                    script));
        }
        HttpResponse<String> consent = enter(octocat, others.path("user_code").asString());
        assertStale(octocat.submit(consent, Map.of("user_code", userCode, "decision", "allow")));
        hears(codes, "authorization_pending");
        hears(others, "authorization_pending");
    }

    private static void assertStale(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(answer.headers().firstValue("X-Latchkey-Problem")).contains("form.stale");
    }

    @Test
    void codesCannotBeGuessedFast() {
        JsonNode codes = codes();
        IntStream.range(0, 20)
                .forEach(i -> assertThat(enter(octocat, "BBBB-BBBB").body()).contains("No terminal waits"));
        HttpResponse<String> answer = enter(octocat, codes.path("user_code").asString());
        assertThat(answer.statusCode()).isEqualTo(429);
        assertThat(answer.headers().firstValue("Retry-After")).isPresent();
        assertThat(octocat.post(
                                "/oauth2/device/decide",
                                Map.of("user_code", codes.path("user_code").asString(), "decision", "allow"))
                        .statusCode())
                .isEqualTo(429);
    }

    @Test
    void strangersCannotFillTheStore() {
        int status = 200;
        for (int i = 0; i < 25; i++) {
            status = gateway.stranger()
                    .send("POST", "/oauth2/device/code", "client_id=x", "Content-Type", FORM)
                    .statusCode();
        }
        assertThat(status).isEqualTo(429);
        JsonNode made = ask("AAAAAAAAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAA");
        assertThat(made.path("error").asString()).isEqualTo("invalid_grant");
    }

    @Test
    void theProtocolsOwnWordsAnswerWhatIsNotTheProtocol() {
        for (String form : List.of("", "client_id=", "client_id=" + "x".repeat(61), "client_id=a%0Ab")) {
            assertError("/oauth2/device/code", form, "invalid_request");
        }
        for (String scope : List.of("..%2Fx", "Wiki", "*+wiki")) {
            assertError("/oauth2/device/code", "client_id=x&scope=" + scope, "invalid_scope");
        }
        assertError("/oauth2/device/token", "grant_type=authorization_code&code=x", "unsupported_grant_type");
        assertError("/oauth2/device/token", "grant_type=" + GRANT, "invalid_grant");
        assertError("/oauth2/device/token", "grant_type=" + GRANT + "&device_code=x.y", "invalid_grant");
    }

    private void assertError(String path, String form, String error) {
        HttpResponse<String> answer = gateway.stranger().send("POST", path, form, "Content-Type", FORM);
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(JsonMapper.shared().readTree(answer.body()).path("error").asString())
                .isEqualTo(error);
    }

    @Test
    void asksAtOneNodeAndIsAllowedAtAnother() {
        try (RedisServer redis = RedisServer.embedded();
                TestGateway first = TestGateway.signingInAt(github)
                        .on(redis)
                        .clock(CLOCK)
                        .app(app.url())
                        .start();
                TestGateway second = TestGateway.signingInAt(github)
                        .on(redis)
                        .clock(CLOCK)
                        .app(app.url())
                        .start()) {
            JsonNode codes = JsonMapper.shared()
                    .readTree(first.stranger()
                            .send("POST", "/oauth2/device/code", "client_id=terminal", "Content-Type", FORM)
                            .body());
            HttpPerson person = second.stranger();
            person.signIn(github, "octocat", "/");
            decide(person, codes, "allow");
            JsonNode granted = ask(first.stranger(), codes.path("device_code").asString());
            assertThat(first.stranger()
                            .get(
                                    "/",
                                    "Authorization",
                                    "Bearer " + granted.path("access_token").asString())
                            .statusCode())
                    .isEqualTo(200);
            String stored = String.valueOf(second.bean(Store.class)
                    .get("device:" + codes.path("device_code").asString().split("\\.")[0])
                    .block());
            assertThat(stored).isEqualTo("null");
        }
    }
}
