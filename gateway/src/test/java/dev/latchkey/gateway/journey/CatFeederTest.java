package dev.latchkey.gateway.journey;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.latchkey.gateway.session.Sessions;
import dev.latchkey.gateway.testing.EchoBackend;
import dev.latchkey.gateway.testing.GitHubStub;
import dev.latchkey.gateway.testing.HttpPerson;
import dev.latchkey.gateway.testing.ProviderStub;
import dev.latchkey.gateway.testing.RedisServer;
import dev.latchkey.gateway.testing.RunningClock;
import dev.latchkey.gateway.testing.TestGateway;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What stands in for Cat Feeder's provider helper, row by row, at two nodes of a gateway. */
class CatFeederTest {

    private static final String OAUTH = "/api/v1/oauth";
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private static RedisServer redis;
    private static GitHubStub github;
    private static EchoBackend app;
    private static ProviderStub corp;
    private static TestGateway first;
    private static TestGateway second;
    /** By itself, on a clock that can be moved. */
    private static RunningClock clock;

    private static TestGateway solo;

    @BeforeAll
    static void start() {
        redis = RedisServer.embedded();
        github = GitHubStub.start();
        github.app().withoutTokenLimits().redirectUris("http://localhost/api/v1/oauth/callback");
        app = EchoBackend.start();
        corp = ProviderStub.start();
        clock = new RunningClock();
        first = node().on(redis)
                .property("latchkey.external-url", "http://localhost:8080")
                .start();
        second = node().on(redis)
                .property("latchkey.external-url", "http://localhost:8080")
                .start();
        solo = node().clock(clock)
                .property("latchkey.session.idle", "80s")
                .property("latchkey.session.max-age", "400s")
                .start();
    }

    private static TestGateway.Builder node() {
        return TestGateway.signingInAt(github)
                .property("latchkey.session.idle", "7200s")
                .property("latchkey.session.max-age", "24h")
                .property("latchkey.tokens.renew-before", "1m")
                .property("latchkey.tokens.renew-unused", "true")
                .property("latchkey.providers.allow-loopback", "true")
                .property("latchkey.providers.admins", "user:admin")
                .property("latchkey.oauth-providers.admins", "six:chief")
                .property("latchkey.oauth-providers.target", "/welcome")
                .property("latchkey.oauth-providers.cors-allowed-origins", "https://front.example.com")
                .route("app", "to: " + app.url(), "allow: [signed-in]")
                .route("plain", "path: /plain/**", "to: " + app.url(), "allow: [signed-in]", "send: { jwt: false }")
                .route("oauth", readyFile());
    }

    private static String readyFile() {
        try {
            return Files.readString(Path.of("..", "routes", "cat-feeder", "providers.yaml"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @AfterAll
    static void stop() {
        first.close();
        second.close();
        solo.close();
        redis.close();
        app.close();
        corp.close();
        github.close();
    }

    @AfterEach
    void reset() {
        for (TestGateway gateway : List.of(first, solo)) {
            for (String name : List.of("corp", "six", "renamed")) {
                operator(gateway).send("DELETE", "/admin/providers/" + name, null);
            }
        }
        corp.reset();
        github.app().lastingTokens();
    }

    private static HttpPerson operator(TestGateway gateway) {
        return HttpPerson.at("http://localhost:" + gateway.internalPort());
    }

    private static void addCorp() {
        HttpResponse<String> answer = operator(first).send("POST", "/admin/providers", corp.described("corp"));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
    }

    private static JsonNode json(HttpResponse<String> answer, int status) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        return JSON.readTree(answer.body());
    }

    private static HttpResponse<String> login(HttpPerson person, String provider) {
        return person.send(
                "POST", OAUTH + "/login", "{\"provider\":\"" + provider + "\"}", "Content-Type", "application/json");
    }

    private static URI authorizationUrl(HttpPerson person, String provider) {
        return URI.create(
                json(login(person, provider), 200).path("authorization_url").asString());
    }

    private static URI answerOf(HttpPerson person, String provider, String who) {
        URI url = authorizationUrl(person, provider);
        return provider.equals("github") ? github.authorize(url, who) : corp.authorize(url, who);
    }

    private static HttpResponse<String> callback(HttpPerson person, String query) {
        return person.send("POST", OAUTH + "/callback" + (query == null ? "" : "?" + query), null);
    }

    private static String signedIn(String provider, String who) {
        return signedIn(first, provider, who);
    }

    private static String signedIn(TestGateway at, String provider, String who) {
        HttpPerson person = at.stranger();
        JsonNode answer = json(callback(person, answerOf(person, provider, who).getRawQuery()), 202);
        return answer.path("token").asString();
    }

    private static HttpResponse<String> with(String token, String method, String path, String body) {
        return at(first, token, method, path, body);
    }

    private static HttpResponse<String> at(TestGateway gateway, String token, String method, String path, String body) {
        return gateway.stranger().send(method, path, body, "token", token, "Content-Type", "application/json");
    }

    private static Map<String, String> six() {
        Map<String, String> six = new LinkedHashMap<>();
        six.put("client_id", corp.clientId());
        six.put("client_secret", corp.clientSecret());
        six.put("provider_scope", "profile email");
        six.put("authorisation_base_url", corp.url() + "/authorize");
        six.put("token_grabber_base_url", corp.url() + "/token");
        six.put("user_info_base_url", corp.url() + "/userinfo");
        return six;
    }

    private static String body(Map<String, String> fields) {
        return JSON.writeValueAsString(fields);
    }

    private static void isEnvelope(JsonNode answer, String kind) {
        assertThat(answer.propertyNames()).contains("title", "msg", kind, "logged in");
    }

    @Test
    void C01_answersALoginWithAnEnvelopeAndTheAddressToGoTo() {
        JsonNode answer = json(login(first.stranger(), "github"), 200);
        isEnvelope(answer, "resp");
        assertThat(answer.path("title").asString()).isEqualTo("oauth_login");
        assertThat(answer.path("logged in").asBoolean()).isFalse();
        assertThat(answer.path("authorization_url").asString()).startsWith(github.webUrl());
    }

    @Test
    void C02_givesAnAddressThatCanBeFollowedAsItIsAndAfterOneMoreDecoding() {
        addCorp();
        for (String provider : new String[] {"github", "corp"}) {
            String url = authorizationUrl(first.stranger(), provider).toString();
            assertThat(decodedByAClient(url)).isEqualTo(url).doesNotContain("%");
            Map<String, String> query = fields(URI.create(url).getRawQuery());
            assertThat(query.get("redirect_uri")).isEqualTo("http://localhost:8080/api/v1/oauth/callback");
            assertThat(query.get("state")).matches("[A-Za-z0-9_-]{43}:" + provider);
            assertThat(query).containsEntry("code_challenge_method", "S256").containsKey("code_challenge");
            assertThat(query.get("scope")).contains(" ");
        }
        Set<String> states = new TreeSet<>();
        for (int i = 0; i < 20; i++) {
            states.add(fields(authorizationUrl(first.stranger(), "corp").getRawQuery())
                    .get("state"));
        }
        assertThat(states).hasSize(20);
    }

    /** What {@code decodeURIComponent} makes of it, which leaves plus signs alone. */
    private static String decodedByAClient(String url) {
        return URLDecoder.decode(url.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    private static Map<String, String> fields(String query) {
        Map<String, String> fields = new LinkedHashMap<>();
        for (String pair : query.split("&")) {
            String[] parts = pair.split("=", 2);
            fields.put(parts[0], URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
        }
        return fields;
    }

    @Test
    void C03_takesTheProviderAsJsonOrAsAFormAndMissesIt() {
        HttpResponse<String> form = first.stranger()
                .send("POST", OAUTH + "/login", "provider=github", "Content-Type", "application/x-www-form-urlencoded");
        assertThat(json(form, 200).path("authorization_url").asString()).startsWith(github.webUrl());
        for (String none : new String[] {null, "", "{}", "{\"provider\":\"\"}", "{\"provider\":7}"}) {
            JsonNode answer = json(
                    first.stranger().send("POST", OAUTH + "/login", none, "Content-Type", "application/json"), 400);
            isEnvelope(answer, "error");
            assertThat(answer.path("error").asString()).isEqualTo("no provider");
        }
        json(first.stranger().send("POST", OAUTH + "/login", "{", "Content-Type", "application/json"), 400);
    }

    @Test
    void C04_knowsNoProviderThatIsNotThere() {
        JsonNode answer = json(login(first.stranger(), "nobody"), 404);
        assertThat(answer.path("msg").asString()).isEqualTo("Provider not found");
        isEnvelope(answer, "error");
    }

    @Test
    void C05_takesTheAnswerByGetAndByPostAndTellsProgramsATokenAndBrowsersACookie() {
        HttpPerson program = first.stranger();
        JsonNode posted =
                json(callback(program, answerOf(program, "github", "octocat").getRawQuery()), 202);
        isEnvelope(posted, "resp");
        assertThat(posted.path("resp").asString()).isEqualTo("success.");
        assertThat(posted.path("msg").asString()).isEqualTo("User successfully logged in.");
        assertThat(posted.path("logged in").asBoolean()).isTrue();
        assertThat(posted.path("token").asString()).isNotBlank();
        assertThat(program.cookie("latchkey")).isNull();

        HttpPerson other = first.stranger();
        URI answer = answerOf(other, "github", "octocat");
        HttpResponse<String> got = other.get(OAUTH + "/callback?" + answer.getRawQuery());
        assertThat(json(got, 202).path("token").asString()).isNotBlank();

        HttpPerson browser = first.stranger();
        HttpResponse<String> page = browser.navigate(
                OAUTH + "/callback?" + answerOf(browser, "github", "octocat").getRawQuery());
        assertThat(page.statusCode()).isEqualTo(302);
        assertThat(page.headers().firstValue("Location")).contains("/welcome");
        assertThat(page.body()).isEmpty();
        assertThat(browser.fetch("/welcome").statusCode()).isEqualTo(200);
        assertThat(app.lastRequest().header("X-Forwarded-User")).isEqualTo("octocat");

        HttpPerson before = browser.twin();
        browser.navigate(
                OAUTH + "/callback?" + answerOf(browser, "github", "hubot").getRawQuery());
        SessionsContract.await(() -> before.fetch("/welcome").statusCode() == 401);
        assertThat(browser.fetch("/welcome").statusCode()).isEqualTo(200);
    }

    @Test
    void C06_saysWhatIsMissingInAnAnswer() {
        HttpPerson person = first.stranger();
        assertThat(json(callback(person, null), 400).path("error").asString()).isEqualTo("no query parameters");
        for (String query : new String[] {"code=a", "state=a:b", "code=&state=a:b", "code=a&state=", "other=1"}) {
            assertThat(json(callback(person, query), 400).path("error").asString())
                    .as(query)
                    .isEqualTo("no code or state");
        }
        for (String state : new String[] {"a:", ":b"}) {
            assertThat(json(callback(person, "code=a&state=" + state), 400)
                            .path("error")
                            .asString())
                    .isEqualTo("bad state format");
        }
    }

    @Test
    void C07_refusesAStateOfAnotherShapeWithoutFailing() {
        for (String state : new String[] {"plain", "a:b:c", ":", "::", "a%3Ab%3Ac", "%00:x", "a:" + "b".repeat(500)}) {
            HttpResponse<String> answer = callback(first.stranger(), "code=a&state=" + state);
            assertThat(answer.statusCode()).as(state).isEqualTo(400);
            isEnvelope(json(answer, 400), "error");
        }
    }

    @Test
    void C08_takesAStateOnceInTimeAndFromTheBrowserThatHasIt() {
        assertThat(callback(first.stranger(), "code=a&state=unknown:github").statusCode())
                .isEqualTo(400);

        HttpPerson victim = first.stranger();
        URI ofAnother = answerOf(first.stranger(), "github", "attacker");
        assertThat(callback(victim, ofAnother.getRawQuery()).statusCode()).isEqualTo(400);

        HttpPerson person = first.stranger();
        URI answer = answerOf(person, "github", "octocat");
        List<CompletableFuture<Integer>> all = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            HttpPerson copy = person.twin().alsoAt((i % 2 == 0 ? first : second).url());
            all.add(CompletableFuture.supplyAsync(
                    () -> callback(copy, answer.getRawQuery()).statusCode()));
        }
        List<Integer> statuses =
                all.stream().map(CompletableFuture::join).sorted().toList();
        assertThat(statuses).containsExactly(202, 400, 400, 400, 400, 400, 400, 400);

        HttpPerson late = solo.stranger();
        URI answerInTime = answerOf(late, "github", "octocat");
        clock.advance(Duration.ofMinutes(10));
        assertThat(callback(late, answerInTime.getRawQuery()).statusCode()).isEqualTo(400);
    }

    @Test
    void C09_tellsWhyTheProviderRefusedAndThatItIsDown() {
        addCorp();
        HttpPerson person = first.stranger();
        String state =
                fields(answerOf(person, "github", "octocat").getRawQuery()).get("state");
        JsonNode refused = json(callback(person, "code=wrong&state=" + state), 400);
        assertThat(refused.path("msg").asString()).isEqualTo("Failed to get the token.");
        assertThat(refused.path("error").asString()).isEqualTo("bad_verification_code");

        HttpPerson other = first.stranger();
        URI answer = answerOf(other, "corp", "1");
        corp.refusing("invalid_grant");
        assertThat(json(callback(other, answer.getRawQuery()), 400)
                        .path("error")
                        .asString())
                .isEqualTo("invalid_grant");
        corp.refusing(null);

        HttpPerson declining = first.stranger();
        String declined = fields(answerOf(declining, "corp", "1").getRawQuery()).get("state");
        assertThat(json(callback(declining, "error=access_denied&state=" + declined), 400)
                        .path("error")
                        .asString())
                .isEqualTo("access_denied");

        HttpPerson third = first.stranger();
        URI last = answerOf(third, "corp", "1");
        corp.failing(503);
        assertThat(json(callback(third, last.getRawQuery()), 502).path("msg").asString())
                .isEqualTo("Failed to get the token.");
    }

    @Test
    void C10_takesGitHubsTokensWithAndWithoutAnEnd() {
        assertThat(with(signedIn("github", "octocat"), "GET", "/api/v1/token/valid", null)
                        .body())
                .isEqualTo("ok");
        github.app().expiringTokens(Duration.ofSeconds(8));
        String token = signedIn("github", "hubot");
        int before = github.calls()
                .to("POST", "/login/oauth/access_token")
                .withGrant("refresh_token")
                .count();
        SessionsContract.await(() -> github.calls()
                        .to("POST", "/login/oauth/access_token")
                        .withGrant("refresh_token")
                        .count()
                > before);
        assertThat(with(token, "GET", "/api/v1/token/valid", null).statusCode()).isEqualTo(200);
    }

    @Test
    void C11_takesProvidersThatGiveNoRefreshTokenAndRenewsNothingThere() {
        corp.withoutIdTokens().withoutRefreshTokens().tokensLive(8);
        String admin = signedIn(solo, "github", "admin");
        json(at(solo, admin, "POST", OAUTH + "/six", body(six())), 200);
        String token = signedIn(solo, "six", "1");
        clock.advance(Duration.ofSeconds(9));
        assertThat(at(solo, token, "GET", "/api/v1/token/valid", null).body()).isEqualTo("ok");
        corp.tokensLive(null);
        assertThat(at(solo, signedIn(solo, "six", "2"), "GET", "/api/v1/token/valid", null)
                        .body())
                .isEqualTo("ok");
        assertThat(corp.refreshes()).isZero();
    }

    @Test
    void C12_knowsPeopleByProviderAndSubjectAndLinksNobodyByTheirAddress() {
        addCorp();
        github.person("octocat").email("octocat@acme.example", true, true);
        String atGitHub = signedIn("github", "octocat");
        corp.person("583231", "email", "octocat@acme.example", "email_verified", true);
        corp.person("9", "email", "octocat@acme.example", "email_verified", false);
        String verified = signedIn("corp", "583231");
        String unverified = signedIn("corp", "9");
        assertThat(info(atGitHub).path("id").asString()).isEqualTo("github:583231");
        assertThat(info(verified).path("id").asString()).isEqualTo("corp:583231");
        assertThat(info(verified).path("email").asString()).isEqualTo("octocat@acme.example");
        assertThat(info(unverified).path("id").asString()).isEqualTo("corp:9");
        assertThat(info(unverified).has("email")).isFalse();
        // Ending all of one ends none of the others.
        with(verified, "DELETE", "/api/v1/token/revoke_account_tokens", null);
        assertThat(with(atGitHub, "GET", "/api/v1/token/valid", null).body()).isEqualTo("ok");
    }

    private static JsonNode info(String token) {
        return json(with(token, "GET", "/api/v1/token/info", null), 200);
    }

    @Test
    void C13_addsChangesRenamesAndRemovesProvidersOnAllNodesWithoutARestart() {
        String admin = signedIn("github", "admin");
        JsonNode added = json(with(admin, "POST", OAUTH + "/six", body(six())), 200);
        isEnvelope(added, "resp");
        assertThat(added.path("msg").asString()).isEqualTo("The provider is successfully added.");
        assertThat(login(second.stranger(), "six").statusCode()).isEqualTo(200);

        Map<String, String> changed = six();
        changed.put("provider_scope", "other");
        assertThat(json(with(admin, "PUT", OAUTH + "/six", body(changed)), 200)
                        .path("msg")
                        .asString())
                .isEqualTo("The provider is successfully updated.");
        assertThat(fields(authorizationUrl(second.stranger(), "six").getRawQuery()))
                .containsEntry("scope", "other");

        json(with(admin, "PATCH", OAUTH + "/six", "{\"provider_scope\":\"third\"}"), 200);
        assertThat(fields(authorizationUrl(second.stranger(), "six").getRawQuery()))
                .containsEntry("scope", "third");
        json(with(admin, "PATCH", OAUTH + "/six", "{\"provider_name\":\"renamed\"}"), 200);
        assertThat(login(second.stranger(), "six").statusCode()).isEqualTo(404);
        assertThat(login(second.stranger(), "renamed").statusCode()).isEqualTo(200);

        assertThat(json(with(admin, "DELETE", OAUTH + "/renamed", null), 200)
                        .path("msg")
                        .asString())
                .isEqualTo("The oauth provider has been deleted successfully.");
        assertThat(login(second.stranger(), "renamed").statusCode()).isEqualTo(404);
    }

    @Test
    void C14_showsProvidersWithoutTheirSecrets() {
        addCorp();
        String admin = signedIn("github", "admin");
        HttpResponse<String> one = with(admin, "GET", OAUTH + "/corp", null);
        assertThat(json(one, 200).path("provider").path("client_id").asString()).isEqualTo(corp.clientId());
        HttpResponse<String> all = with(admin, "GET", OAUTH, null);
        assertThat(json(all, 200).path("providers").get(0).path("provider_name").asString())
                .isEqualTo("corp");
        assertThat(one.body() + all.body()).doesNotContain("secret", corp.clientSecret());
    }

    @Test
    void C15_tellsNobodyFromSomebodyElseAndChangesWhollyOrNotAtAll() {
        String admin = signedIn("github", "admin");
        String other = signedIn("github", "octocat");
        for (String method : new String[] {"POST", "PUT", "PATCH", "DELETE", "GET"}) {
            HttpResponse<String> nobody = first.stranger().send(method, OAUTH + "/six", "{}");
            assertThat(nobody.statusCode()).as(method).isEqualTo(401);
            JsonNode refused = json(with(other, method, OAUTH + "/six", body(six())), 403);
            assertThat(refused.path("msg").asString()).isEqualTo("Insufficient rights for given account.");
            assertThat(refused.path("logged in").asBoolean()).isTrue();
            if (!method.equals("POST")) {
                json(with(admin, method, OAUTH + "/six", body(six())), 404);
            }
        }
        for (String missing : six().keySet()) {
            Map<String, String> five = six();
            five.remove(missing);
            assertThat(json(with(admin, "POST", OAUTH + "/six", body(five)), 400)
                            .path("error")
                            .asString())
                    .isEqualTo("missing variable");
        }
        List<CompletableFuture<Integer>> all = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            all.add(CompletableFuture.supplyAsync(
                    () -> with(admin, "POST", OAUTH + "/six", body(six())).statusCode()));
        }
        assertThat(all.stream().map(CompletableFuture::join).sorted().toList())
                .containsExactly(200, 409, 409, 409, 409, 409);
        assertThat(json(with(admin, "POST", OAUTH + "/six", body(six())), 409)
                        .path("error")
                        .asString())
                .isEqualTo("provider already exist");
        json(with(admin, "POST", OAUTH + "/github", body(six())), 409);
        json(with(admin, "POST", OAUTH + "/login", body(six())), 400);
        for (String nothing : new String[] {"{}", null}) {
            assertThat(json(with(admin, "PATCH", OAUTH + "/six", nothing), 400)
                            .path("error")
                            .asString())
                    .isEqualTo("Missing variable");
        }
        json(with(admin, "PUT", OAUTH + "/six", "{\"client_id\":\"x\"}"), 400);
        // The person whom the helper's own list names, by another provider.
        HttpPerson chief = first.stranger();
        String chiefs = json(callback(chief, answerOf(chief, "six", "chief").getRawQuery()), 202)
                .path("token")
                .asString();
        json(with(chiefs, "GET", OAUTH + "/six", null), 200);
    }

    @Test
    void C16_refusesProvidersWhoseAddressesLeadInside() {
        String admin = signedIn("github", "admin");
        for (String address : new String[] {
            "http://login.example.com/t", "https://10.0.0.8/t", "https://169.254.169.254/t", "https://[fe80::1]/t", "x"
        }) {
            for (String field : List.of("authorisation_base_url", "token_grabber_base_url", "user_info_base_url")) {
                Map<String, String> fields = six();
                fields.put(field, address);
                JsonNode answer = json(with(admin, "POST", OAUTH + "/six", body(fields)), 400);
                assertThat(answer.path("error").asString()).isEqualTo("bad address");
            }
        }
    }

    @Test
    void C17_keepsSecretsAndTokensSealedAndOutOfTheLogs() {
        Logger root = (Logger) LoggerFactory.getLogger("dev.latchkey");
        Level before = root.getLevel();
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.start();
        root.setLevel(Level.DEBUG);
        root.addAppender(log);
        String token;
        try {
            addCorp();
            token = signedIn("corp", "1");
            HttpPerson failing = first.stranger();
            URI answer = answerOf(failing, "corp", "1");
            corp.refusing("invalid_grant");
            callback(failing, answer.getRawQuery());
        } finally {
            root.detachAppender(log);
            root.setLevel(before);
        }
        String stored = redis.dump();
        assertThat(log.list).isNotEmpty();
        for (String secret : corp.secrets()) {
            assertThat(stored).doesNotContain(secret);
            assertThat(log.list).noneMatch(event -> event.getFormattedMessage().contains(secret));
        }
        assertThat(stored).doesNotContain(token);
        assertThat(log.list).noneMatch(event -> event.getFormattedMessage().contains(token));
    }

    @Test
    void C18_endsTheSessionsOfARemovedProviderAndKeepsThoseOfARenamedOne() {
        String admin = signedIn("github", "admin");
        json(with(admin, "POST", OAUTH + "/six", body(six())), 200);
        String token = signedIn("six", "1");
        json(with(admin, "PATCH", OAUTH + "/six", "{\"provider_name\":\"renamed\"}"), 200);
        assertThat(with(token, "GET", "/api/v1/token/valid", null).body()).isEqualTo("ok");
        json(with(admin, "DELETE", OAUTH + "/renamed", null), 200);
        assertThat(with(token, "GET", "/api/v1/token/valid", null).statusCode()).isEqualTo(498);
        assertThat(redis.keys()).noneMatch(key -> key.contains("token:six"));
        assertThat(with(admin, "GET", "/api/v1/token/valid", null).body()).isEqualTo("ok");
    }

    @Test
    void C19_renewsBeforeTheEndOncePerConnectionAndKeepsWhatComesOfIt() {
        corp.tokensLive(4);
        addCorp();
        String token = signedIn("corp", "1");
        // Each renewal needs the refresh token that the one before brought, and counts its life anew.
        SessionsContract.await(() -> corp.refreshes() >= 3);
        assertThat(corp.refusedRefreshes()).isZero();
        assertThat(with(token, "GET", "/api/v1/token/valid", null).body()).isEqualTo("ok");
    }

    @Test
    void C20_waitsAfterAFailureAndEndsTheSessionOfAConnectionThatIsOver() {
        corp.tokensLive(8);
        addCorp();
        HttpPerson browser = first.stranger();
        browser.navigate(OAUTH + "/callback?" + answerOf(browser, "corp", "1").getRawQuery());
        assertThat(browser.fetch("/x").statusCode()).isEqualTo(200);
        corp.refusing("temporarily_unavailable");
        SessionsContract.await(() -> corp.refreshes() >= 1);
        assertThat(browser.fetch("/x").statusCode()).isEqualTo(200);
        corp.refusing("invalid_grant").endEverything();
        // The next try is minutes away by design; somebody who comes back then is told at once.
        HttpPerson again = first.stranger();
        corp.refusing(null);
        again.navigate(OAUTH + "/callback?" + answerOf(again, "corp", "2").getRawQuery());
        assertThat(again.fetch("/x").statusCode()).isEqualTo(200);
        corp.endEverything();
        SessionsContract.await(() -> again.fetch("/x").statusCode() == 401);
        assertThat(again.fetch("/x").body()).contains("login_url");
    }

    @Test
    void C21_answersWhatTheFrontEndAsksAboutItsToken() {
        String token = signedIn("github", "octocat");
        for (String[] header : new String[][] {{"token", token}, {"Authorization", "Bearer " + token}}) {
            HttpResponse<String> valid = first.stranger().get("/api/v1/token/valid", header);
            assertThat(valid.statusCode()).isEqualTo(200);
            assertThat(valid.body()).isEqualTo("ok");
        }
        HttpResponse<String> bearerWins =
                first.stranger().get("/api/v1/token/valid", "token", token, "Authorization", "Bearer of-nobody.at-all");
        assertThat(bearerWins.statusCode()).isEqualTo(498);
        assertThat(bearerWins.body()).isEqualTo("ko");
        assertThat(first.stranger().get("/api/v1/token/valid").statusCode()).isEqualTo(498);
        assertThat(with(token, "GET", "/api/v1/token/admin", null).statusCode()).isEqualTo(401);
        assertThat(with(signedIn("github", "admin"), "GET", "/api/v1/token/admin", null)
                        .body())
                .isEqualTo("ok");
        assertThat(first.stranger().get("/api/v1/token/admin").statusCode()).isEqualTo(498);

        JsonNode ttl = json(with(token, "GET", "/api/v1/token/ttl", null), 200);
        assertThat(ttl.path("ttl_seconds").asLong()).isBetween(7100L, 7200L);
        assertThat(ttl.path("ttl_breakdown").propertyNames())
                .containsExactlyInAnyOrder("days", "hours", "minutes", "seconds");
        JsonNode refreshed = json(with(token, "POST", "/api/v1/token/refresh", null), 200);
        isEnvelope(refreshed, "resp");
        String next = refreshed.path("token").asString();
        assertThat(refreshed.path("expiration_date").asString()).isNotBlank();
        assertThat(with(next, "GET", "/api/v1/token/valid", null).body()).isEqualTo("ok");

        json(with(next, "POST", "/api/v1/logout", null), 200);
        assertThat(with(next, "GET", "/api/v1/token/valid", null).statusCode()).isEqualTo(498);
        json(with(next, "POST", "/api/v1/logout", null), 498);
    }

    /** With two hours it is the same, but the gateway writes uses down more seldom then. */
    @Test
    void C22_movesTheEndWithEachUseButNotBeyondTheLast() {
        String token = signedIn(solo, "github", "octocat");
        Sessions sessions = solo.bean(Sessions.class);
        for (int i = 1; i <= 7; i++) {
            clock.advance(Duration.ofSeconds(50));
            Instant now = clock.instant();
            assertThat(at(solo, token, "GET", "/api/v1/token/valid", null).body())
                    .as("use " + i)
                    .isEqualTo("ok");
            // Uses are written behind; the next jump of the clock must not overtake that.
            SessionsContract.await(
                    () -> !sessions.load(token).block().lastUsed().isBefore(now));
        }
        assertThat(json(at(solo, token, "GET", "/api/v1/token/ttl", null), 200)
                        .path("ttl_seconds")
                        .asLong())
                .isLessThanOrEqualTo(50);
        clock.advance(Duration.ofSeconds(50));
        assertThat(at(solo, token, "POST", "/api/v1/token/refresh", null).statusCode())
                .isEqualTo(498);

        String idle = signedIn(solo, "github", "octocat");
        clock.advance(Duration.ofSeconds(80));
        assertThat(at(solo, idle, "GET", "/api/v1/token/valid", null).statusCode())
                .isEqualTo(498);
    }

    @Test
    void C23_letsOnlyNamedOriginsCallWithCredentials() {
        for (String origin : new String[] {"https://evil.example.com", "null", "http://front.example.com"}) {
            HttpResponse<String> answer = first.stranger().get("/api/v1/token/valid", "Origin", origin);
            assertThat(answer.headers().firstValue("Access-Control-Allow-Origin"))
                    .isEmpty();
        }
        HttpResponse<String> answer =
                first.stranger().get("/api/v1/token/valid", "Origin", "https://front.example.com");
        assertThat(answer.headers().firstValue("Access-Control-Allow-Origin")).contains("https://front.example.com");
        assertThat(answer.headers().firstValue("Access-Control-Allow-Credentials"))
                .contains("true");
        assertThat(answer.headers().allValues("Vary")).contains("Origin");
        HttpResponse<String> preflight = first.stranger()
                .send(
                        "OPTIONS",
                        OAUTH + "/login",
                        null,
                        "Origin",
                        "https://front.example.com",
                        "Access-Control-Request-Method",
                        "POST");
        assertThat(preflight.statusCode()).isEqualTo(204);
        assertThat(preflight.headers().firstValue("Access-Control-Allow-Headers"))
                .hasValueSatisfying(headers -> assertThat(headers).contains("token"));
    }

    @Test
    void C24_keepsNothingOfSessionsAndStatesForLongerThanTheyLive() {
        addCorp();
        signedIn("corp", "1");
        HttpPerson neverBack = first.stranger();
        Set<String> before = new TreeSet<>(redis.keys());
        authorizationUrl(neverBack, "corp");
        assertThat(new TreeSet<>(redis.keys())).isEqualTo(before);

        RedisClient client = RedisClient.create("redis://" + redis.host() + ":" + redis.port());
        try (StatefulRedisConnection<String, String> connection = client.connect()) {
            List<String> keys = redis.keys().stream()
                    .filter(key -> key.contains("attempt-used:")
                            || key.contains("token:corp")
                            || key.contains("sessions-of:")
                            || key.contains("session:"))
                    .toList();
            assertThat(keys).anyMatch(key -> key.contains("attempt-used:"));
            assertThat(keys).anyMatch(key -> key.contains("token:corp"));
            for (String key : keys) {
                assertThat(connection.sync().pttl(key)).as(key).isGreaterThan(0);
            }
        } finally {
            client.shutdown();
        }
    }

    @Test
    void C25_hardensItsAnswers() {
        List<HttpResponse<String>> answers = List.of(
                login(first.stranger(), "github"),
                login(first.stranger(), "nobody"),
                callback(first.stranger(), null),
                first.stranger().get("/api/v1/token/valid"),
                first.stranger().get(OAUTH + "/corp"));
        for (HttpResponse<String> answer : answers) {
            assertThat(answer.headers().firstValue("Cache-Control")).contains("no-cache, no-store, must-revalidate");
            assertThat(answer.headers().firstValue("Pragma")).contains("no-cache");
            assertThat(answer.headers().firstValue("Expires")).contains("0");
            assertThat(answer.headers().firstValue("app_sender")).isPresent();
            assertThat(answer.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
            assertThat(answer.headers().firstValue("X-Frame-Options")).contains("DENY");
            assertThat(answer.headers().firstValue("X-XSS-Protection")).isPresent();
            assertThat(answer.headers().firstValue("Referrer-Policy")).contains("strict-origin-when-cross-origin");
        }
    }

    @Test
    void anAnswerForTheHelperIsNoneForTheGatewaysOwnCallback() {
        HttpPerson person = first.stranger();
        URI answer = answerOf(person, "github", "octocat");
        HttpResponse<String> elsewhere = person.twin().navigate("/oauth2/callback?" + answer.getRawQuery());
        assertThat(elsewhere.headers().firstValue("X-Latchkey-Problem")).contains("sign-in.state.invalid");
        assertThat(callback(person, answer.getRawQuery()).statusCode()).isEqualTo(202);
    }

    @Test
    void aCodeOfOneProviderIsNotShownToAnotherThatSharesTheCallback() {
        String admin = signedIn("github", "admin");
        json(with(admin, "POST", OAUTH + "/six", body(six())), 200);
        HttpPerson victim = first.stranger();
        String state = fields(authorizationUrl(victim, "six").getRawQuery()).get("state");
        // The bad provider sends the browser on to the good one, with the state that it was given.
        HttpPerson lured = first.stranger();
        Map<String, String> code = fields(answerOf(lured, "github", "octocat").getRawQuery());
        int before = corp.exchanges();
        JsonNode answer = json(
                callback(
                        victim,
                        "code=" + code.get("code") + "&state=" + state + "&iss="
                                + URLEncoder.encode(code.get("iss"), StandardCharsets.UTF_8)),
                400);
        assertThat(answer.path("error").asString()).isEqualTo("wrong issuer");
        assertThat(corp.exchanges()).isEqualTo(before);
    }

    @Test
    void theTokenOpensAppsAsABearerTokenAndStaysAtTheGateway() {
        String token = signedIn("github", "octocat");
        String[] bearer = {"Authorization", "Bearer " + token};
        assertThat(first.stranger().get("/plain/x", bearer).statusCode()).isEqualTo(200);
        assertThat(app.lastRequest().headers("Authorization")).isEmpty();
        assertThat(first.stranger().get("/x", bearer).statusCode()).isEqualTo(200);
        assertThat(app.lastRequest().header("X-Forwarded-User")).isEqualTo("octocat");
        assertThat(app.lastRequest().toString()).doesNotContain(token);
        assertThat(second.stranger().get("/x", bearer).statusCode()).isEqualTo(200);
        json(with(token, "POST", "/api/v1/logout", null), 200);
        SessionsContract.await(() -> second.stranger().get("/x", bearer).statusCode() == 401);
        String foreign = token.substring(0, 30) + "AAAAAAAAAAAAAAAAAAAAA";
        assertThat(first.stranger()
                        .get("/x", "Authorization", "Bearer " + foreign)
                        .statusCode())
                .isEqualTo(401);
    }

    @Test
    void aProviderIsNotTurnedIntoAnother() {
        String admin = signedIn("github", "admin");
        json(with(admin, "POST", OAUTH + "/six", body(six())), 200);
        for (String field : List.of("token_grabber_base_url", "user_info_base_url")) {
            Map<String, String> moved = six();
            moved.put(field, "http://127.0.0.1:1/elsewhere");
            JsonNode put = json(with(admin, "PUT", OAUTH + "/six", body(moved)), 409);
            isEnvelope(put, "error");
            assertThat(put.path("error").asString()).isEqualTo("provider.moved");
            String part = body(Map.of(field, "http://127.0.0.1:1/elsewhere"));
            json(with(admin, "PATCH", OAUTH + "/six", part), 409);
        }
        // Where browsers are sent is told neither secrets nor tokens.
        json(with(admin, "PATCH", OAUTH + "/six", "{\"authorisation_base_url\":\"http://127.0.0.1:1/a\"}"), 200);
        assertThat(authorizationUrl(first.stranger(), "six").getPort()).isEqualTo(1);
    }

    @Test
    void aCookieAloneChangesNothing() {
        HttpPerson browser = first.stranger();
        browser.navigate(
                OAUTH + "/callback?" + answerOf(browser, "github", "admin").getRawQuery());
        assertThat(browser.fetch("/x").statusCode()).isEqualTo(200);
        assertThat(browser.send("POST", OAUTH + "/corp", body(six())).statusCode())
                .isEqualTo(401);
        assertThat(browser.send("POST", "/api/v1/logout", null).statusCode()).isEqualTo(498);
        assertThat(browser.fetch("/x").statusCode()).isEqualTo(200);
    }

    @Test
    void otherAddressesAreNoneOfItsOwn() {
        for (String path : new String[] {"/api/v1/oauth/a/b", "/api/v1/token/other", "/api/v1/token"}) {
            assertThat(first.stranger().get(path).statusCode()).as(path).isEqualTo(404);
        }
        String long1 = URLEncoder.encode("x".repeat(70), StandardCharsets.UTF_8);
        assertThat(first.stranger().get(OAUTH + "/" + long1).statusCode()).isEqualTo(404);
    }
}
