package dev.latchkey.gateway.journey;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.gateway.testing.EchoBackend;
import dev.latchkey.gateway.testing.Fault;
import dev.latchkey.gateway.testing.GitHubStub;
import dev.latchkey.gateway.testing.HttpPerson;
import dev.latchkey.gateway.testing.TestClock;
import dev.latchkey.gateway.testing.TestGateway;
import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The gateway as GitHub, for clients that sign in nowhere else: browsers' apps by codes, terminals by device codes. */
@ExtendWith(OutputCaptureExtension.class)
class GitHubOAuthFacadeTest {

    private static final String TOKEN = "/login/oauth/access_token";
    private static final String DEVICE_CODE = "/login/device/code";
    private static final String DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code";
    private static final String FORM = "application/x-www-form-urlencoded";
    private static final String CHAT = "https://chat.example.com/api/apps/public/1/github-app-callback";
    private static final String SECRET = "chat-secret-0123456789abcdef";
    private static final String VERIFIER = "a-verifier-that-is-long-enough-for-anybody-0123456789";

    private static TestClock clock;
    private static GitHubStub github;
    private static EchoBackend app;
    private static TestGateway gateway;

    private HttpPerson octocat;

    @BeforeAll
    static void start() {
        clock = TestClock.now();
        github = GitHubStub.start(clock);
        github.app().withoutTokenLimits();
        app = EchoBackend.start();
        gateway = configured().start();
    }

    private static TestGateway.Builder configured() {
        String clients = "latchkey.oauth-facade.clients";
        return TestGateway.signingInAt(github)
                .clock(clock)
                .property("latchkey.session.idle", "30d")
                .property("latchkey.session.max-age", "30d")
                .property(clients + "[0].client-id", "chat")
                .property(clients + "[0].client-secret", SECRET)
                .property(clients + "[0].name", "Rocket.Chat")
                .property(clients + "[0].redirect-uris[0]", CHAT)
                .property(clients + "[1].client-id", "other")
                .property(clients + "[1].client-secret", "other-secret")
                .property(clients + "[1].redirect-uris[0]", "https://other.example.com/cb?tenant=1")
                .property(clients + "[2].client-id", "terminal")
                .property(clients + "[2].redirect-uris[0]", "http://127.0.0.1/callback")
                .route(
                        "sign-in",
                        "path: /login/oauth/**",
                        "to: builtin:github-oauth",
                        "allow: [signed-in]",
                        "public: ['POST " + TOKEN + "']")
                .route("devices", "path: /login/device/**", "to: builtin:github-oauth", "allow: [anyone]")
                .route("api", "to: builtin:github-api", "allow: [signed-in]")
                .route(
                        "installed",
                        "path: /installed/**",
                        "to: builtin:github-api",
                        "allow: [signed-in]",
                        "send: { github-token: installation, repository: acme/wiki }")
                .route("app", "path: /app/**", "to: " + app.url(), "allow: [signed-in]");
    }

    @AfterAll
    static void stop() {
        gateway.close();
        app.close();
        github.close();
    }

    @BeforeEach
    void forget() {
        clock.advance(Duration.ofHours(1));
        github.forgetCalls();
        octocat = gateway.stranger();
    }

    // What clients do

    private static String query(Map<String, String> parameters) {
        return parameters.entrySet().stream()
                .map(parameter -> parameter.getKey() + '=' + URLEncoder.encode(parameter.getValue(), UTF_8))
                .collect(Collectors.joining("&"));
    }

    private static Map<String, String> fields(String... namesAndValues) {
        Map<String, String> fields = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            fields.put(namesAndValues[i], namesAndValues[i + 1]);
        }
        return fields;
    }

    private static Map<String, String> parsed(String form) {
        Map<String, String> values = new HashMap<>();
        for (String pair : form.split("&")) {
            int equals = pair.indexOf('=');
            values.put(pair.substring(0, equals), URLDecoder.decode(pair.substring(equals + 1), UTF_8));
        }
        return values;
    }

    private static String authorize(String... namesAndValues) {
        return "/login/oauth/authorize?" + query(fields(namesAndValues));
    }

    private static String usual() {
        return authorize(
                "response_type", "code", "client_id", "chat", "redirect_uri", CHAT, "state", "s 1&", "scope", "repo");
    }

    private HttpResponse<String> consentPage(String target) {
        return octocat.cookie("latchkey") == null
                ? octocat.signIn(github, "octocat", target)
                : octocat.navigate(target);
    }

    private Map<String, String> decided(String target, String decision) {
        HttpResponse<String> page = consentPage(target);
        assertThat(page.statusCode()).as(page.body()).isEqualTo(200);
        HttpResponse<String> answer = octocat.submit(page, Map.of("decision", decision));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(303);
        return parsed(location(answer).getRawQuery());
    }

    private String code(String target) {
        return decided(target, "allow").get("code");
    }

    private static URI location(HttpResponse<String> answer) {
        return URI.create(answer.headers().firstValue("Location").orElseThrow());
    }

    private static HttpResponse<String> post(String path, Map<String, String> form, String... headers) {
        List<String> all = new ArrayList<>(List.of("Content-Type", FORM));
        all.addAll(List.of(headers));
        return gateway.stranger().send("POST", path, query(form), all.toArray(String[]::new));
    }

    private static JsonNode json(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/json");
        assertThat(answer.headers().firstValue("Cache-Control")).contains("no-store");
        return JsonMapper.shared().readTree(answer.body());
    }

    private static JsonNode ask(Map<String, String> form) {
        return json(post(TOKEN, form, "Accept", "application/json"));
    }

    private static Map<String, String> exchange(String code) {
        return fields("client_id", "chat", "client_secret", SECRET, "code", code, "redirect_uri", CHAT);
    }

    private static Map<String, String> refresh(JsonNode granted) {
        return fields(
                "client_id",
                "chat",
                "client_secret",
                SECRET,
                "grant_type",
                "refresh_token",
                "refresh_token",
                granted.path("refresh_token").asString());
    }

    private static String error(JsonNode answer) {
        return answer.path("error").asString();
    }

    private static HttpResponse<String> user(String token) {
        return gateway.stranger().get("/api/v3/user", "Authorization", "token " + token);
    }

    private static void assertDead(String token) {
        HttpResponse<String> answer = user(token);
        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(answer.headers().firstValue("X-Latchkey-Problem")).contains("api-token.refused");
    }

    private static void assertNoSecretOfGitHubs(String text) {
        assertThat(github.secretsSeen()).noneMatch(text::contains);
    }

    private static String challenge() throws Exception {
        byte[] hash = MessageDigest.getInstance("SHA-256").digest(VERIFIER.getBytes(UTF_8));
        return Base64.getUrlEncoder().withoutPadding().encodeToString(hash);
    }

    // Codes

    @Test
    void R14_signsInAClientThatKnowsOnlyGitHubAndGivesItAGatewayToken() {
        HttpResponse<String> page = consentPage(usual());
        assertThat(page.body()).contains("Rocket.Chat", "chat.example.com", "octocat");
        HttpResponse<String> back = octocat.submit(page, Map.of("decision", "allow"));
        assertThat(location(back).toString()).startsWith(CHAT + "?code=");
        Map<String, String> answer = parsed(location(back).getRawQuery());
        assertThat(answer.get("state")).isEqualTo("s 1&");

        HttpResponse<String> granted = post(TOKEN, exchange(answer.get("code")), "Accept", "application/json");
        JsonNode fields = json(granted);
        assertThat(fields.path("access_token").asString()).startsWith("lk_");
        assertThat(fields.path("token_type").asString()).isEqualTo("bearer");
        assertThat(fields.path("expires_in").asInt()).isEqualTo(604_800);
        assertThat(fields.path("scope").asString()).contains("read:user").doesNotContain(" ");
        assertNoSecretOfGitHubs(granted.body() + page.body() + location(back));
    }

    @Test
    void R14_answersInAFormUnlessJsonIsAskedForButARefreshInJson() {
        HttpResponse<String> granted = post(TOKEN, exchange(code(usual())));
        assertThat(granted.headers().firstValue("Content-Type")).contains(FORM);
        Map<String, String> fields = parsed(granted.body());
        assertThat(fields.get("access_token")).startsWith("lk_");

        HttpResponse<String> refreshed = post(
                TOKEN,
                fields(
                        "client_id",
                        "chat",
                        "client_secret",
                        SECRET,
                        "grant_type",
                        "refresh_token",
                        "refresh_token",
                        fields.get("refresh_token")));
        assertThat(json(refreshed).path("access_token").asString()).startsWith("lk_");
        HttpResponse<String> again =
                post(TOKEN, fields("client_id", "chat", "client_secret", SECRET, "code", "nonsense"));
        assertThat(parsed(again.body())).containsEntry("error", "bad_verification_code");
    }

    @Test
    void R14_takesJsonAndBasicCredentialsAsGitHubDoes() {
        String body =
                "{\"client_id\": \"chat\", \"client_secret\": \"" + SECRET + "\", \"code\": \"" + code(usual()) + "\"}";
        JsonNode byJson = json(gateway.stranger()
                .send("POST", TOKEN, body, "Content-Type", "application/json", "Accept", "application/json"));
        assertThat(byJson.path("access_token").asString()).startsWith("lk_");

        String basic = Base64.getEncoder().encodeToString(("chat:" + SECRET).getBytes(UTF_8));
        HttpResponse<String> byBasic = post(
                TOKEN,
                fields("code", code(usual()), "grant_type", "authorization_code"),
                "Authorization",
                "Basic " + basic,
                "Accept",
                "application/json");
        assertThat(json(byBasic).path("access_token").asString()).startsWith("lk_");
    }

    @Test
    void R14_refusesInGitHubsWordsWithStatus200() {
        String code = code(usual());
        Map<String, String> wrong = exchange(code);
        wrong.put("client_secret", "chat-secret-0123456789abcdeg");
        assertThat(error(ask(wrong))).isEqualTo("incorrect_client_credentials");
        wrong.remove("client_secret");
        assertThat(error(ask(wrong))).isEqualTo("incorrect_client_credentials");
        Map<String, String> unknown = exchange(code);
        unknown.put("client_id", "nobody");
        assertThat(post(TOKEN, unknown).statusCode()).isEqualTo(404);
        Map<String, String> password = exchange(code);
        password.put("grant_type", "password");
        assertThat(error(ask(password))).isEqualTo("unsupported_grant_type");
        // None of which has spent the code.
        assertThat(ask(exchange(code)).has("access_token")).isTrue();
    }

    @Test
    void R14_takesSecretsInTheQueryOnlyWhereTheOperatorSaysSoAndLogsNone(CapturedOutput output) {
        String refused = TOKEN + '?' + query(exchange(code(usual())));
        JsonNode answer = json(gateway.stranger().send("POST", refused, null, "Accept", "application/json"));
        assertThat(error(answer)).isEqualTo("invalid_request");

        TestGateway lenient = configured()
                .property("latchkey.oauth-facade.query-secrets", true)
                .property("logging.level.dev.latchkey", "trace")
                .start();
        try (lenient) {
            HttpPerson person = lenient.stranger();
            HttpResponse<String> page = person.signIn(github, "octocat", usual());
            String code = parsed(location(person.submit(page, Map.of("decision", "allow")))
                            .getRawQuery())
                    .get("code");
            JsonNode granted = json(lenient.stranger()
                    .send("POST", TOKEN + '?' + query(exchange(code)), null, "Accept", "application/json"));
            assertThat(granted.path("access_token").asString()).startsWith("lk_");
            JsonNode refreshed = json(lenient.stranger().send("POST", TOKEN + '?' + query(refresh(granted)), null));
            assertThat(refreshed.path("access_token").asString()).startsWith("lk_");
            assertThat(output.getAll())
                    .doesNotContain(
                            code,
                            SECRET,
                            granted.path("access_token").asString(),
                            granted.path("refresh_token").asString(),
                            refreshed.path("access_token").asString());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://chat.example.com/api/apps/public/1/github-app-callback/",
                "https://chat.example.com/api/apps/public/1/github-app-callback?x=1",
                "https://chat.example.com/api/apps/public/1/github-app-callback#x",
                "https://chat.example.com/api/apps/public/1/../1/github-app-callback",
                "https://chat.example.com:443/api/apps/public/1/github-app-callback",
                "https://CHAT.example.com/api/apps/public/1/github-app-callback",
                "http://chat.example.com/api/apps/public/1/github-app-callback",
                "https://chat.example.com@evil.example/api/apps/public/1/github-app-callback",
                "https://chat.example.com.evil.example/api/apps/public/1/github-app-callback",
                "https://chat.example.com",
                "https://other.example.com/cb?tenant=1",
                "http://127.0.0.1:8080/callback",
                "//chat.example.com/api/apps/public/1/github-app-callback",
                "javascript:alert(1)"
            })
    void R14_sendsNobodyToAnAddressThatIsNotTheClientsOwn(String target) {
        octocat.signIn(github, "octocat", "/app/x");
        HttpResponse<String> answer =
                octocat.navigate(authorize("client_id", "chat", "redirect_uri", target, "state", "s"));
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.headers().firstValue("X-Latchkey-Problem")).contains("oauth.request.invalid");
        assertThat(answer.headers().firstValue("Location")).isEmpty();
    }

    @Test
    void R14_takesEveryPortOfThisMachineAndNoOtherVariant() throws Exception {
        octocat.signIn(github, "octocat", "/app/x");
        String[] pkce = {"code_challenge", challenge(), "code_challenge_method", "S256"};
        for (String target : List.of("http://127.0.0.1:39811/callback", "http://127.0.0.1/callback")) {
            HttpResponse<String> page = octocat.navigate(
                    authorize("client_id", "terminal", "redirect_uri", target, pkce[0], pkce[1], pkce[2], pkce[3]));
            HttpResponse<String> back = octocat.submit(page, Map.of("decision", "allow"));
            assertThat(location(back).toString()).startsWith(target + "?code=");
        }
        for (String target : List.of(
                "http://127.0.0.1:1@evil.example/callback",
                "http://127.0.0.1:39811/other",
                "http://localhost:39811/callback",
                "https://127.0.0.1:39811/callback",
                "http://127.0.0.1:999999/callback")) {
            HttpResponse<String> answer = octocat.navigate(
                    authorize("client_id", "terminal", "redirect_uri", target, pkce[0], pkce[1], pkce[2], pkce[3]));
            assertThat(answer.statusCode()).as(target).isEqualTo(400);
        }
    }

    @Test
    void R14_tellsTheClientThatThePersonDeclined() {
        Map<String, String> answer = decided(usual(), "deny");
        assertThat(answer).containsEntry("error", "access_denied").containsEntry("state", "s 1&");
        assertThat(answer).doesNotContainKey("code");
    }

    @Test
    void R14_keepsTheQueryOfAClientsAddress() {
        octocat.signIn(github, "octocat", "/app/x");
        HttpResponse<String> page = octocat.navigate(authorize("client_id", "other", "state", "s"));
        HttpResponse<String> back = octocat.submit(page, Map.of("decision", "allow"));
        assertThat(location(back).toString()).startsWith("https://other.example.com/cb?tenant=1&code=");
    }

    @Test
    void R14_demandsAStateOrAChallengeAndOfPublicClientsAChallenge() throws Exception {
        octocat.signIn(github, "octocat", "/app/x");
        List<String> unprotected = List.of(
                authorize("client_id", "chat", "redirect_uri", CHAT),
                authorize("client_id", "chat", "redirect_uri", CHAT, "state", "s", "code_challenge", "x"),
                authorize(
                        "client_id",
                        "chat",
                        "redirect_uri",
                        CHAT,
                        "state",
                        "s",
                        "code_challenge",
                        challenge(),
                        "code_challenge_method",
                        "plain"),
                authorize("client_id", "terminal", "redirect_uri", "http://127.0.0.1/callback", "state", "s"));
        for (String target : unprotected) {
            HttpResponse<String> answer = octocat.navigate(target);
            assertThat(answer.statusCode()).isEqualTo(302);
            assertThat(parsed(location(answer).getRawQuery())).containsEntry("error", "invalid_request");
        }
        HttpResponse<String> token =
                octocat.navigate(authorize("client_id", "chat", "state", "s", "response_type", "token"));
        assertThat(parsed(location(token).getRawQuery())).containsEntry("error", "unsupported_response_type");
    }

    // Attacks on codes

    @Test
    void R14_aCodeThatComesTwiceIsWorthNothingAndEndsWhatItGave() {
        String code = code(usual());
        String token = ask(exchange(code)).path("access_token").asString();
        assertThat(user(token).statusCode()).isEqualTo(200);

        assertThat(error(ask(exchange(code)))).isEqualTo("bad_verification_code");

        assertDead(token);
    }

    @Test
    void R14_aCodeIsGivenForOnceHoweverManyAsk() {
        String code = code(usual());
        List<JsonNode> answers = IntStream.range(0, 8)
                .parallel()
                .mapToObj(i -> ask(exchange(code)))
                .toList();
        assertThat(answers.stream().filter(answer -> answer.has("access_token")))
                .hasSizeLessThanOrEqualTo(1);
    }

    @Test
    void R14_aCodeIsForItsClientItsAddressItsVerifierAndItsTime() throws Exception {
        String stolen = code(usual());
        assertThat(error(ask(fields("client_id", "other", "client_secret", "other-secret", "code", stolen))))
                .isEqualTo("bad_verification_code");
        Map<String, String> elsewhere = exchange(stolen);
        elsewhere.put("redirect_uri", CHAT + "/");
        assertThat(error(ask(elsewhere))).isEqualTo("bad_verification_code");

        String withChallenge = usual() + "&code_challenge=" + challenge() + "&code_challenge_method=S256";
        Map<String, String> right = exchange(code(withChallenge));
        right.put("code_verifier", VERIFIER);
        assertThat(ask(right).has("access_token")).isTrue();
        Map<String, String> without = exchange(code(withChallenge));
        assertThat(error(ask(without))).isEqualTo("bad_verification_code");
        Map<String, String> wrong = exchange(code(withChallenge));
        wrong.put("code_verifier", VERIFIER + "x");
        assertThat(error(ask(wrong))).isEqualTo("bad_verification_code");
        Map<String, String> downgraded = exchange(code(usual()));
        downgraded.put("code_verifier", VERIFIER);
        assertThat(error(ask(downgraded))).isEqualTo("bad_verification_code");

        String late = code(usual());
        clock.advance(Duration.ofMinutes(10));
        assertThat(error(ask(exchange(late)))).isEqualTo("bad_verification_code");
    }

    @Test
    void R14_aCodeDiesWithTheSessionThatConsented() {
        String code = code(usual());
        octocat.submit(octocat.navigate("/oauth2/sign_out"), Map.of());
        assertThat(error(ask(exchange(code)))).isEqualTo("bad_verification_code");
    }

    @Test
    void R14_aConsentCannotBeForgedNorTakenFromAnotherSession() {
        HttpPerson attacker = gateway.stranger();
        HttpResponse<String> page = attacker.signIn(github, "mallory", usual());
        octocat.signIn(github, "octocat", "/app/x");

        // The form that was shown to another, posted in this browser.
        HttpResponse<String> foreign = octocat.submit(page, Map.of("decision", "allow"));
        assertThat(foreign.statusCode()).isEqualTo(400);
        assertThat(foreign.headers().firstValue("Location")).isEmpty();

        HttpResponse<String> made =
                octocat.post("/oauth2/apps/decide", Map.of("decision", "allow", "ask", "AAAA", "ticket", "AAAA"));
        assertThat(made.statusCode()).isEqualTo(400);

        HttpResponse<String> own = octocat.navigate(usual());
        HttpResponse<String> forged = octocat.post(
                "/oauth2/apps/decide",
                Map.of("decision", "allow", "ask", field(own, "ask"), "ticket", field(own, "ticket")),
                "Origin",
                "https://evil.example",
                "Sec-Fetch-Site",
                "cross-site");
        assertThat(forged.statusCode()).isEqualTo(403);
        assertThat(forged.headers().firstValue("X-Latchkey-Problem")).contains("request.cross-site");

        clock.advance(Duration.ofMinutes(11));
        assertThat(octocat.submit(own, Map.of("decision", "allow")).statusCode())
                .isEqualTo(400);
    }

    private static String field(HttpResponse<String> page, String name) {
        return page.body().replaceAll("(?s).*name=\"" + name + "\" value=\"([^\"]*)\".*", "$1");
    }

    private static void assertStale(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(403);
        assertThat(answer.headers().firstValue("X-Latchkey-Problem")).contains("form.stale");
        assertThat(answer.body()).doesNotContain("name=\"ask\"", "name=\"ticket\"");
    }

    @Test
    void R14_noScriptOfAnAppOnThisHostConsentsInSomebodysPlace() {
        octocat.signIn(github, "octocat", "/app/x");
        assertStale(octocat.fetch(usual()));
        assertStale(octocat.navigate(usual(), "Sec-Fetch-Dest", "iframe"));

        HttpResponse<String> other = octocat.navigate(authorize("client_id", "other", "state", "s"));
        HttpResponse<String> own = octocat.navigate(usual());
        String decide = "/oauth2/apps/decide";
        assertStale(octocat.post(
                decide, Map.of("decision", "allow", "ask", field(other, "ask"), "ticket", field(own, "ticket"))));
        assertStale(octocat.post(decide, Map.of("decision", "allow", "ask", field(own, "ask"))));
        assertStale(octocat.post(
                decide,
                Map.of("decision", "allow", "ask", field(own, "ask"), "ticket", field(own, "ticket")),
                "Sec-Fetch-Mode",
                "cors",
                "Sec-Fetch-Dest",
                "empty"));

        assertThat(octocat.submit(own, Map.of("decision", "allow")).statusCode())
                .isEqualTo(303);
        assertStale(octocat.submit(own, Map.of("decision", "allow")));
    }

    @Test
    void R14_aPageThatAsksCannotBeFramedAndNamesWhereItLeads() {
        HttpResponse<String> page = consentPage(usual());
        assertThat(page.headers().firstValue("Content-Security-Policy").orElseThrow())
                .contains("frame-ancestors 'none'")
                .endsWith("form-action 'self' https://chat.example.com");
    }

    @Test
    void R14_aRefreshSpendsBothTokensAndMovesNoEnd() {
        JsonNode first = ask(exchange(code(usual())));
        clock.advance(Duration.ofDays(6));
        JsonNode second = ask(refresh(first));
        assertThat(second.path("expires_in").asInt()).isEqualTo(86_400);
        assertDead(first.path("access_token").asString());
        String token = second.path("access_token").asString();
        assertThat(user(token).statusCode()).isEqualTo(200);

        clock.advance(Duration.ofDays(1).minusMillis(1));
        assertThat(user(token).statusCode()).isEqualTo(200);
        clock.advance(Duration.ofMillis(1));
        assertDead(token);
        assertThat(error(ask(refresh(second)))).isEqualTo("bad_refresh_token");
    }

    @Test
    void R14_aRefreshTokenThatComesTwiceEndsWhatBothHave() {
        JsonNode first = ask(exchange(code(usual())));
        JsonNode second = ask(refresh(first));
        assertThat(error(ask(refresh(first)))).isEqualTo("bad_refresh_token");
        assertDead(second.path("access_token").asString());
        assertThat(error(ask(refresh(second)))).isEqualTo("bad_refresh_token");
    }

    @Test
    void R14_aRefreshTokenIsForItsClientAndBringsBackNothingThatItsOwnerEnded() {
        JsonNode granted = ask(exchange(code(usual())));
        Map<String, String> other = refresh(granted);
        other.put("client_id", "other");
        other.put("client_secret", "other-secret");
        assertThat(error(ask(other))).isEqualTo("bad_refresh_token");

        JsonNode listed = JsonMapper.shared()
                .readTree(octocat.fetch("/oauth2/account/tokens").body());
        JsonNode tokens = listed.isArray() ? listed : listed.path("tokens");
        for (JsonNode token : tokens) {
            octocat.send(
                    "DELETE",
                    "/oauth2/account/tokens/" + token.path("id").asString(),
                    null,
                    "Sec-Fetch-Site",
                    "same-origin");
        }
        assertDead(granted.path("access_token").asString());
        assertThat(error(ask(refresh(granted)))).isEqualTo("bad_refresh_token");
    }

    @Test
    void R14_whatIsSaidTwiceIsRefused() {
        String form = query(exchange(code(usual()))) + "&client_id=other";
        HttpResponse<String> answer =
                gateway.stranger().send("POST", TOKEN, form, "Content-Type", FORM, "Accept", "application/json");
        assertThat(error(json(answer))).isEqualTo("invalid_request");
        HttpResponse<String> page = octocat.navigate(usual() + "&redirect_uri=https%3A%2F%2Fevil.example%2F");
        assertThat(page.statusCode()).isEqualTo(400);
        assertThat(page.headers().firstValue("Location")).isEmpty();
    }

    // The API

    @Test
    void R15_isABaseAddressOfAnEnterpriseHostForItsTokens() {
        String token = ask(exchange(code(usual()))).path("access_token").asString();
        github.forgetCalls();

        HttpResponse<String> answer = user(token);

        assertThat(answer.statusCode()).isEqualTo(200);
        JsonNode user = JsonMapper.shared().readTree(answer.body());
        assertThat(user.path("login").asString()).isEqualTo("octocat");
        assertThat(user.path("id").asInt()).isEqualTo(583_231);
        assertThat(github.calls().last().header("Authorization")).startsWith("Bearer gho_");
        // Good for GitHub's API and for no app beside it.
        HttpResponse<String> elsewhere = gateway.stranger().get("/app/x", "Authorization", "token " + token);
        assertThat(elsewhere.statusCode()).isEqualTo(403);
        assertThat(elsewhere.headers().firstValue("X-Latchkey-Problem")).contains("api-token.elsewhere");
        assertThat(gateway.stranger().get("/api/v3/user").statusCode()).isEqualTo(401);
        // Nor for what is called as the App's installation, which may do more than the person.
        HttpResponse<String> installed =
                gateway.stranger().get("/installed/repos/acme/wiki", "Authorization", "token " + token);
        assertThat(installed.headers().firstValue("X-Latchkey-Problem")).contains("api-token.elsewhere");
    }

    // Device codes

    private static JsonNode deviceCodes() {
        return json(
                post(DEVICE_CODE, fields("client_id", "terminal", "scope", "repo gist"), "Accept", "application/json"));
    }

    private static JsonNode poll(JsonNode codes) {
        return ask(fields(
                "client_id",
                "terminal",
                "device_code",
                codes.path("device_code").asString(),
                "grant_type",
                DEVICE_GRANT));
    }

    private static long pollsThatGitHubSaw() {
        return github.calls().under(TOKEN).count();
    }

    @Test
    void check23_leavesGitHubTheTimeItWantsHoweverImpatientTheTerminal() {
        JsonNode codes = deviceCodes();
        assertThat(codes.path("interval").asInt()).isEqualTo(5);
        assertThat(codes.path("expires_in").asInt()).isEqualTo(900);
        assertThat(codes.path("verification_uri").asString()).isEqualTo(github.webUrl() + "/login/device");
        assertNoSecretOfGitHubs(codes.path("device_code").asString());
        github.approveDevice(codes.path("user_code").asString(), "octocat");
        github.devicePolls("authorization_pending", "authorization_pending", "slow_down");
        List<Instant> seen = new ArrayList<>();
        List<String> heard = new ArrayList<>();

        JsonNode answer = codes;
        while (!answer.has("access_token") && seen.size() < 10) {
            long before = pollsThatGitHubSaw();
            answer = poll(codes);
            if (pollsThatGitHubSaw() > before) {
                seen.add(clock.instant());
                heard.add(error(answer));
            } else {
                assertThat(error(answer)).isEqualTo("slow_down");
            }
            clock.advance(Duration.ofSeconds(1));
        }

        assertThat(heard.subList(0, 3)).containsExactly("authorization_pending", "authorization_pending", "slow_down");
        assertThat(seen).hasSize(4);
        assertThat(Duration.between(seen.get(0), seen.get(1))).isEqualTo(Duration.ofSeconds(5));
        assertThat(Duration.between(seen.get(1), seen.get(2))).isEqualTo(Duration.ofSeconds(5));
        assertThat(Duration.between(seen.get(2), seen.get(3))).isEqualTo(Duration.ofSeconds(10));
        String token = answer.path("access_token").asString();
        assertThat(token).startsWith("lk_");
        assertNoSecretOfGitHubs(answer.toString());
        assertThat(JsonMapper.shared()
                        .readTree(user(token).body())
                        .path("login")
                        .asString())
                .isEqualTo("octocat");
        assertThat(error(poll(codes))).isEqualTo("expired_token");
    }

    @Test
    void check23_givesAPatientTerminalNoReasonToSlowDown() {
        JsonNode codes = deviceCodes();
        for (int i = 0; i < 5; i++) {
            clock.advance(Duration.ofSeconds(5));
            assertThat(error(poll(codes))).isEqualTo("authorization_pending");
        }
        github.approveDevice(codes.path("user_code").asString(), "octocat");
        clock.advance(Duration.ofSeconds(5));
        assertThat(poll(codes).has("access_token")).isTrue();
    }

    @Test
    void check23_endsWithARefusalAndWithTheTime() {
        JsonNode denied = deviceCodes();
        github.denyDevice(denied.path("user_code").asString(), "octocat");
        assertThat(error(poll(denied))).isEqualTo("access_denied");
        clock.advance(Duration.ofSeconds(5));
        long before = pollsThatGitHubSaw();
        assertThat(error(poll(denied))).isEqualTo("expired_token");

        JsonNode late = deviceCodes();
        clock.advance(Duration.ofSeconds(900));
        assertThat(error(poll(late))).isEqualTo("expired_token");
        assertThat(pollsThatGitHubSaw()).isEqualTo(before);

        JsonNode ended = deviceCodes();
        github.devicePolls("expired_token");
        assertThat(error(poll(ended))).isEqualTo("expired_token");
    }

    @Test
    void check23_asksGitHubOnceForManyAtTheSameTime() {
        JsonNode codes = deviceCodes();
        List<String> errors = IntStream.range(0, 8)
                .parallel()
                .mapToObj(i -> error(poll(codes)))
                .toList();
        assertThat(pollsThatGitHubSaw()).isEqualTo(1);
        assertThat(errors).containsOnly("authorization_pending", "slow_down");
    }

    @Test
    void check23_answersInAFormAsTerminalsOfGitHubsReadIt() {
        HttpResponse<String> codes = post(DEVICE_CODE, fields("client_id", "terminal"));
        assertThat(codes.headers().firstValue("Content-Type")).contains(FORM);
        Map<String, String> fields = parsed(codes.body());
        github.approveDevice(fields.get("user_code"), "octocat");
        HttpResponse<String> granted = post(
                TOKEN,
                fields("client_id", "terminal", "device_code", fields.get("device_code"), "grant_type", DEVICE_GRANT));
        assertThat(parsed(granted.body()).get("access_token")).startsWith("lk_");
    }

    @Test
    void check23_isForKnownClientsAndTheirOwnCodesOnly() {
        assertThat(post(DEVICE_CODE, fields("client_id", "nobody")).statusCode())
                .isEqualTo(404);
        // A client that can prove itself does so here, too: its id is known to everybody.
        assertThat(error(json(post(DEVICE_CODE, fields("client_id", "chat"), "Accept", "application/json"))))
                .isEqualTo("incorrect_client_credentials");
        assertThat(github.calls().under(DEVICE_CODE).count()).isZero();
        JsonNode codes = deviceCodes();
        Map<String, String> other = fields(
                "client_id", "other", "device_code", codes.path("device_code").asString(), "grant_type", DEVICE_GRANT);
        assertThat(error(ask(other))).isEqualTo("incorrect_client_credentials");
        other.put("client_secret", "other-secret");
        assertThat(error(ask(other))).isEqualTo("incorrect_device_code");
        other.remove("client_secret");
        other.put("client_id", "terminal");
        other.put("device_code", codes.path("device_code").asString().replaceFirst("^.", "_"));
        assertThat(error(ask(other))).isEqualTo("incorrect_device_code");
        assertThat(pollsThatGitHubSaw()).isZero();
    }

    @Test
    void check23_waitsThroughAnOutageOfGitHubs() {
        JsonNode codes = deviceCodes();
        github.tokenEndpoint().next(Fault.status(500));
        assertThat(error(poll(codes))).isEqualTo("authorization_pending");
        github.approveDevice(codes.path("user_code").asString(), "octocat");
        clock.advance(Duration.ofSeconds(5));
        assertThat(poll(codes).has("access_token")).isTrue();
    }

    @Test
    void check23_keepsTheTokenThatABrowsersSessionLivesByForAsLong() {
        octocat.signIn(github, "octocat", "/app/x");
        JsonNode codes = deviceCodes();
        github.approveDevice(codes.path("user_code").asString(), "octocat");
        assertThat(poll(codes).has("access_token")).isTrue();

        clock.advance(Duration.ofDays(8));

        assertThat(octocat.fetch("/api/v3/user").statusCode()).isEqualTo(200);
    }

    @Test
    void check23_oneAddressMayAskForAFewCodesOnly() {
        List<Integer> statuses = IntStream.range(0, 40)
                .mapToObj(
                        i -> post(DEVICE_CODE, fields("client_id", "terminal")).statusCode())
                .distinct()
                .toList();
        assertThat(statuses).containsExactly(200, 429);
        clock.advance(Duration.ofHours(1));
    }
}
