package dev.latchkey.gateway.journey;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.latchkey.gateway.problem.ConfigurationRefused;
import dev.latchkey.gateway.testing.EchoBackend;
import dev.latchkey.gateway.testing.Fault;
import dev.latchkey.gateway.testing.GitHubStub;
import dev.latchkey.gateway.testing.HttpPerson;
import dev.latchkey.gateway.testing.StubGitHubApp;
import dev.latchkey.gateway.testing.TestClock;
import dev.latchkey.gateway.testing.TestGateway;
import java.io.IOException;
import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.NumericDate;
import org.jose4j.jwt.consumer.JwtConsumerBuilder;
import org.jose4j.keys.HmacKey;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** What Trackeep's sign-in service was promised, row by row. */
@ExtendWith(OutputCaptureExtension.class)
class TrackeepSignInTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String SECRET = "mR7vK2pX9wQ4tY8zB3nL6hJ1fD5sG0cV";
    private static final String OLD_SECRET = "Zq1wE3rT5yU7iO9pA2sD4fG6hJ8kL0zX";
    private static final String INSTANCE = "https://trackeep.acme.example";
    private static final String OTHER = "http://192.168.7.4:8080";
    private static final String CHECK = "/api/updates/check";
    private static final String ME = "/api/v1/user/me";
    private static final String REDEEM = "/api/v1/auth/control/callback";
    private static final String ROTATED = "X-Trackeep-Controller-Token";
    private static final String CALLBACK = "/auth/github/callback";
    private static final Duration WEEK = Duration.ofDays(7);

    private static TestClock clock;
    private static GitHubStub github;
    private static StubGitHubApp gitHubApp;
    private static EchoBackend app;
    /** As it is out of the box. */
    private static TestGateway gateway;
    /** With everything that legacy clients may have. */
    private static TestGateway legacy;

    private static int people;

    @TempDir
    private Path folder;

    private String login;

    @BeforeAll
    static void start() {
        clock = TestClock.now();
        github = GitHubStub.start(clock);
        github.app()
                .withoutTokenLimits()
                .redirectUris(
                        "http://localhost/auth/github/callback",
                        "http://localhost/login/auth/github/callback",
                        "http://localhost/a/auth/github/callback",
                        "http://localhost/b/auth/github/callback");
        gitHubApp = github.gitHubApp(4711);
        gitHubApp.installedAt("acme", "wiki", "shop");
        app = EchoBackend.start();
        gateway = builder().start();
        legacy = builder()
                .property("latchkey.login-broker.token-in-query", "jwt-with-github-token")
                .property("latchkey.login-broker.jwt-secret", SECRET + "," + OLD_SECRET)
                .property("latchkey.login-broker.expose-access-token", "true")
                .property("latchkey.login-broker.status-profile", "legacy")
                .property("latchkey.login-broker.app-slug", "trackeep")
                .properties(gitHubApp.gatewayProperties())
                .start();
    }

    private static TestGateway.Builder builder() {
        return TestGateway.signingInAt(github)
                .clock(clock)
                .property("latchkey.login-broker.return-targets", INSTANCE + "," + OTHER)
                .property("latchkey.login-broker.default-target", INSTANCE)
                .property("latchkey.login-broker.cors-allowed-origins", INSTANCE)
                .route("broker", "to: builtin:login-broker", "allow: [anyone]")
                .route("updates", "path: " + CHECK, "to: builtin:updates", "allow: [signed-in]")
                .route("github", "path: /github/**", "to: builtin:github-api", "allow: [signed-in]")
                .route("open", "path: /open/**", "to: " + app.url(), "allow: [anyone]")
                .route(
                        "app",
                        "path: /app/**",
                        "to: " + app.url(),
                        "allow: [signed-in]",
                        "send: { github-token: true }");
    }

    @AfterAll
    static void stop() {
        legacy.close();
        gateway.close();
        app.close();
        github.close();
    }

    @BeforeEach
    void arrive() {
        // Whatever an earlier test made GitHub say about waiting is over.
        clock.advance(Duration.ofHours(2));
        github.app().lastingTokens();
        List.of(
                        github.tokenEndpoint(),
                        github.userEndpoint(),
                        github.refreshes(),
                        github.endpoint("/api/v3/user/repos"),
                        github.endpoint("/api/v3/user/installations"))
                .forEach(endpoint -> endpoint.heal());
        github.forgetCalls().content().clear();
        app.forgetRequests();
        login = "someone" + people++;
        github.person(login).email(login + "@acme.example", true, true).name("Some One");
    }

    // What an instance and its people do

    private static String encoded(String text) {
        return URLEncoder.encode(text, UTF_8);
    }

    private static String header(HttpResponse<?> answer, String name) {
        return answer.headers().firstValue(name).orElse(null);
    }

    private static URI begin(HttpPerson person, String target) {
        HttpResponse<String> answer = person.get("/auth/github?redirect_uri=" + encoded(target));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(302);
        return URI.create(header(answer, "Location"));
    }

    private HttpResponse<String> back(HttpPerson person, URI provider) {
        return person.arrive(github.authorize(provider, login));
    }

    private URI signIn(TestGateway at, String target) {
        HttpPerson person = at.stranger();
        HttpResponse<String> answer = back(person, begin(person, target));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(302);
        return URI.create(header(answer, "Location"));
    }

    private static Map<String, String> query(URI address) {
        Map<String, String> parameters = new TreeMap<>();
        for (String pair : address.getRawQuery().split("&")) {
            String[] parts = pair.split("=", 2);
            parameters.put(parts[0], URLDecoder.decode(parts.length > 1 ? parts[1] : "", UTF_8));
        }
        return parameters;
    }

    private static HttpResponse<String> redeem(TestGateway at, String token, String... headers) {
        return post(at, REDEEM, redeeming(token, INSTANCE), headers);
    }

    private static String redeeming(String token, String instance) {
        return "{\"token\":\"" + token + "\",\"redirect_uri\":\"" + instance + "/auth/callback\"}";
    }

    private static HttpResponse<String> post(TestGateway at, String path, String body, String... headers) {
        List<String> all = new ArrayList<>(List.of("Content-Type", "application/json"));
        all.addAll(List.of(headers));
        return at.stranger().send("POST", path, body, all.toArray(String[]::new));
    }

    private static JsonNode json(HttpResponse<String> answer) {
        try {
            return JSON.readTree(answer.body());
        } catch (IOException e) {
            throw new AssertionError(answer.body(), e);
        }
    }

    /** A token as an instance holds it. */
    private String token(TestGateway at) {
        HttpResponse<String> answer = redeem(at, query(signIn(at, INSTANCE)).get("token"));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return json(answer).path("token").asText();
    }

    private static HttpResponse<String> get(TestGateway at, String path, String token) {
        return at.stranger().get(path, "Authorization", "Bearer " + token);
    }

    private static void assertError(HttpResponse<String> answer, int status, String words) {
        assertThat(answer.body()).isEqualTo("{\"error\":\"" + words + "\"}");
        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(header(answer, "Content-Type")).startsWith("application/json");
    }

    private static String signed(String algorithm, String secret, Map<String, Object> claims) throws Exception {
        JsonWebSignature jwt = new JsonWebSignature();
        jwt.setAlgorithmHeaderValue(algorithm);
        jwt.setKey(new HmacKey(secret.getBytes(UTF_8)));
        jwt.setPayload(JSON.writeValueAsString(claims));
        return jwt.getCompactSerialization();
    }

    private static Map<String, Object> payload(String jwt) throws IOException {
        return JSON.readValue(
                Base64.getUrlDecoder().decode(jwt.split("\\.")[1]),
                new com.fasterxml.jackson.core.type.TypeReference<TreeMap<String, Object>>() {});
    }

    private static void assertRefused(String property, String value, String... more) {
        TestGateway.Builder builder = builder().property(property, value);
        for (int i = 0; i < more.length; i += 2) {
            builder.property(more[i], more[i + 1]);
        }
        assertThatExceptionOfType(ConfigurationRefused.class)
                .isThrownBy(() -> builder.start().close())
                .satisfies(refused -> assertThat(refused.faults().toString())
                        .contains(property)
                        .doesNotContain(SECRET));
    }

    // To GitHub

    @Test
    void O01_sendsTheBrowserToGitHub() {
        URI first = begin(gateway.stranger(), INSTANCE);
        Map<String, String> asked = query(first);

        assertThat(first.toString()).startsWith(github.webUrl() + "/login/oauth/authorize?");
        assertThat(asked.get("client_id")).isEqualTo(GitHubStub.CLIENT_ID);
        assertThat(asked.get("redirect_uri")).isEqualTo(gateway.url() + CALLBACK);
        assertThat(asked.get("response_type")).isEqualTo("code");
        assertThat(asked.get("scope").split(" ")).contains("user:email", "read:user");
        Set<String> states = new HashSet<>();
        for (int i = 0; i < 20; i++) {
            states.add(query(begin(gateway.stranger(), INSTANCE)).get("state"));
        }
        assertThat(states).hasSize(20).allMatch(state -> state.length() >= 22);
    }

    @Test
    void O02_provesTheExchangeByPkce() throws Exception {
        HttpPerson person = gateway.stranger();
        URI provider = begin(person, INSTANCE);
        back(person, provider);

        assertThat(query(provider)).containsEntry("code_challenge_method", "S256");
        String verifier = github.calls()
                .matching(call -> call.form().containsKey("code_verifier"))
                .last()
                .form()
                .get("code_verifier");
        byte[] hash = MessageDigest.getInstance("SHA-256").digest(verifier.getBytes(UTF_8));
        assertThat(query(provider).get("code_challenge"))
                .isEqualTo(Base64.getUrlEncoder().withoutPadding().encodeToString(hash));
    }

    @Test
    void O03_takesOriginThenRefererThenTheDefaultAndEachOnlyIfListed() {
        assertThat(leadsTo("Origin", OTHER)).startsWith(OTHER + "/auth/callback?");
        assertThat(leadsTo("Referer", OTHER + "/login?x=1")).startsWith(OTHER + "/auth/callback?");
        assertThat(leadsTo("Origin", OTHER, "Referer", INSTANCE + "/x")).startsWith(OTHER + "/");
        assertThat(leadsTo()).startsWith(INSTANCE + "/auth/callback?");
        for (String[] said : new String[][] {
            {"Origin", "https://evil.example"},
            {"Origin", "null"},
            {"Referer", "https://evil.example/x"},
            {"Referer", "nonsense"},
            {"Origin", "https://evil.example", "Referer", INSTANCE + "/x"}
        }) {
            assertError(gateway.stranger().get("/auth/github", said), 400, "Invalid redirect_uri");
        }
    }

    private String leadsTo(String... headers) {
        HttpPerson person = gateway.stranger();
        HttpResponse<String> start = person.get("/auth/github", headers);
        return header(back(person, URI.create(header(start, "Location"))), "Location");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://evil.example",
                "https://trackeep.acme.example.evil.example",
                "https://eviltrackeep.acme.example",
                "https://trackeep.acme.example@evil.example",
                "https://trackeep.acme.example:443@evil.example/",
                "https://user@trackeep.acme.example",
                "https://user:pw@trackeep.acme.example/",
                "https://evil.example#@trackeep.acme.example",
                "https://evil.example\\@trackeep.acme.example",
                "https://trackeep.acme.example\\.evil.example",
                "https:\\\\trackeep.acme.example",
                "https:/trackeep.acme.example",
                "https:///trackeep.acme.example",
                "https:trackeep.acme.example",
                "//trackeep.acme.example",
                "/auth/callback",
                "trackeep.acme.example",
                "http://trackeep.acme.example",
                "https://trackeep.acme.example:8443",
                "https://trackeep.acme.example:80",
                "https://trackeep.acme.example:",
                "https://trackeep.acme.example:0443",
                "https://trackeep.acme.example:99999999999",
                "https://trackeep.acme.example.",
                "https://trackeep.acme.example./x",
                "https://Trackeep.acme.example",
                "HTTPS://trackeep.acme.example",
                "https://trackeep%2eacme.example",
                "https://trackeep.acme.example%2eevil.example",
                "https://trackeep.acme.example%40evil.example",
                "https://trackeep.acme.example%00.evil.example",
                "https%3A%2F%2Ftrackeep.acme.example",
                "https://trackeep.acme.example//evil.example",
                "https://trackeep.acme.example/../x",
                "https://trackeep.acme.example/%2e%2e/x",
                "https://trackeep.acme.example/a;b",
                "https://trackeep.acme.example/auth/callback?a|b",
                "https://trackeep.acme.example/auth/callback?a^b",
                "https://trackeep.acme.example/auth/callback?{x}",
                "https://trackeep.acme.example/elsewhere",
                "https://trackeep.acme.example/open?to=https://evil.example",
                "https://trackeep.acme.example/auth/callback/x",
                "https://trackeep.acme.example/auth/callbackx",
                "https://trackeep.acme.example/x#token",
                "https://trackeep.acme.example\t.evil.example",
                "https://trackeep.acme.example\r\nSet-Cookie: a=b",
                " https://trackeep.acme.example",
                "https://trackeep.acme.example /",
                "https://trackeep。acme.example",
                "https://[::1]",
                "http://192.168.7.4",
                "http://192.168.7.4:8081",
                "http://3232237316:8080",
                "http://0xc0a80704:8080",
                "javascript:alert(1)//trackeep.acme.example",
                "data:text/html,https://trackeep.acme.example",
                "null",
                "*"
            })
    void O04_refusesAReturnTargetThatIsNotListed(String target) {
        HttpResponse<String> answer = gateway.stranger().get("/auth/github?redirect_uri=" + encoded(target));

        assertError(answer, 400, "Invalid redirect_uri");
        assertThat(answer.headers().allValues("Location")).isEmpty();
        assertThat(answer.headers().allValues("Set-Cookie")).isEmpty();
    }

    @Test
    void O04_takesAListedOneAsItIsWrittenAndAWildcardOnlyWhereOneWasWritten() {
        for (String target : new String[] {
            INSTANCE,
            INSTANCE + ":443",
            INSTANCE + "/",
            OTHER,
            OTHER + "/api/v1/auth/oauth/callback?frontend_redirect=" + encoded("https://a/b")
        }) {
            begin(gateway.stranger(), target);
        }
        assertError(
                gateway.stranger()
                        .get("/auth/github?redirect_uri=" + encoded(INSTANCE) + "&redirect_uri=" + encoded(OTHER)),
                400,
                "Invalid redirect_uri");
        try (TestGateway wild = builder()
                .property("latchkey.login-broker.return-targets", "https://*.acme.example")
                .start()) {
            begin(wild.stranger(), "https://a.b.acme.example/auth/callback");
            for (String target : new String[] {
                "https://acme.example",
                "https://.acme.example",
                "https://evilacme.example",
                "http://a.acme.example",
                "https://a.acme.example:8443",
                "https://evil.example/.acme.example",
                "https://a-.acme.example."
            }) {
                assertThat(wild.stranger()
                                .get("/auth/github?redirect_uri=" + encoded(target))
                                .statusCode())
                        .as(target)
                        .isEqualTo(400);
            }
        }
        for (String entry :
                new String[] {"*", "https://*", "https://*.example", "https://a.example/x?y", "a.example", "null"}) {
            assertRefused("latchkey.login-broker.return-targets", entry, "latchkey.login-broker.default-target", "");
        }
    }

    // And back

    @Test
    void O05_knowsNothingOfABrowserWithoutTheCookie() {
        String callback =
                github.authorize(begin(gateway.stranger(), INSTANCE), login).toString();

        assertError(gateway.stranger().get(callback), 400, "State not found");
        assertError(gateway.stranger().get(CALLBACK), 400, "State not found");
        assertError(gateway.stranger().navigate(callback), 400, "State not found");
    }

    @Test
    void O06_refusesAnotherState() {
        HttpPerson person = gateway.stranger();
        String callback = github.authorize(begin(person, INSTANCE), login).toString();

        assertError(person.get(callback.replaceFirst("state=[^&]*", "state=forged")), 400, "Invalid state");
        assertError(person.get(callback.replaceFirst("state=[^&]*", "state=")), 400, "Invalid state");
    }

    @Test
    void O06_finishesNoAttemptThatAnotherPartOfTheGatewayBegan() {
        HttpPerson person = gateway.stranger();
        String query = github.authorize(begin(person, INSTANCE), login).getRawQuery();
        github.forgetCalls();

        HttpResponse<String> answer = person.get("/oauth2/callback?" + query);

        assertThat(header(answer, "X-Latchkey-Problem")).isEqualTo("sign-in.state.invalid");
        assertThat(github.calls().count()).isZero();
        assertThat(person.cookie("latchkey")).isNull();
    }

    @Test
    void O06_spendsNoCodeForATargetThatIsNoLongerListed() {
        int port = TestGateway.freePort();
        HttpPerson person;
        String callback;
        try (TestGateway before = builder().dataIn(folder).port(port).start()) {
            person = before.stranger();
            callback = github.authorize(begin(person, INSTANCE), login).toString();
        }
        try (TestGateway after = builder()
                .property("latchkey.login-broker.return-targets", OTHER)
                .property("latchkey.login-broker.default-target", OTHER)
                .dataIn(folder)
                .port(port)
                .start()) {
            github.forgetCalls();
            assertError(person.get(callback), 400, "Invalid state");
            assertThat(github.calls().count()).isZero();
            assertThat(person.cookie("latchkey")).isNull();
            assertThat(after.stranger().get("/health").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void O07_takesAStateOnceAndForTenMinutes() {
        HttpPerson person = gateway.stranger();
        String callback = github.authorize(begin(person, INSTANCE), login).toString();
        String name = person.cookieNames().get(0);
        String cookie = person.cookie(name);
        assertThat(person.get(callback).statusCode()).isEqualTo(302);
        // Even from a browser that has kept the attempt.
        assertError(person.setCookie(name, cookie).get(callback), 400, "Invalid state");

        HttpPerson late = gateway.stranger();
        String lateCallback = github.authorize(begin(late, INSTANCE), login).toString();
        clock.advance(Duration.ofMinutes(10).plusSeconds(1));
        assertError(late.get(lateCallback), 400, "Invalid state");
    }

    @Test
    void O07_looksUpNoMoreStatesForWhoeverInventsMany() {
        HttpPerson person = gateway.stranger();
        URI callback = github.authorize(person.beginSignIn("/app/x"), login);
        assertThat(person.arrive(callback).statusCode()).isEqualTo(200);
        String path = callback.toString();
        assertThat(header(gateway.stranger().get(path), "X-Latchkey-Problem")).isEqualTo("sign-in.state.used");

        for (int i = 0; i < 40; i++) {
            String invented = "/oauth2/callback?code=x&state=invented" + i;
            assertThat(header(gateway.stranger().get(invented), "X-Latchkey-Problem"))
                    .isEqualTo("sign-in.state.missing");
        }

        assertThat(header(gateway.stranger().get(path), "X-Latchkey-Problem")).isEqualTo("sign-in.state.missing");
        // An attempt of the browser's own needs no looking up.
        assertThat(signIn(gateway, INSTANCE).toString()).startsWith(INSTANCE);
    }

    @Test
    void O08_saysThatSomebodyCancelled() {
        HttpPerson person = gateway.stranger();
        HttpResponse<String> answer = person.arrive(github.decline(begin(person, INSTANCE)));

        assertError(answer, 403, "Failed to exchange token");
    }

    @Test
    void O09_saysThatGitHubRefusedTheCode() {
        String refused = "{\"error\":\"bad_verification_code\"}";
        HttpPerson person = gateway.stranger();
        github.tokenEndpoint().next(Fault.body(200, refused));
        assertError(back(person, begin(person, INSTANCE)), 400, "Failed to exchange token");
        github.tokenEndpoint().next(Fault.status(503));
        assertError(back(person, begin(person, INSTANCE)), 502, "Failed to exchange token");
        assertThat(person.cookie("latchkey")).isNull();

        HttpPerson old = legacy.stranger();
        github.tokenEndpoint().next(Fault.body(200, refused));
        assertError(back(old, begin(old, INSTANCE)), 500, "Failed to exchange token");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "403 {\"message\":\"Forbidden\"}",
                "500 {}",
                "200 {\"login\":\"ghost\"}",
                "200 {\"login\":\"ghost\",\"id\":0}",
                "200 {\"id\":17}",
                "200 []"
            })
    void O10_signsNobodyInWithoutAProfile(String profile) {
        HttpPerson person = gateway.stranger();
        URI provider = begin(person, INSTANCE);
        github.userEndpoint().next(Fault.body(Integer.parseInt(profile.substring(0, 3)), profile.substring(4)));

        assertError(back(person, provider), 502, "Failed to get user info");
        assertThat(person.cookie("latchkey")).isNull();
    }

    @Test
    void O11_leadsToTheCallbackOfABareOrigin() {
        for (String target : new String[] {INSTANCE, INSTANCE + "/"}) {
            URI back = signIn(legacy, target);
            assertThat(back.toString()).startsWith(INSTANCE + "/auth/callback?token=");
            assertThat(back.getRawQuery()).matches("token=[A-Za-z0-9._-]+&user=" + login);
        }
    }

    @Test
    void O12_mergesTheTokenIntoAnAddress() {
        String nested = "frontend_redirect=" + encoded("https://front.example/x?a=b&c=d");
        assertThat(signIn(gateway, INSTANCE + "/api/v1/auth/oauth/callback?" + nested)
                        .toString())
                .matches(java.util.regex.Pattern.quote(INSTANCE + "/api/v1/auth/oauth/callback?" + nested)
                        + "&token=[A-Za-z0-9._-]+");
        assertThat(signIn(gateway, INSTANCE + "/api/v1/auth/control/callback").toString())
                .matches(java.util.regex.Pattern.quote(INSTANCE + "/api/v1/auth/control/callback")
                        + "\\?token=[A-Za-z0-9._-]+");
        // A link that brings a token of its own would sign people in as somebody else.
        assertThat(query(signIn(gateway, INSTANCE + "/auth/callback?token=planted&%74oken=planted&user=x&b=1")))
                .containsEntry("b", "1")
                .doesNotContainValue("planted");
    }

    @Test
    void O13_putsAOneTimeCodeIntoTheAddressAndNoToken() {
        URI back = signIn(gateway, INSTANCE);
        String code = query(back).get("token");
        assertThat(back.toString()).doesNotContain("gho_").doesNotContain("eyJ");

        assertThat(redeem(gateway, code).statusCode()).isEqualTo(200);
        assertError(redeem(gateway, code), 401, "Invalid token");
        assertError(get(gateway, "/api/v1/user/me", code), 401, "Invalid token");

        String late = query(signIn(gateway, INSTANCE)).get("token");
        clock.advance(Duration.ofSeconds(61));
        assertError(redeem(gateway, late), 401, "Invalid token");
    }

    @Test
    void O13_givesACodeToTheInstanceThatItWasMadeFor() {
        for (String body : new String[] {
            "{\"token\":\"%s\",\"redirect_uri\":\"" + OTHER + "/x\"}", "{\"token\":\"%s\",\"redirect_uri\":\"?\"}"
        }) {
            String code = query(signIn(gateway, INSTANCE)).get("token");
            assertError(post(gateway, "/api/v1/auth/oauth/callback", body.formatted(code)), 401, "Invalid token");
            // Whoever had it tried to use it elsewhere: it is spent.
            assertError(redeem(gateway, code), 401, "Invalid token");
        }
        String code = query(signIn(gateway, INSTANCE)).get("token");
        assertError(redeem(gateway, code, "Origin", OTHER), 401, "Invalid token");
        String good = query(signIn(gateway, INSTANCE)).get("token");
        assertThat(redeem(gateway, good, "Origin", INSTANCE).statusCode()).isEqualTo(200);
    }

    @Test
    void O13_redeemsNothingForWhoeverDoesNotSayWhoItIs() {
        String code = query(signIn(gateway, INSTANCE)).get("token");
        String words = "Say by redirect_uri which instance asks, or use a route of its own";

        assertError(post(gateway, REDEEM, "{\"token\":\"" + code + "\"}"), 401, words);
        // Nothing is spent by that.
        String token = json(redeem(gateway, code)).path("token").asText();
        assertError(post(gateway, REDEEM, "{\"token\":\"" + token + "\"}"), 401, words);
    }

    @Test
    void O13_tellsInstancesApartByTheirRoutes() {
        try (TestGateway routed = TestGateway.signingInAt(github)
                .clock(clock)
                .property("latchkey.login-broker.return-targets", INSTANCE + "," + OTHER)
                .property("latchkey.login-broker.instances.a", INSTANCE)
                .property("latchkey.login-broker.instances.b", OTHER)
                .route("a", "path: /a/**", "to: builtin:login-broker", "allow: [anyone]")
                .route("b", "path: /b/**", "to: builtin:login-broker", "allow: [anyone]")
                .start()) {
            String plain = "{\"token\":\"%s\"}";
            String spent = codeOf(routed, "/a/auth/github?redirect_uri=" + INSTANCE);
            assertError(post(routed, "/b" + REDEEM, plain.formatted(spent)), 401, "Invalid token");
            assertError(post(routed, "/a" + REDEEM, plain.formatted(spent)), 401, "Invalid token");
            String code = codeOf(routed, "/a/auth/github");
            String token = json(post(routed, "/a" + REDEEM, plain.formatted(code)))
                    .path("token")
                    .asText();

            assertThat(get(routed, "/a" + ME, token).statusCode()).isEqualTo(200);
            assertError(get(routed, "/b" + ME, token), 401, "Invalid token");
            assertError(post(routed, "/b" + REDEEM, plain.formatted(token)), 401, "Invalid token");
            assertError(post(routed, "/b" + REDEEM, redeeming(token, INSTANCE)), 401, "Invalid token");
            assertThat(post(routed, "/a" + REDEEM, plain.formatted(token)).statusCode())
                    .isEqualTo(200);
            assertError(routed.stranger().get("/b/auth/github?redirect_uri=" + INSTANCE), 400, "Invalid redirect_uri");
        }
        assertRefused("latchkey.login-broker.instances.broker", "https://unlisted.example");
    }

    private String codeOf(TestGateway at, String start) {
        HttpPerson person = at.stranger();
        HttpResponse<String> back = back(person, URI.create(header(person.get(start), "Location")));
        return query(URI.create(header(back, "Location"))).get("token");
    }

    @Test
    void O13_spendsACodeOnceHoweverManyAsk() throws Exception {
        String code = query(signIn(gateway, INSTANCE)).get("token");
        List<Integer> statuses = together(20, () -> redeem(gateway, code).statusCode());

        assertThat(statuses).containsOnlyOnce(200).containsOnly(200, 401);
    }

    @Test
    void O13_leadsBackWithACookieAloneAndWithAJwtOnlyIfToldTo() throws Exception {
        try (TestGateway clean = builder()
                .property("latchkey.login-broker.token-in-query", "none")
                .property("latchkey.login-broker.return-targets", INSTANCE + "/home")
                .property("latchkey.login-broker.default-target", "")
                .start()) {
            HttpPerson person = clean.stranger();
            for (String elsewhere : new String[] {"", "/", "/auth/callback", "/home/x", "/homer"}) {
                assertError(
                        clean.stranger().get("/auth/github?redirect_uri=" + INSTANCE + elsewhere),
                        400,
                        "Invalid redirect_uri");
            }
            HttpResponse<String> answer = back(person, begin(person, INSTANCE + "/home?a=b"));
            assertThat(header(answer, "Location")).isEqualTo(INSTANCE + "/home?a=b");
            String cookie = answer.headers().allValues("Set-Cookie").stream()
                    .filter(line -> line.startsWith("latchkey="))
                    .findFirst()
                    .orElseThrow();
            assertThat(cookie).containsIgnoringCase("HttpOnly").contains("SameSite=Lax");
            assertThat(json(person.get("/api/v1/user/me"))
                            .path("user")
                            .path("username")
                            .asText())
                    .isEqualTo(login);
        }
        try (TestGateway jwt = builder()
                .property("latchkey.login-broker.token-in-query", "jwt")
                .property("latchkey.login-broker.jwt-secret", SECRET)
                .start()) {
            String token = query(signIn(jwt, INSTANCE)).get("token");
            assertThat(payload(token)).doesNotContainKey("access_token").containsKey("expires_at");
            assertThat(get(jwt, "/api/v1/user/me", token).statusCode()).isEqualTo(200);
        }
        assertRefused("latchkey.login-broker.jwt-secret", "", "latchkey.login-broker.token-in-query", "jwt");
        assertRefused("latchkey.login-broker.token-in-query", "everything");
    }

    @Test
    void O14_makesTheJwtThatTrackeepKnows() throws Exception {
        String token = query(signIn(legacy, INSTANCE)).get("token");
        JwtClaims claims = new JwtConsumerBuilder()
                .setVerificationKey(new HmacKey(SECRET.getBytes(UTF_8)))
                .setRequireExpirationTime()
                .setEvaluationTime(NumericDate.fromMilliseconds(clock.millis()))
                .build()
                .processToClaims(token);

        String head = new String(Base64.getUrlDecoder().decode(token.split("\\.")[0]), UTF_8);
        assertThat(JSON.readTree(head)).isEqualTo(JSON.readTree("{\"alg\":\"HS256\",\"typ\":\"JWT\"}"));
        assertThat(claims.getClaimValue("user_id", Long.class))
                .isEqualTo(github.person(login).id());
        assertThat(claims.getClaimValue("github_id", Long.class))
                .isEqualTo(github.person(login).id());
        assertThat(claims.getStringClaimValue("username")).isEqualTo(login);
        assertThat(claims.getStringClaimValue("email")).isEqualTo(login + "@acme.example");
        assertThat(claims.getStringClaimValue("token_type")).isEqualTo("bearer");
        assertThat(claims.getStringClaimValue("access_token")).matches(github::isLive);
        assertThat(claims.hasClaim("expires_at")).isFalse();
        assertThat(claims.getExpirationTime().getValue() - claims.getIssuedAt().getValue())
                .isEqualTo(604_800);

        github.app().expiringTokens(Duration.ofHours(8));
        assertThat(payload(query(signIn(legacy, INSTANCE)).get("token"))).containsEntry("expires_at", (int)
                clock.instant().plus(Duration.ofHours(8)).getEpochSecond());
    }

    // Who it is

    @Test
    void O15_tellsWhoIsSignedIn() throws Exception {
        github.person(login).avatarUrl("https://avatars.example/u/1");
        String token = token(legacy);
        for (String authorization : new String[] {"Bearer " + token, token}) {
            HttpResponse<String> answer = legacy.stranger().get("/api/v1/user/me", "Authorization", authorization);
            assertThat(answer.statusCode()).isEqualTo(200);
            JsonNode user = json(answer).path("user");
            assertThat(user.fieldNames())
                    .toIterable()
                    .containsExactly(
                            "id",
                            "github_id",
                            "username",
                            "email",
                            "name",
                            "avatar_url",
                            "created_at",
                            "last_login",
                            "role");
            assertThat(user.path("id").isIntegralNumber()).isTrue();
            assertThat(user.path("github_id").asLong())
                    .isEqualTo(github.person(login).id());
            assertThat(user.path("username").asText()).isEqualTo(login);
            assertThat(user.path("name").asText()).isEqualTo("Some One");
            assertThat(user.path("avatar_url").asText()).isEqualTo("https://avatars.example/u/1");
            assertThat(java.time.OffsetDateTime.parse(user.path("created_at").asText())
                            .toInstant())
                    .isEqualTo(clock.instant());
            assertThat(user.path("role").asText()).isEmpty();
        }
        assertError(legacy.stranger().get("/api/v1/user/me"), 401, "No authorization header");
        assertError(get(legacy, "/api/v1/user/me", "nonsense"), 401, "Invalid token");
        Map<String, Object> claims = new TreeMap<>(Map.of("user_id", 7, "exp", clock.millis() / 1000 + 60));
        assertError(get(legacy, "/api/v1/user/me", signed("HS256", SECRET, claims)), 404, "User not found");
        claims.remove("user_id");
        assertError(get(legacy, "/api/v1/user/me", signed("HS256", SECRET, claims)), 401, "Invalid token claims");
    }

    @Test
    void O16_knowsThePersonAfterARestart() throws Exception {
        String token;
        int port = TestGateway.freePort();
        try (TestGateway before = builder().dataIn(folder).port(port).start()) {
            token = token(before);
        }
        try (TestGateway after = builder().dataIn(folder).port(port).start()) {
            JsonNode user = json(get(after, "/api/v1/user/me", token)).path("user");
            assertThat(user.path("github_id").asLong())
                    .isEqualTo(github.person(login).id());
        }
        String claims = signed("HS256", SECRET, Map.of("exp", clock.millis() / 1000 + 60, "github_id", 1));
        assertError(get(legacy, "/api/v1/user/me", claims), 401, "Invalid token claims");
    }

    @Test
    void O17_redeemsTokensAtBothAddresses() {
        for (String path : new String[] {"/api/v1/auth/oauth/callback", "/api/v1/auth/control/callback"}) {
            String code = query(signIn(gateway, INSTANCE)).get("token");
            HttpResponse<String> answer = post(gateway, path, redeeming(code, INSTANCE));
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(json(answer).path("user").fieldNames())
                    .toIterable()
                    .containsExactly("id", "github_id", "username", "email", "name", "avatar_url");
            String token = json(answer).path("token").asText();
            assertThat(json(post(gateway, path, redeeming(token, INSTANCE)))
                            .path("token")
                            .asText())
                    .isEqualTo(token);
            assertError(post(gateway, path, redeeming("lkb_nonsense", INSTANCE)), 401, "Invalid token");
            assertError(post(gateway, path, redeeming("x".repeat(9000), INSTANCE)), 401, "Invalid token");
            for (String body :
                    new String[] {"", "{", "[]", "{}", "{\"token\":7}", "{\"token\":\"\"}", "x".repeat(20_000)}) {
                assertError(post(gateway, path, body), 400, "Invalid request");
            }
            assertThat(gateway.stranger().get(path).statusCode()).isEqualTo(405);
        }
    }

    @Test
    void O17_redeemsNoTokenForAnotherInstance() {
        for (TestGateway at : new TestGateway[] {gateway, legacy}) {
            String token = token(at);

            assertError(post(at, REDEEM, redeeming(token, OTHER)), 401, "Invalid token");
            assertError(post(at, REDEEM, "{\"token\":\"" + token + "\"}", "Origin", OTHER), 401, "Invalid token");
            assertError(redeem(at, token, "Origin", OTHER), 401, "Invalid token");
            assertThat(redeem(at, token).statusCode()).isEqualTo(200);
        }
    }

    @Test
    void O18_handsOutAFreshTokenInPlaceOfAnOldOne() {
        String token = token(gateway);
        clock.advance(WEEK.dividedBy(2).minusMinutes(1));
        assertThat(json(redeem(gateway, token)).path("token").asText()).isEqualTo(token);
        clock.advance(Duration.ofMinutes(2));

        String fresh = json(redeem(gateway, token)).path("token").asText();

        assertThat(fresh).isNotEqualTo(token);
        assertThat(json(redeem(gateway, fresh)).path("token").asText()).isEqualTo(fresh);
    }

    @Test
    void O19_offersANewTokenWithAnyAnswerAndKeepsTheOldForAWhile() throws Exception {
        for (TestGateway at : new TestGateway[] {gateway, legacy}) {
            String token = token(at);
            assertThat(get(at, "/api/v1/user/me", token).headers().firstValue("X-Trackeep-Controller-Token"))
                    .isEmpty();
            clock.advance(WEEK.dividedBy(2).plusMinutes(1));

            List<String> offered =
                    together(8, () -> header(get(at, "/api/v1/user/me", token), "X-Trackeep-Controller-Token"));
            String fresh = offered.get(0);
            assertThat(offered).containsOnly(fresh);
            // On failures, too.
            HttpResponse<String> failure = get(at, "/api/v1/github/app/installations/1/verify", token);
            assertThat(failure.statusCode()).isEqualTo(403);
            assertThat(header(failure, "X-Trackeep-Controller-Token")).isEqualTo(fresh);
            assertThat(get(at, "/api/v1/user/me", token).statusCode()).isEqualTo(200);

            clock.advance(WEEK.dividedBy(2));
            assertError(get(at, "/api/v1/user/me", token), 401, "Invalid token");
            assertThat(get(at, "/api/v1/user/me", fresh).statusCode()).isEqualTo(200);
        }
        assertError(get(gateway, "/api/v1/user/me", token(legacy)), 401, "Invalid token");
        assertError(get(legacy, "/api/v1/user/me", token(gateway)), 401, "Invalid token");
    }

    @Test
    void O19_answersThoughNoNewTokenCanBeMade() {
        github.app().expiringTokens(Duration.ofHours(8));
        String token = token(legacy);
        clock.advance(WEEK.dividedBy(2).plusMinutes(1));
        github.refreshes().always(Fault.status(500));

        HttpResponse<String> answer = get(legacy, ME, token);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(header(answer, ROTATED)).isNull();
        assertThat(json(redeem(legacy, token)).path("token").asText()).isEqualTo(token);

        github.refreshes().heal();
        clock.advance(Duration.ofMinutes(10));
        assertThat(header(get(legacy, ME, token), ROTATED)).isNotNull();
    }

    @Test
    void O19_renewsATokenNoLongerThanAMonthAfterTheSignIn() {
        String token = token(gateway);
        Duration passed = Duration.ZERO;
        Duration step = Duration.ofDays(3).plusHours(13);
        while (passed.compareTo(Duration.ofDays(60)) < 0) {
            clock.advance(step);
            passed = passed.plus(step);
            HttpResponse<String> answer = get(gateway, ME, token);
            if (answer.statusCode() != 200) {
                break;
            }
            String fresh = header(answer, ROTATED);
            token = fresh == null ? token : fresh;
        }
        assertThat(passed).isBetween(Duration.ofDays(30), Duration.ofDays(30).plus(step));
        assertRefused("latchkey.login-broker.max-age", "1d");
    }

    @Test
    void O25_endsATokenTogetherWithThoseItWasRenewedBy() {
        for (TestGateway at : new TestGateway[] {gateway, legacy}) {
            for (boolean byTheOld : new boolean[] {true, false}) {
                String old = token(at);
                String another = token(at);
                clock.advance(WEEK.dividedBy(2).plusMinutes(1));
                String fresh = header(get(at, ME, old), ROTATED);
                HttpResponse<String> out =
                        post(at, "/api/v1/auth/logout", "", "Authorization", "Bearer " + (byTheOld ? old : fresh));
                assertThat(out.statusCode()).isEqualTo(200);
                await().until(() -> get(at, ME, old).statusCode() == 401);
                await().until(() -> get(at, ME, fresh).statusCode() == 401);
                assertThat(get(at, ME, another).statusCode()).isEqualTo(200);
            }
        }
    }

    @Test
    void O25_endsThemOnTheAccountPageToo() {
        HttpPerson person = gateway.stranger();
        String code = query(URI.create(header(back(person, begin(person, INSTANCE)), "Location")))
                .get("token");
        String old = json(redeem(gateway, code)).path("token").asText();
        clock.advance(WEEK.dividedBy(2).plusMinutes(1));
        String fresh = header(get(gateway, ME, old), ROTATED);
        person.signIn(github, login, "/app/x");
        JsonNode listed = json(person.fetch("/oauth2/account/tokens"));
        assertThat(listed).hasSize(2);

        assertThat(person.send(
                                "DELETE",
                                "/oauth2/account/tokens/"
                                        + listed.path(0).path("id").asText(),
                                null,
                                "Origin",
                                gateway.url())
                        .statusCode())
                .isEqualTo(204);

        await().until(() -> get(gateway, ME, old).statusCode() == 401);
        await().until(() -> get(gateway, ME, fresh).statusCode() == 401);
    }

    @Test
    void takesATokenInNoOtherForm() throws Exception {
        String opaque = token(gateway);
        assertThat(opaque).startsWith("lkb_lk_");
        String bare = opaque.substring("lkb_".length());
        assertThat(get(gateway, CHECK, bare).statusCode()).isIn(401, 503);
        assertThat(get(gateway, "/app/x", bare).statusCode()).isEqualTo(401);
        assertThat(get(gateway, "/github/user", bare).statusCode()).isEqualTo(401);
        assertThat(get(gateway, ME, bare).statusCode()).isEqualTo(401);
        String inside = String.valueOf(payload(token(legacy)).get("jti"));
        assertThat(inside).startsWith("lk_");
        assertThat(get(legacy, "/app/x", inside).statusCode()).isEqualTo(401);
        assertThat(app.requests()).isEmpty();
    }

    @Test
    void handsNoAppATokenOfThisService() {
        String token = token(gateway);
        HttpPerson person = gateway.stranger();
        person.signIn(github, login, "/app/x");
        app.forgetRequests();

        for (String scheme : new String[] {"Bearer ", "bearer ", "token "}) {
            for (String path : new String[] {"/app/x", "/open/x", "/github/user"}) {
                assertThat(person.fetch(path, "Authorization", scheme + token).statusCode())
                        .isEqualTo(401);
            }
        }
        assertThat(app.requests()).isEmpty();
    }

    @Test
    void takesNoJwtOfAnInstanceThatKnowsOnlyThePublicIdOfAToken() throws Exception {
        HttpPerson person = legacy.stranger();
        String token = query(URI.create(header(back(person, begin(person, INSTANCE)), "Location")))
                .get("token");
        String id =
                json(person.fetch("/oauth2/account/tokens")).path(0).path("id").asText();
        assertThat(id).isNotEmpty();
        Map<String, Object> claims = payload(token);
        claims.put("jti", id);

        assertError(get(legacy, ME, signed("HS256", SECRET, claims)), 401, "Invalid token");
    }

    // GitHub

    @Test
    void O20_listsThePersonsOwnRepositories() {
        String mine =
                "[{\"id\":1,\"full_name\":\"" + login + "/newest\"},{\"id\":2,\"full_name\":\"" + login + "/old\"}]";
        github.content().put("/user/repos?affiliation=owner&sort=updated&per_page=100", mine);
        String token = token(gateway);
        github.forgetCalls();

        HttpResponse<String> first = get(gateway, "/api/v1/github/repos", token);
        HttpResponse<String> second = get(gateway, "/api/v1/github/repos", token);

        assertThat(first.body()).isEqualTo("{\"repos\":" + mine + "}").isEqualTo(second.body());
        assertThat(github.calls().count()).isEqualTo(1);
        clock.advance(Duration.ofHours(2));
        github.endpoint("/api/v3/user/repos").always(Fault.quotaExhausted(Duration.ofMinutes(30)));
        login = login + "b";
        String other = token(gateway);
        HttpResponse<String> limited = get(gateway, "/api/v1/github/repos", other);
        assertThat(limited.statusCode()).isEqualTo(429);
        assertThat(header(limited, "Retry-After")).matches("[1-9][0-9]*");
    }

    @Test
    void O21_tellsTheGitHubTokenOnlyWhereToldTo(CapturedOutput output) {
        String path = "/api/v1/github/user/access-token";
        assertError(get(gateway, path, token(gateway)), 403, "access_token_not_exposed");

        github.app().expiringTokens(Duration.ofHours(8));
        JsonNode told = json(get(legacy, path, token(legacy)));
        assertThat(told.path("access_token").asText()).matches(github::isLive);
        assertThat(told.path("source").asText()).isEqualTo("user");
        assertThat(java.time.Instant.parse(told.path("expires_at").asText()))
                .isAfterOrEqualTo(clock.instant().plusSeconds(60));
        assertThat(output.getOut()).contains(INSTANCE + " was told the person's GitHub token");
        assertThat(output.getOut()).doesNotContain(told.path("access_token").asText());

        try (TestGateway one = builder()
                .property("latchkey.login-broker.expose-access-token", OTHER)
                .start()) {
            assertError(get(one, path, token(one)), 403, "access_token_not_exposed");
            String code = query(signIn(one, OTHER)).get("token");
            String allowed = json(post(one, REDEEM, redeeming(code, OTHER)))
                    .path("token")
                    .asText();
            assertThat(get(one, path, allowed).statusCode()).isEqualTo(200);
        }
    }

    @Test
    void O22_speaksOfTheAppAndItsInstallations() {
        github.content()
                .put(
                        "/user/installations",
                        "{\"total_count\":1,\"installations\":[{\"id\":99,\"app_slug\":\"trackeep\",\"permissions\":{"
                                + "\"contents\":\"write\",\"metadata\":\"read\"},"
                                + "\"account\":{\"login\":\"acme\",\"type\":\"Organization\"}}]}");
        github.content()
                .put(
                        "/user/installations/99/repositories",
                        "{\"total_count\":2,\"repositories\":["
                                + "{\"name\":\"wiki\",\"owner\":{\"login\":\"acme\"},\"permissions\":{\"admin\":true}},"
                                + "{\"name\":\"shop\",\"owner\":{\"login\":\"acme\"},\"permissions\":{\"admin\":false}}]}");
        String token = token(legacy);
        String app = "/api/v1/github/app";

        assertThat(legacy.stranger().get(app + "/info").body())
                .isEqualTo("{\"app_slug\":\"trackeep\",\"install_enabled\":true,\"sign_in_configured\":true,"
                        + "\"credentials_configured\":true}");
        assertThat(get(legacy, app + "/install-url?redirect_uri=" + encoded(INSTANCE + "/x"), token)
                        .body())
                .isEqualTo("{\"install_url\":\"" + github.webUrl() + "/github-apps/trackeep/installations/new\"}");
        assertError(
                get(legacy, app + "/install-url?redirect_uri=https://evil.example", token),
                400,
                "Invalid redirect_uri");
        assertThat(get(legacy, app + "/installations/99/verify", token).body())
                .isEqualTo("{\"verified\":true,\"installation_id\":99,\"account_login\":\"acme\","
                        + "\"account_type\":\"Organization\",\"app_slug\":\"trackeep\"}");
        assertThat(json(get(legacy, app + "/installations/99/repos", token)).path("repositories"))
                .hasSize(2);
        JsonNode told = json(get(legacy, app + "/installations/99/access-token", token));
        assertThat(told.path("installation_id").asLong()).isEqualTo(99);
        assertThat(told.path("source").asText()).isEqualTo("installation");
        // Only into what the person administers: with the token one can do whatever the App may.
        assertThat(github.installationToken(told.path("access_token").asText())
                        .orElseThrow()
                        .repositories()
                        .toString())
                .contains("wiki")
                .doesNotContain("shop");
        for (String what : new String[] {"verify", "repos", "access-token"}) {
            assertError(get(legacy, app + "/installations/98/" + what, token), 403, "installation_not_accessible");
            assertError(legacy.stranger().get(app + "/installations/99/" + what), 401, "No authorization header");
        }
        assertThat(get(legacy, app + "/installations/99%2f..%2f98/verify", token)
                        .statusCode())
                .isEqualTo(400);
        assertError(
                get(gateway, app + "/installations/99/access-token", token(gateway)), 403, "access_token_not_exposed");
    }

    @Test
    void O22_tellsNoTokenThatReachesBeyondRepositories() {
        gitHubApp.permission("organization_administration", "write").permission("members", "read");
        try (TestGateway capped = builder()
                .property("latchkey.login-broker.expose-access-token", "true")
                .property("latchkey.login-broker.app-slug", "trackeep")
                .property("latchkey.login-broker.installation-permissions.contents", "read")
                .property("latchkey.login-broker.installation-permissions.members", "read")
                .properties(gitHubApp.gatewayProperties())
                .start()) {
            String all = "\"contents\":\"write\",\"metadata\":\"read\",\"members\":\"read\","
                    + "\"organization_administration\":\"write\"";
            assertThat(permissionsTold(legacy, all)).isEqualTo(Map.of("contents", "write", "metadata", "read"));
            assertThat(permissionsTold(capped, all)).isEqualTo(Map.of("contents", "read"));
            assertError(
                    installationToken(legacy, "\"members\":\"read\",\"organization_administration\":\"write\""),
                    403,
                    "installation_not_accessible");
            assertError(installationToken(legacy, ""), 403, "installation_not_accessible");
        } finally {
            gitHubApp.permission("organization_administration", null).permission("members", null);
        }
        TestGateway.Builder nameless = builder()
                .property("latchkey.login-broker.expose-access-token", "true")
                .properties(gitHubApp.gatewayProperties());
        assertThatThrownBy(() -> nameless.start().close())
                .hasStackTraceContaining(ConfigurationRefused.class.getName())
                .hasStackTraceContaining("latchkey.login-broker.app-slug");
    }

    @Test
    void O22_asksGitHubAnewWhoMaySeeAnInstallation() {
        installationToken(legacy, "\"contents\":\"read\"");
        String token = token(legacy);
        String verify = "/api/v1/github/app/installations/99/verify";
        assertThat(get(legacy, verify, token).statusCode()).isEqualTo(200);

        github.content().put("/user/installations", "{\"total_count\":0,\"installations\":[]}");
        assertError(get(legacy, verify, token), 403, "installation_not_accessible");

        installationToken(legacy, "\"contents\":\"read\"");
        token = token(legacy);
        assertThat(get(legacy, verify, token).statusCode()).isEqualTo(200);
        github.endpoint("/api/v3/user/installations").always(Fault.status(503));
        assertThat(get(legacy, verify, token).statusCode()).isGreaterThanOrEqualTo(500);
    }

    private Map<String, String> permissionsTold(TestGateway at, String granted) {
        String told = json(installationToken(at, granted)).path("access_token").asText();
        return github.installationToken(told).orElseThrow().permissions();
    }

    private HttpResponse<String> installationToken(TestGateway at, String granted) {
        clock.advance(Duration.ofHours(2));
        github.content()
                .put(
                        "/user/installations",
                        "{\"total_count\":1,\"installations\":[{\"id\":99,\"app_slug\":\"trackeep\","
                                + "\"permissions\":{" + granted + "}}]}");
        github.content()
                .put(
                        "/user/installations/99/repositories",
                        "{\"total_count\":1,\"repositories\":["
                                + "{\"name\":\"wiki\",\"owner\":{\"login\":\"acme\"},\"permissions\":{\"admin\":true}}]}");
        return get(at, "/api/v1/github/app/installations/99/access-token", token(at));
    }

    // The service itself

    @Test
    void O23_isWell() {
        JsonNode health = json(gateway.stranger().get("/health"));
        assertThat(health.path("status").asText()).isEqualTo("ok");
        assertThat(health.path("time").asLong()).isEqualTo(clock.instant().getEpochSecond());
        assertThat(health.fieldNames()).toIterable().containsExactly("status", "service", "version", "time");
    }

    @Test
    void O24_letsPagesOfListedOriginsCall() {
        HttpResponse<String> preflight = gateway.stranger()
                .send("OPTIONS", "/api/v1/user/me", null, "Origin", INSTANCE, "Access-Control-Request-Method", "GET");
        assertThat(preflight.statusCode()).isEqualTo(204);
        assertThat(header(preflight, "Access-Control-Allow-Origin")).isEqualTo(INSTANCE);
        assertThat(header(preflight, "Access-Control-Allow-Credentials")).isEqualTo("true");
        assertThat(header(preflight, "Access-Control-Allow-Methods")).isEqualTo("GET, POST, PUT, DELETE, OPTIONS");
        assertThat(header(preflight, "Access-Control-Allow-Headers")).isEqualTo("Content-Type, Authorization");
        HttpResponse<String> failure = gateway.stranger().get("/api/v1/user/me", "Origin", INSTANCE);
        assertThat(failure.statusCode()).isEqualTo(401);
        assertThat(header(failure, "Access-Control-Allow-Origin")).isEqualTo(INSTANCE);
        assertThat(failure.headers().allValues("Vary").toString()).contains("Origin");

        for (String origin : new String[] {
            "null",
            "https://evil.example",
            INSTANCE + ".evil.example",
            "http://trackeep.acme.example",
            OTHER,
            "*",
            INSTANCE.toUpperCase(java.util.Locale.ROOT),
            INSTANCE + ", https://evil.example"
        }) {
            HttpResponse<String> answer = gateway.stranger().send("OPTIONS", "/health", null, "Origin", origin);
            assertThat(answer.statusCode()).isEqualTo(204);
            assertThat(answer.headers().map().keySet().toString().toLowerCase(java.util.Locale.ROOT))
                    .as(origin)
                    .doesNotContain("access-control-allow");
        }
        try (TestGateway open = builder()
                .property("latchkey.login-broker.cors-allowed-origins", "*")
                .start()) {
            HttpResponse<String> answer = open.stranger().get("/health", "Origin", "https://evil.example");
            assertThat(header(answer, "Access-Control-Allow-Origin")).isEqualTo("*");
            assertThat(header(answer, "Access-Control-Allow-Credentials")).isNull();
        }
        assertRefused("latchkey.login-broker.cors-allowed-origins", "null");
    }

    @Test
    void O27_endsTheSessionWhenItsRefreshTokenIsSpent() {
        github.app().expiringTokens(Duration.ofHours(1));
        HttpPerson person = gateway.stranger();
        person.signIn(github, login, "/app/x");
        clock.advance(Duration.ofHours(2));
        github.refreshes().always(Fault.body(200, "{\"error\":\"bad_refresh_token\"}"));

        HttpResponse<String> answer = person.fetch("/app/x");
        int asked = github.calls().withGrant("refresh_token").count();
        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(answer.body()).contains("\"login_url\"");
        for (int i = 0; i < 5; i++) {
            assertThat(person.fetch("/app/x").statusCode()).isEqualTo(401);
        }
        assertThat(github.calls().withGrant("refresh_token").count()).isEqualTo(asked);
    }

    @Test
    void O28_knowsAReturningPersonByNumber() {
        String token = token(gateway);
        long id = github.person(login).id();
        clock.advance(Duration.ofHours(1));
        String first = json(get(gateway, "/api/v1/user/me", token))
                .path("user")
                .path("created_at")
                .asText();
        github.person(login).rename(login + "-new").avatarUrl("https://avatars.example/new");
        login = login + "-new";

        token(gateway);

        JsonNode user = json(get(gateway, "/api/v1/user/me", token)).path("user");
        assertThat(user.path("id").asLong()).isEqualTo(id);
        assertThat(user.path("username").asText()).isEqualTo(login);
        assertThat(user.path("avatar_url").asText()).isEqualTo("https://avatars.example/new");
        assertThat(user.path("created_at").asText()).isEqualTo(first);
        assertThat(user.path("last_login").asText()).isNotEqualTo(first);
    }

    @Test
    void O30_signsAHundredPeopleInAtOnce() throws Exception {
        List<Callable<Long>> all = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            String each = "crowd" + i;
            github.person(each);
            all.add(() -> {
                HttpPerson person = gateway.stranger();
                URI back =
                        URI.create(header(person.arrive(github.authorize(begin(person, INSTANCE), each)), "Location"));
                JsonNode user = json(redeem(gateway, query(back).get("token"))).path("user");
                assertThat(user.path("username").asText()).isEqualTo(each);
                return user.path("id").asLong();
            });
        }
        assertThat(new HashSet<>(together(all))).hasSize(100).doesNotContain(0L);
    }

    @Test
    void O31_keepsTokensUnreadableAndOutOfTheLog(CapturedOutput output) throws IOException {
        try (TestGateway stored = builder()
                .dataIn(folder)
                .property("logging.level.dev.latchkey", "TRACE")
                .property("latchkey.login-broker.token-in-query", "jwt-with-github-token")
                .property("latchkey.login-broker.jwt-secret", SECRET)
                .property("latchkey.login-broker.expose-access-token", "true")
                .start()) {
            String token = token(stored);
            assertThat(get(stored, "/api/v1/github/user/access-token", token).statusCode())
                    .isEqualTo(200);
            clock.advance(WEEK.dividedBy(2).plusMinutes(1));
            assertThat(header(get(stored, "/api/v1/user/me", token), "X-Trackeep-Controller-Token"))
                    .isNotNull();
        }
        assertThat(output.getOut()).contains("token-in-query puts people's GitHub tokens into addresses");
        StringBuilder everything = new StringBuilder(output.getAll());
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                everything.append(Files.readString(file, java.nio.charset.StandardCharsets.ISO_8859_1));
            }
        }
        assertThat(github.liveTokensOf(login)).isNotEmpty();
        github.liveTokensOf(login).forEach(token -> assertThat(everything).doesNotContain(token.value()));
        assertThat(everything).doesNotContain(SECRET).doesNotContain("\"access_token\"");
    }

    @Test
    void O32_asksForNoMoreThanIsNeeded() {
        assertThat(query(begin(gateway.stranger(), INSTANCE)).get("scope").split(" "))
                .containsExactlyInAnyOrder("read:user", "user:email", "read:org");
        try (TestGateway more = builder()
                .property("latchkey.github.scopes", "read:user,user:email,repo")
                .start()) {
            assertThat(query(begin(more.stranger(), INSTANCE)).get("scope").split(" "))
                    .contains("repo");
        }
    }

    @Test
    void O33_signsInAtAnEnterpriseHost() {
        // The stand-in is laid out as one: the web at the root, the API below.
        HttpPerson person = gateway.stranger();
        URI provider = begin(person, INSTANCE);
        back(person, provider);

        assertThat(provider.toString()).startsWith(github.webUrl() + "/login/oauth/authorize");
        assertThat(github.calls().to("POST", "/login/oauth/access_token").count())
                .isEqualTo(1);
        assertThat(github.calls().to("GET", "/api/v3/user").count()).isEqualTo(1);
    }

    @Test
    void O34_passesGitHubsApiThrough() {
        HttpPerson person = gateway.stranger();
        person.signIn(github, login, "/app/x");
        github.content()
                .put("/repos/acme/wiki/issues", "[]")
                .with("Link", "<" + github.apiUrl() + "/repos/acme/wiki/issues?page=2>; rel=\"next\"");
        github.content().on("POST", "/repos/acme/wiki/issues", 201, "{\"number\":1}", () -> {});

        HttpResponse<String> list = person.fetch("/github/repos/acme/wiki/issues", "X-Custom", "x");
        assertThat(header(list, "Link")).contains(gateway.url() + "/github/repos/acme/wiki/issues?page=2");
        HttpResponse<String> unchanged =
                person.fetch("/github/repos/acme/wiki/issues", "If-None-Match", header(list, "ETag"));
        assertThat(unchanged.statusCode()).isEqualTo(304);
        assertThat(person.send("POST", "/github/repos/acme/wiki/issues", "{}", "Origin", gateway.url())
                        .statusCode())
                .isEqualTo(201);
        assertThat(github.calls().last().login()).isEqualTo(login);
        assertThat(github.calls().last().header("Cookie")).isNull();
    }

    @Test
    void O35_keepsToGitHubsLimits() {
        HttpPerson person = gateway.stranger();
        person.signIn(github, login, "/app/x");
        github.content().put("/repos/acme/wiki", "{}");
        assertThat(header(person.fetch("/github/user"), "X-RateLimit-Remaining"))
                .matches("[0-9]+");
        github.endpoint("/api/v3/user/repos").always(Fault.quotaExhausted(Duration.ofMinutes(30)));
        person.fetch("/github/user/repos");
        github.forgetCalls();

        HttpResponse<String> blocked = person.fetch("/github/repos/acme/other");

        assertThat(blocked.statusCode()).isEqualTo(429);
        assertThat(header(blocked, "Retry-After")).matches("[1-9][0-9]*");
        assertThat(github.calls().count()).isZero();
    }

    @Test
    void O36_showsNobodyWhatAnotherWasTold() {
        String target = "/user/repos?affiliation=owner&sort=updated&per_page=100";
        String other = login + "other";
        github.content()
                .put(target, "[]")
                .bodyFor(login, "[{\"id\":1,\"private\":true}]")
                .bodyFor(other, "[{\"id\":2}]");
        String mine = token(gateway);
        login = other;
        github.person(other);
        String theirs = token(gateway);

        for (int i = 0; i < 2; i++) {
            assertThat(get(gateway, "/api/v1/github/repos", mine).body()).contains("\"id\":1");
            assertThat(get(gateway, "/api/v1/github/repos", theirs).body()).contains("\"id\":2");
        }
    }

    // The JWT as a credential

    @Test
    void U15_takesBothSecretsWhileTheyChange() throws Exception {
        String before;
        int port = TestGateway.freePort();
        try (TestGateway old = withSecrets(OLD_SECRET).dataIn(folder).port(port).start()) {
            before = token(old);
        }
        try (TestGateway both =
                withSecrets(SECRET + "," + OLD_SECRET).dataIn(folder).port(port).start()) {
            assertThat(get(both, "/api/v1/user/me", before).statusCode()).isEqualTo(200);
            String after = token(both);
            assertThat(new JwtConsumerBuilder()
                            .setVerificationKey(new HmacKey(SECRET.getBytes(UTF_8)))
                            .setEvaluationTime(NumericDate.fromMilliseconds(clock.millis()))
                            .build()
                            .processToClaims(after)
                            .getSubject())
                    .isNull();
        }
        try (TestGateway rolled = withSecrets(SECRET).dataIn(folder).port(port).start()) {
            assertError(get(rolled, "/api/v1/user/me", before), 401, "Invalid token");
        }
    }

    private static TestGateway.Builder withSecrets(String secrets) {
        return builder()
                .property("latchkey.login-broker.token-in-query", "jwt")
                .property("latchkey.login-broker.jwt-secret", secrets);
    }

    @Test
    void U16_takesNoOtherAlgorithmIssuerOrAudience() throws Exception {
        String token = token(legacy);
        github.content().put("/repos/Dvorinka/Trackeep/releases/latest", "{\"tag_name\":\"v1.0.0\",\"assets\":[]}");
        assertThat(get(legacy, CHECK, token).statusCode()).isEqualTo(200);
        assertThat(get(legacy, "/api/v1/user/me", token).statusCode()).isEqualTo(200);
        Map<String, Object> claims = payload(token);

        List<String> forged = new ArrayList<>();
        String none = Base64.getUrlEncoder().withoutPadding().encodeToString("{\"alg\":\"none\"}".getBytes(UTF_8));
        forged.add(none + "." + token.split("\\.")[1] + ".");
        forged.add(none + token.substring(token.indexOf('.')));
        String longer = SECRET + SECRET;
        forged.add(signed(AlgorithmIdentifiers.HMAC_SHA256, longer, claims));
        try (TestGateway other = withSecrets(longer).start()) {
            forged.add(token(other));
        }
        forged.add(token.substring(0, token.length() - 2) + "AA");
        Map<String, Object> elsewhere = new TreeMap<>(claims);
        elsewhere.put("iss", "https://other.example/login-broker");
        forged.add(signed(AlgorithmIdentifiers.HMAC_SHA256, SECRET, elsewhere));
        Map<String, Object> forOthers = new TreeMap<>(claims);
        forOthers.put("aud", "somebody");
        forged.add(signed(AlgorithmIdentifiers.HMAC_SHA256, SECRET, forOthers));
        Map<String, Object> unknown = new TreeMap<>(claims);
        unknown.put("jti", "made-up");
        forged.add(signed(AlgorithmIdentifiers.HMAC_SHA256, SECRET, unknown));
        for (String jwt : forged) {
            assertError(get(legacy, "/api/v1/user/me", jwt), 401, "Invalid token");
            assertThat(get(legacy, CHECK, jwt).statusCode()).isEqualTo(503);
        }
        // An instance holds the secret, so it can write anything but what the gateway keeps: whose token it is.
        Map<String, Object> somebodyElse = new TreeMap<>(claims);
        somebodyElse.put("user_id", 583_231);
        somebodyElse.put("github_id", 583_231);
        somebodyElse.put("username", "octocat");
        JsonNode user = json(get(legacy, "/api/v1/user/me", signed("HS256", SECRET, somebodyElse)))
                .path("user");
        assertThat(user.path("username").asText()).isEqualTo(login);
    }

    @Test
    void U16_takesNoLongerHmac() throws Exception {
        String secret = SECRET + SECRET;
        try (TestGateway other = withSecrets(secret).start()) {
            Map<String, Object> claims = payload(token(other));
            for (String algorithm : new String[] {AlgorithmIdentifiers.HMAC_SHA384, AlgorithmIdentifiers.HMAC_SHA512}) {
                assertError(get(other, "/api/v1/user/me", signed(algorithm, secret, claims)), 401, "Invalid token");
            }
            assertThat(get(other, "/api/v1/user/me", signed("HS256", secret, claims))
                            .statusCode())
                    .isEqualTo(200);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"short", "your-secret-key-change-in-production", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"})
    void U18_startsWithNoSecretThatCanBeGuessed(String secret) {
        assertRefused("latchkey.login-broker.jwt-secret", secret);
    }

    private static <T> List<T> together(int times, Callable<T> work) throws Exception {
        List<Callable<T>> all = new ArrayList<>();
        for (int i = 0; i < times; i++) {
            all.add(work);
        }
        return together(all);
    }

    private static <T> List<T> together(List<Callable<T>> work) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(20);
        try {
            List<T> results = new ArrayList<>();
            for (Future<T> result : threads.invokeAll(work)) {
                results.add(result.get());
            }
            return results;
        } finally {
            threads.shutdownNow();
        }
    }
}
