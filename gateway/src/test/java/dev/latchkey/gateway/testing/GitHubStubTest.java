package dev.latchkey.gateway.testing;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpResponse;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class GitHubStubTest {

    private static final String CALLBACK = "http://localhost:18080/oauth2/callback";
    private static final String VERIFIER = "dBjFtJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

    private final TestClock clock = TestClock.now();
    private final GitHubStub github = GitHubStub.start(clock);
    private final HttpPerson client = HttpPerson.at(github.webUrl());

    @AfterEach
    void stop() {
        github.close();
    }

    @Test
    void exchangesACodeForATokenThatReadsTheProfile() {
        JsonNode token = exchange(codeFor("octocat"));

        assertThat(token.get("access_token").asString()).matches("gho_[0-9A-Za-z]{36}");
        assertThat(token.get("token_type").asString()).isEqualTo("bearer");
        assertThat(token.get("scope").asString()).isEqualTo("read:org,read:user,user:email");
        assertThat(token.has("expires_in")).isFalse();
        JsonNode user =
                Json.read(api(token.get("access_token").asString(), "/user").body());
        assertThat(user.get("login").asString()).isEqualTo("octocat");
        assertThat(user.get("id").asInt()).isEqualTo(583231);
    }

    @Test
    void sendsStateAndIssuerBackToTheCallback() {
        URI callback = github.authorize(authorizeUri(), "octocat");

        assertThat(callback.toString()).startsWith(CALLBACK + "?");
        assertThat(FormFields.parse(callback.getRawQuery()))
                .containsEntry("state", "s-1")
                .containsEntry("iss", github.webUrl() + "/login/oauth");
    }

    @Test
    void refusesACodeUsedTwice() {
        String code = codeFor("octocat");
        exchange(code);

        assertError(exchange(code), "bad_verification_code");
    }

    @Test
    void refusesACodeAfterTenMinutes() {
        String code = codeFor("octocat");
        clock.advance(Duration.ofMinutes(10));

        assertError(exchange(code), "bad_verification_code");
    }

    @Test
    void refusesACodeWithoutItsVerifier() {
        Map<String, String> form = form(codeFor("octocat"));
        form.put("code_verifier", VERIFIER.replace('d', 'e'));

        assertError(tokenCall(form), "bad_verification_code");
    }

    @Test
    void refusesAnotherRedirectUriThanTheOneAuthorized() {
        Map<String, String> form = form(codeFor("octocat"));
        form.put("redirect_uri", "http://localhost:1/oauth2/callback");

        assertError(tokenCall(form), "redirect_uri_mismatch");
    }

    @Test
    void refusesAWrongSecretWithStatus200() {
        Map<String, String> form = form(codeFor("octocat"));
        form.put("client_secret", "wrong");

        assertError(tokenCall(form), "incorrect_client_credentials");
    }

    @Test
    void acceptsTheSecretByBasicAuthentication() {
        Map<String, String> form = form(codeFor("octocat"));
        form.remove("client_id");
        form.remove("client_secret");

        assertThat(tokenCall(form, "Authorization", basic()).has("access_token"))
                .isTrue();
    }

    @Test
    void acceptsBothSecretsDuringARotation() {
        String old = github.app().clientSecret();
        github.app().addSecret();
        assertThat(exchange(codeFor("octocat")).has("access_token")).isTrue();

        Map<String, String> form = form(codeFor("octocat"));
        form.put("client_secret", old);
        assertThat(tokenCall(form).has("access_token")).isTrue();

        github.app().revokeSecret(old);
        form = form(codeFor("octocat"));
        form.put("client_secret", old);
        assertError(tokenCall(form), "incorrect_client_credentials");
    }

    @Test
    void answersFormEncodedUnlessJsonIsAskedFor() {
        HttpResponse<String> response =
                client.post("/login/oauth/access_token", form(codeFor("octocat")), "Accept", "*/*");

        assertThat(response.headers().firstValue("Content-Type"))
                .hasValue("application/x-www-form-urlencoded; charset=utf-8");
        assertThat(FormFields.parse(response.body())).containsKeys("access_token", "scope", "token_type");
    }

    @Test
    void tellsTheCallbackOfARefusal() {
        URI callback = github.decline(authorizeUri());

        assertThat(FormFields.parse(callback.getRawQuery()))
                .containsEntry("error", "access_denied")
                .containsEntry("state", "s-1");
    }

    @Test
    void sendsAForeignRedirectUriToTheRegisteredOne() {
        String foreign = authorizeUri().toString().replace("localhost%3A18080", "evil.example");

        URI callback = github.authorize(URI.create(foreign), "octocat");

        assertThat(callback.getHost()).isEqualTo("localhost");
        assertThat(FormFields.parse(callback.getRawQuery())).containsEntry("error", "redirect_uri_mismatch");
    }

    @Test
    void letsSubdomainsAndSubpathsThroughOnlyWithTheWildcard() {
        StubApp app = github.registerOAuthApp("wild", "secret", "https://example.com/auth");
        URI below = URI.create("https://a.example.com/auth/callback");

        assertThat(app.allowsRedirectTo(below)).isFalse();
        app.wildcardRedirects();
        assertThat(app.allowsRedirectTo(below)).isTrue();
        assertThat(app.allowsRedirectTo(URI.create("https://example.com/auth/../x")))
                .isFalse();
        assertThat(app.allowsRedirectTo(URI.create("https://notexample.com/auth")))
                .isFalse();
    }

    @Test
    void killsTheOldAccessTokenWithTheRefreshTokenSpent() {
        github.app().asGitHubApp();
        JsonNode first = exchange(codeFor("octocat"));

        JsonNode second = refresh(first);

        assertThat(second.get("access_token").asString()).startsWith("ghu_");
        assertThat(second.get("scope").asString()).isEmpty();
        assertThat(second.get("expires_in").asInt()).isEqualTo(28_800);
        assertThat(second.get("refresh_token_expires_in").asInt()).isEqualTo(15_811_200);
        assertThat(github.isLive(first.get("access_token").asString())).isFalse();
        assertThat(github.isLive(second.get("access_token").asString())).isTrue();
        assertError(refresh(first), "bad_refresh_token");
    }

    @Test
    void expiresAccessTokensByTheClock() {
        github.app().expiringTokens();
        JsonNode token = exchange(codeFor("octocat"));
        String value = token.get("access_token").asString();

        clock.advance(Duration.ofHours(8));

        assertThat(api(value, "/user").statusCode()).isEqualTo(401);
        assertThat(refresh(token).has("access_token")).isTrue();
    }

    @Test
    void writesLifetimesAsTextAndLongTokensWhenAsked() {
        github.app().expiringTokens().numbersAsText().longTokens();

        JsonNode token = exchange(codeFor("octocat"));

        assertThat(token.get("expires_in").isString()).isTrue();
        assertThat(token.get("access_token").asString()).hasSize(560).contains(".");
    }

    @Test
    void revokesTheOldestOfMoreThanTenTokens() {
        List<String> tokens = new ArrayList<>();
        for (int i = 0; i < 11; i++) {
            tokens.add(exchange(codeFor("octocat")).get("access_token").asString());
            clock.advance(Duration.ofMinutes(7));
        }

        assertThat(github.isLive(tokens.get(0))).isFalse();
        assertThat(github.liveTokensOf("octocat")).hasSize(10);
    }

    @Test
    void refusesTheEleventhTokenOfAnHour() {
        for (int i = 0; i < 10; i++) {
            assertThat(exchange(codeFor("octocat")).has("access_token")).isTrue();
        }

        assertError(exchange(codeFor("octocat")), "access_denied");
        assertThat(github.liveTokensOf("octocat")).hasSize(10);
    }

    @Test
    void limitsTheTokenRequestsOfAnApp() {
        github.app().tokenRequestsPerHour(1);
        exchange(codeFor("octocat"));

        HttpResponse<String> response = client.post("/login/oauth/access_token", form(codeFor("octocat")));

        assertThat(response.statusCode()).isEqualTo(429);
        assertThat(response.headers().firstValue("Retry-After")).hasValue("3600");
    }

    @Test
    void refusesPeopleWithoutAVerifiedAddress() {
        github.person("newcomer").unverified();

        assertError(exchange(codeFor("newcomer")), "unverified_user_email");
    }

    @Test
    void showsAddressesOnlyWithTheirScope() {
        github.person("octocat")
                .email("old@example.com", false, true)
                .email("cat@example.com", true, true)
                .email("new@example.com", false, false);

        HttpResponse<String> shown =
                api(github.tokenFor("octocat", "user:email").value(), "/user/emails");
        HttpResponse<String> hidden =
                api(github.tokenFor("octocat", "read:user").value(), "/user/emails");

        assertThat(Json.read(shown.body()).get(1).get("email").asString()).isEqualTo("cat@example.com");
        assertThat(hidden.statusCode()).isEqualTo(404);
    }

    @Test
    void paginatesWithAbsoluteLinks() {
        for (int i = 0; i < 5; i++) {
            github.person("octocat").orgs("org-" + i);
        }
        String token = github.tokenFor("octocat", "read:org").value();

        HttpResponse<String> page = api(token, "/user/orgs?per_page=2&page=2");

        assertThat(Json.read(page.body()).size()).isEqualTo(2);
        assertThat(page.headers().firstValue("Link").orElseThrow())
                .contains("<" + github.apiUrl() + "/user/orgs?per_page=2&page=3>; rel=\"next\"");
    }

    @Test
    void namesTheParentOfATeam() {
        github.person("octocat").teams("acme/eng/core");
        String token = github.tokenFor("octocat", "read:org").value();

        JsonNode team = Json.read(api(token, "/user/teams").body()).get(0);

        assertThat(team.get("slug").asString()).isEqualTo("core");
        assertThat(team.get("parent").get("slug").asString()).isEqualTo("eng");
        assertThat(team.get("organization").get("login").asString()).isEqualTo("acme");
        assertThat(Json.read(api(token, "/user/orgs").body())
                        .get(0)
                        .get("login")
                        .asString())
                .isEqualTo("acme");
    }

    @Test
    void describesTokenAndQuotaInHeaders() {
        String token = github.tokenFor("octocat", "read:user").value();

        HttpResponse<String> response = api(token, "/user");

        assertThat(response.headers().firstValue("x-oauth-scopes")).hasValue("read:user");
        assertThat(response.headers().firstValue("x-ratelimit-limit")).hasValue("5000");
        assertThat(response.headers().firstValue("x-ratelimit-remaining")).hasValue("4999");
        assertThat(response.headers().firstValue("x-github-request-id")).isPresent();
    }

    @Test
    void refusesAnExhaustedPersonAndNobodyElse() {
        github.person("octocat").quota(1);
        String token = github.tokenFor("octocat").value();
        api(token, "/user");

        HttpResponse<String> refused = api(token, "/user");

        assertThat(refused.statusCode()).isEqualTo(403);
        assertThat(refused.headers().firstValue("x-ratelimit-remaining")).hasValue("0");
        assertThat(api(github.tokenFor("hubot").value(), "/user").statusCode()).isEqualTo(200);
    }

    @Test
    void answersDeadTokensAndIncidentsAlike() {
        String token = github.tokenFor("octocat").value();
        github.incident(true);
        HttpResponse<String> duringIncident = api(token, "/user");
        github.incident(false);
        github.revoke(token);
        HttpResponse<String> dead = api(token, "/user");

        assertThat(duringIncident.statusCode()).isEqualTo(401);
        assertThat(dead.statusCode()).isEqualTo(401);
        assertThat(duringIncident.headers().firstValue("x-ratelimit-limit")).hasValue("60");
        assertThat(dead.headers().firstValue("x-ratelimit-limit")).hasValue("60");
    }

    @Test
    void doesNotKnowATokenUntilTheReplicasCaughtUp() {
        github.replicaLag(Duration.ofSeconds(1));
        String token = github.tokenFor("octocat").value();

        assertThat(api(token, "/user").statusCode()).isEqualTo(401);
        clock.advance(Duration.ofSeconds(1));
        assertThat(api(token, "/user").statusCode()).isEqualTo(200);
    }

    @Test
    void stampsAnswersByItsOwnClock() {
        github.clockAhead(Duration.ofSeconds(120));
        clock.set(Instant.parse("2026-12-01T10:00:00Z"));

        assertThat(api("none", "/user").headers().firstValue("Date")).hasValue("Tue, 01 Dec 2026 10:02:00 GMT");
    }

    @Test
    void remembersWhoCalledWhat() {
        String token = github.tokenFor("octocat", "read:user").value();
        api(token, "/user");
        exchange(codeFor("octocat"));

        assertThat(github.calls().to("GET", "/api/v3/user").by("octocat").count())
                .isEqualTo(1);
        Call exchange = github.calls().to("POST", "/login/oauth/access_token").last();
        assertThat(exchange.form()).containsEntry("code_verifier", VERIFIER);
        assertThat(exchange.header("accept")).isEqualTo("application/json");
        assertThat(exchange.at()).isEqualTo(clock.instant());
    }

    @Test
    void knowsEverySecretItEverMade() {
        String code = codeFor("octocat");
        String token = exchange(code).get("access_token").asString();

        assertThat(github.secretsSeen()).contains(code, token, github.app().clientSecret());
    }

    @Test
    void servesAConsentPageThatSaysWhatItIs() {
        HttpResponse<String> page = client.navigate(authorizeUri().toString());

        assertThat(page.body())
                .contains("<title>Authorize Latchkey</title>")
                .contains("stand-in for GitHub")
                .contains("<select");
    }

    private URI authorizeUri() {
        Map<String, Object> query = Json.object(
                "client_id",
                GitHubStub.CLIENT_ID,
                "redirect_uri",
                CALLBACK,
                "scope",
                "read:user user:email read:org",
                "state",
                "s-1",
                "code_challenge",
                challenge(),
                "code_challenge_method",
                "S256");
        return URI.create(github.webUrl() + "/login/oauth/authorize?" + FormFields.encode(query));
    }

    private String codeFor(String login) {
        URI callback = github.authorize(authorizeUri(), login);
        return FormFields.parse(callback.getRawQuery()).get("code");
    }

    private Map<String, String> form(String code) {
        Map<String, String> form = new LinkedHashMap<>();
        form.put("client_id", GitHubStub.CLIENT_ID);
        form.put("client_secret", github.app().clientSecret());
        form.put("code", code);
        form.put("redirect_uri", CALLBACK);
        form.put("code_verifier", VERIFIER);
        return form;
    }

    private JsonNode exchange(String code) {
        return tokenCall(form(code));
    }

    private JsonNode refresh(JsonNode pair) {
        return tokenCall(Map.of(
                "client_id",
                GitHubStub.CLIENT_ID,
                "client_secret",
                github.app().clientSecret(),
                "grant_type",
                "refresh_token",
                "refresh_token",
                pair.get("refresh_token").asString()));
    }

    private JsonNode tokenCall(Map<String, String> form, String... headers) {
        String[] all = new String[headers.length + 2];
        System.arraycopy(headers, 0, all, 0, headers.length);
        all[headers.length] = "Accept";
        all[headers.length + 1] = "application/json";
        HttpResponse<String> response = client.post("/login/oauth/access_token", form, all);
        assertThat(response.statusCode()).isEqualTo(200);
        return Json.read(response.body());
    }

    private HttpResponse<String> api(String token, String path) {
        return client.get("/api/v3" + path, "Authorization", "Bearer " + token);
    }

    private String basic() {
        String credentials = GitHubStub.CLIENT_ID + ":" + github.app().clientSecret();
        return "Basic " + Base64.getEncoder().encodeToString(credentials.getBytes(US_ASCII));
    }

    private static void assertError(JsonNode answer, String error) {
        assertThat(answer.get("error").asString()).isEqualTo(error);
        assertThat(answer.get("error_description").asString()).isNotEmpty();
        assertThat(answer.has("access_token")).isFalse();
    }

    private static String challenge() {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(VERIFIER.getBytes(US_ASCII));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
