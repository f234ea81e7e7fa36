package dev.latchkey.gateway.journey;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.latchkey.gateway.store.Store;
import dev.latchkey.gateway.testing.EchoBackend;
import dev.latchkey.gateway.testing.Fault;
import dev.latchkey.gateway.testing.GitHubStub;
import dev.latchkey.gateway.testing.HttpPerson;
import dev.latchkey.gateway.testing.RedisServer;
import dev.latchkey.gateway.testing.StubToken;
import dev.latchkey.gateway.testing.TestClock;
import dev.latchkey.gateway.testing.TestGateway;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A chat's accounts act as people at GitHub: asked for by the chat, confirmed by the person, for a week. */
@ExtendWith(OutputCaptureExtension.class)
class AccountLinksTest {

    private static final String HOOK_SECRET = "hook-secret-0123456789abcdef";
    private static final Duration LIFETIME = Duration.ofDays(7);

    private static final String WEBHOOK_SECRET = "webhook-secret";
    private static final AtomicInteger TESTS = new AtomicInteger();

    @TempDir
    private static Path data;

    private static TestClock clock;
    private static GitHubStub github;
    private static EchoBackend app;
    private static Chat chat;
    private static TestGateway gateway;

    /** Accounts of the chat and at GitHub that no other test has. */
    private final int number = TESTS.incrementAndGet();

    private final String mona = "mona-" + number;
    private final String hubot = "hubot-" + number;
    private final String later = "later-" + number;
    private final String last = "last-" + number;
    private final String octocat = "octocat-" + number;

    @BeforeAll
    static void startAll() {
        clock = TestClock.now();
        github = GitHubStub.start(clock);
        app = EchoBackend.start();
        chat = new Chat();
        gateway = configured().dataIn(data).start();
    }

    @AfterAll
    static void stopAll() {
        gateway.close();
        chat.close();
        app.close();
        github.close();
    }

    @BeforeEach
    void passTime() {
        clock.advance(Duration.ofHours(1));
        github.forgetCalls();
    }

    private static TestGateway.Builder configured() {
        return TestGateway.signingInAt(github)
                .clock(clock)
                .property("latchkey.links.hook-url", chat.url())
                .property("latchkey.links.hook-secret", HOOK_SECRET)
                .property("latchkey.github.webhook-secret", WEBHOOK_SECRET)
                .route("app", "path: /app/**", "to: " + app.url(), "allow: [signed-in]")
                .route("api", "to: builtin:github-api", "allow: [signed-in]")
                .route(
                        "installed",
                        "path: /installed/**",
                        "to: builtin:github-api",
                        "allow: [signed-in]",
                        "send: { github-token: installation, repository: acme/wiki }");
    }

    /** Where the gateway tells what became of links. */
    private static final class Chat implements AutoCloseable {

        private final List<Told> told = new CopyOnWriteArrayList<>();
        private final AtomicInteger unwell = new AtomicInteger();
        private volatile String patient = "";
        private volatile Supplier<Boolean> question = () -> false;
        private final DisposableServer server = HttpServer.create()
                .host("127.0.0.1")
                .port(0)
                .handle((request, response) -> request.receive()
                        .aggregate()
                        .asByteArray()
                        .publishOn(Schedulers.boundedElastic())
                        .flatMap(body -> {
                            String user = JsonMapper.shared()
                                    .readTree(body)
                                    .path("user")
                                    .asString();
                            boolean mine = user.equals(patient);
                            boolean refuses = mine && unwell.getAndUpdate(left -> Math.max(0, left - 1)) > 0;
                            String signature = request.requestHeaders().get("X-Hub-Signature-256");
                            String delivery = request.requestHeaders().get("X-Latchkey-Delivery");
                            told.add(new Told(body, signature, delivery, mine && question.get()));
                            return Mono.from(
                                    response.status(refuses ? 503 : 204).send());
                        }))
                .bindNow();

        private record Told(byte[] body, String signature, String delivery, boolean answer) {

            JsonNode json() {
                return JsonMapper.shared().readTree(body);
            }

            boolean is(String event, String user) {
                return json().path("event").asString().equals(event)
                        && json().path("user").asString().equals(user);
            }
        }

        String url() {
            return "http://127.0.0.1:" + server.port() + "/hook";
        }

        List<Told> of(String event, String user) {
            return told.stream().filter(one -> one.is(event, user)).toList();
        }

        JsonNode waitFor(String event, String user) {
            await().atMost(Duration.ofSeconds(60)).until(() -> !of(event, user).isEmpty());
            return of(event, user).get(0).json();
        }

        @Override
        public void close() {
            server.disposeNow();
        }
    }

    // What the chat's server does

    private static HttpPerson server(TestGateway node) {
        return HttpPerson.at("http://localhost:" + node.internalPort());
    }

    private static JsonNode json(HttpResponse<String> answer) {
        return JsonMapper.shared().readTree(answer.body());
    }

    private static HttpResponse<String> ask(TestGateway node, String body) {
        return server(node).send("POST", "/links", body, "Content-Type", "application/json");
    }

    private String loginUrl(String user) {
        return loginUrl(gateway, user);
    }

    private static String loginUrl(TestGateway node, String user) {
        HttpResponse<String> answer = ask(node, "{\"user\": \"" + user + "\", \"room\": \"#general\"}");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        return json(answer).path("login_url").asString();
    }

    private JsonNode status(String user) {
        HttpResponse<String> answer = server(gateway).get("/links/" + user);
        assertThat(answer.statusCode()).isEqualTo(200);
        return json(answer);
    }

    private boolean isLinked(String user) {
        return status(user).path("linked").asBoolean();
    }

    private HttpResponse<String> end(String user) {
        return server(gateway).send("DELETE", "/links/" + user, null);
    }

    private String token(String user) {
        HttpResponse<String> answer = server(gateway).send("POST", "/links/" + user + "/token", null);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        return json(answer).path("token").asString();
    }

    private HttpResponse<String> callAs(String token) {
        return gateway.stranger().get("/api/v3/user", "Authorization", "token " + token);
    }

    // What its people do

    private static HttpResponse<String> open(GitHubStub github, HttpPerson person, String login, String url) {
        return person.cookie("latchkey") == null ? person.signIn(github, login, url) : person.navigate(url);
    }

    private HttpPerson link(String user, String login) {
        HttpPerson person = gateway.stranger();
        assertLinked(confirmed(person, login, loginUrl(user)));
        return person;
    }

    private HttpResponse<String> confirmed(HttpPerson person, String login, String url) {
        return person.submit(open(github, person, login, url), Map.of("decision", "allow"));
    }

    private static void assertLinked(HttpResponse<String> page) {
        assertThat(page.statusCode()).as(page.body()).isEqualTo(200);
        assertThat(page.body()).contains("Your accounts are linked");
    }

    private static void assertProblem(HttpResponse<String> answer, int status, String code) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.headers().firstValue("X-Latchkey-Problem")).contains(code);
    }

    private static void signOut(HttpPerson person) {
        person.post("/oauth2/sign_out", Map.of());
    }

    private Optional<byte[]> stored(String key) {
        return gateway.bean(Store.class).get(key).blockOptional();
    }

    private static String nameOf(String text) throws Exception {
        byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8));
        return Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(hash, 16));
    }

    // Asking and confirming

    @Test
    void R01_aChatAsksForAnAddressThatLinksItsAccountInWhicheverBrowser() {
        HttpResponse<String> answer = ask(gateway, "{\"user\": \"U024BE7LH\", \"room\": \"#general\"}");
        assertThat(answer.statusCode()).isEqualTo(201);
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/json");
        String url = json(answer).path("login_url").asString();
        assertThat(url).startsWith(gateway.url() + "/oauth2/link?request=");
        assertThat(Instant.parse(json(answer).path("expires_at").asString()))
                .isEqualTo(clock.instant().plus(Duration.ofMinutes(10)));
        assertThat(isLinked("U024BE7LH")).isFalse();

        assertLinked(confirmed(gateway.stranger(), octocat, url));

        assertThat(isLinked("U024BE7LH")).isTrue();
        assertThat(isLinked("somebody-else")).isFalse();
    }

    @Test
    void R01_onlyWhoeverMayIsAnsweredAndNotAtTheEdge() {
        TestGateway guarded = configured()
                .property("latchkey.internal.token", "internal-token-of-the-chat")
                .start();
        try (guarded) {
            assertProblem(ask(guarded, "{\"user\": \"mona\"}"), 401, "internal.token.required");
            for (String method : List.of("GET", "DELETE")) {
                assertProblem(server(guarded).send(method, "/links/mona", null), 401, "internal.token.required");
            }
            assertProblem(server(guarded).send("POST", "/links/mona/token", null), 401, "internal.token.required");
            HttpResponse<String> known = server(guarded)
                    .send(
                            "POST",
                            "/links",
                            "{\"user\": \"mona\"}",
                            "Content-Type",
                            "application/json",
                            "Authorization",
                            "Bearer internal-token-of-the-chat");
            assertThat(known.statusCode()).isEqualTo(201);
        }
        HttpPerson person = gateway.stranger();
        person.signIn(github, octocat, "/app/x");
        assertThat(person.fetch("/links/mona").statusCode()).isEqualTo(404);
        // A page in a browser on this machine is nobody, whatever name it calls by.
        for (List<String> page : List.of(
                List.of("Origin", "https://evil.example"),
                List.of("Origin", "http://localhost:3000"),
                List.of("Sec-Fetch-Site", "cross-site"),
                List.of("Sec-Fetch-Site", "same-site"))) {
            HttpResponse<String> answer =
                    server(gateway).send("POST", "/links/mona/token", "", page.get(0), page.get(1));
            assertProblem(answer, 401, "internal.token.required");
        }
    }

    @Test
    void R01_whatCannotBeAnAccountIsRefused() {
        List<String> unfit = List.of(
                "",
                "[]",
                "nonsense",
                "{}",
                "{\"user\": \" \"}",
                "{\"user\": 7}",
                "{\"user\": \"a\\nb\"}",
                "{\"user\": \"" + "a".repeat(201) + "\"}",
                "{\"user\": \"" + mona + "\", \"room\": \"" + "a".repeat(201) + "\"}");
        for (String body : unfit) {
            assertProblem(ask(gateway, body), 400, "link.unfit");
        }
    }

    @Test
    void R02_thePageNamesBothAccountsAndNothingIsLinkedBeforeItIsConfirmed() {
        HttpPerson person = gateway.stranger();
        HttpResponse<String> page = person.signIn(github, octocat, loginUrl(mona));
        assertThat(page.body()).contains(">" + mona + "<", ">" + octocat + "<", "#general");
        assertThat(isLinked(mona)).isFalse();
        assertLinked(person.submit(page, Map.of("decision", "allow")));
        assertThat(isLinked(mona)).isTrue();
    }

    @Test
    void R02_anAddressIsGoodOnceForTenMinutesAndCannotBeMadeUp() {
        String url = loginUrl(mona);
        assertThat(loginUrl(mona)).isNotEqualTo(url);
        HttpPerson person = gateway.stranger();
        HttpResponse<String> page = person.signIn(github, octocat, url);
        assertLinked(person.submit(page, Map.of("decision", "allow")));
        assertProblem(person.navigate(url), 404, "link.over");
        assertProblem(person.submit(page, Map.of("decision", "allow")), 404, "link.over");

        String late = loginUrl(hubot);
        HttpResponse<String> open = person.navigate(late);
        clock.advance(Duration.ofMinutes(10));
        assertProblem(person.navigate(late), 404, "link.over");
        assertProblem(person.submit(open, Map.of("decision", "allow")), 404, "link.over");

        for (String request : List.of(mona, "", "%00", "a".repeat(5_000))) {
            assertThat(person.navigate("/oauth2/link?request=" + request).statusCode())
                    .isIn(400, 404);
        }
        assertThat(isLinked(hubot)).isFalse();
        assertThat(chat.of("declined", hubot)).isEmpty();
    }

    @Test
    void R02_noPageConfirmsInSomebodysPlace() {
        HttpPerson mallory = gateway.stranger();
        HttpResponse<String> page = mallory.signIn(github, "mallory", loginUrl("mallory-in-chat"));
        HttpPerson victim = gateway.stranger();
        victim.signIn(github, octocat, "/app/x");

        // What was shown to the attacker, in the victim's browser; from the gateway itself and from elsewhere.
        assertProblem(victim.submit(page, Map.of("decision", "allow")), 404, "link.over");
        HttpResponse<String> own = victim.navigate(loginUrl(mona));
        HttpResponse<String> forged = victim.post(
                "/oauth2/link",
                Map.of("decision", "allow", "ask", field(own, "ask"), "ticket", field(own, "ticket")),
                "Origin",
                "https://evil.example",
                "Sec-Fetch-Site",
                "cross-site");
        assertProblem(forged, 403, "request.cross-site");
        assertThat(own.headers().firstValue("Content-Security-Policy").orElseThrow())
                .contains("frame-ancestors 'none'");
        assertThat(isLinked("mallory-in-chat")).isFalse();
        assertThat(isLinked(mona)).isFalse();
    }

    private static String field(HttpResponse<String> page, String name) {
        return page.body().replaceAll("(?s).*name=\"" + name + "\" value=\"([^\"]*)\".*", "$1");
    }

    @Test
    void R02_noScriptOfAnAppOnThisHostConfirmsInSomebodysPlace() {
        HttpPerson victim = gateway.stranger();
        victim.signIn(github, octocat, "/app/x");
        String attackers = loginUrl("mallory-in-chat");
        // Read by a script, by a frame and by a service worker, the page has nothing to post.
        HttpResponse<String> read = victim.fetch(attackers);
        HttpResponse<String> framed = victim.navigate(attackers, "Sec-Fetch-Dest", "iframe");
        HttpResponse<String> preloaded = victim.navigate(attackers, "Service-Worker-Navigation-Preload", "true");
        for (HttpResponse<String> answer : List.of(read, framed, preloaded)) {
            assertProblem(answer, 403, "form.stale");
            assertThat(answer.body()).doesNotContain("name=\"ask\"", "name=\"ticket\"");
        }
        // A page that the person opened themselves is good for one account, one decision, and no script.
        HttpResponse<String> theirs = victim.navigate(attackers);
        HttpResponse<String> own = victim.navigate(loginUrl(mona));
        Map<String, String> mixed =
                Map.of("decision", "allow", "ask", field(theirs, "ask"), "ticket", field(own, "ticket"));
        assertProblem(victim.post("/oauth2/link", mixed), 403, "form.stale");
        Map<String, String> posted =
                Map.of("decision", "allow", "ask", field(theirs, "ask"), "ticket", field(theirs, "ticket"));
        String[] byScript = {"Sec-Fetch-Mode", "same-origin", "Sec-Fetch-Dest", "empty"};
        assertProblem(victim.post("/oauth2/link", posted, byScript), 403, "form.stale");
        assertThat(isLinked("mallory-in-chat")).isFalse();

        assertLinked(victim.submit(own, Map.of("decision", "allow")));
    }

    @Test
    void R03_thePageAtTheEndSaysThatTheTabCanBeClosedAndWhatTheChatWantsSaid() {
        HttpResponse<String> asked = ask(
                gateway,
                "{\"user\": \"" + mona + "\", \"room\": \"\", \"done\": \"Back to the chat, <b>please</b>.\"}");
        String url = json(asked).path("login_url").asString();
        HttpPerson person = gateway.stranger();
        HttpResponse<String> page = person.signIn(github, octocat, url);
        HttpResponse<String> done = person.submit(page, Map.of("decision", "allow"));
        assertThat(done.statusCode()).isEqualTo(200);
        assertThat(done.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/html");
        assertThat(done.body())
                .contains("Your accounts are linked", "You can close this tab now", "Back to the chat")
                .doesNotContain("<b>please");
        String seen = url + page.body() + done.body() + done.uri();
        assertThat(github.secretsSeen()).noneMatch(seen::contains);
        assertThat(seen).doesNotContain("lk_");
    }

    @Test
    void R04_whoDeclinesHereOrAtGitHubIsToldSoAndTheChatToo() {
        HttpPerson here = gateway.stranger();
        HttpResponse<String> page = here.signIn(github, octocat, loginUrl(mona));
        assertProblem(here.submit(page, Map.of("decision", "deny")), 401, "link.declined");
        assertThat(chat.waitFor("declined", mona).path("room").asString()).isEqualTo("#general");
        assertProblem(here.submit(page, Map.of("decision", "allow")), 404, "link.over");

        String url = loginUrl(hubot);
        HttpPerson there = gateway.stranger();
        HttpResponse<String> answer = there.arrive(github.decline(there.beginSignIn(url)));
        assertProblem(answer, 401, "link.declined");
        assertThat(answer.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/html");
        assertThat(chat.waitFor("declined", hubot).path("reason").asString()).isEqualTo("sign-in.declined");
        assertThat(isLinked(mona)).isFalse();
        assertThat(isLinked(hubot)).isFalse();
    }

    @Test
    void R05_aCodeThatIsRefusedChangesNothing() {
        signOut(link(mona, octocat));
        JsonNode before = status(mona);
        clock.advance(Duration.ofDays(1));
        String url = loginUrl(mona);
        HttpPerson person = gateway.stranger();
        URI callback = github.authorize(person.beginSignIn(url), octocat);
        github.tokenEndpoint().next(Fault.body(200, "{\"error\": \"bad_verification_code\"}"));

        HttpResponse<String> answer = person.arrive(callback);

        assertProblem(answer, 400, "sign-in.code.refused");
        JsonNode told = chat.waitFor("failed", mona);
        assertThat(told.path("reason").asString()).isEqualTo("sign-in.code.refused");
        assertThat(status(mona)).isEqualTo(before);
        // And the same address still does, if it goes better.
        assertLinked(confirmed(person, octocat, url));
    }

    @Test
    void R06_theChatIsToldAfterTheTokenIsStoredSignedAndAgainUntilItListens() throws Exception {
        chat.patient = mona;
        chat.question = () -> isLinked(mona) && callAs(token(mona)).statusCode() == 200;
        chat.unwell.set(2);
        link(mona, octocat);

        await().atMost(Duration.ofSeconds(30)).until(() -> {
            clock.advance(Duration.ofSeconds(1));
            return chat.of("linked", mona).size() >= 3;
        });

        Chat.Told told = chat.of("linked", mona).get(0);
        assertThat(told.answer()).isTrue();
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(HOOK_SECRET.getBytes(UTF_8), "HmacSHA256"));
        assertThat(told.signature()).isEqualTo("sha256=" + HexFormat.of().formatHex(mac.doFinal(told.body())));
        JsonNode json = told.json();
        assertThat(json.path("id").asString()).isEqualTo(told.delivery());
        assertThat(json.path("user").asString()).isEqualTo(mona);
        assertThat(json.path("room").asString()).isEqualTo("#general");
        assertThat(json.path("login").asString()).isEqualTo(octocat);
        assertThat(json.path("github_id").asString())
                .isEqualTo(status(mona).path("github_id").asString());
        assertThat(json.path("scopes").toString()).contains("read:user");
        assertThat(json.path("expires_at").asString()).endsWith("Z");
        String body = new String(told.body(), UTF_8);
        assertThat(github.secretsSeen()).noneMatch(body::contains);
        assertThat(body).doesNotContain("lk_");
        assertThat(chat.of("linked", mona).stream().map(Chat.Told::delivery).distinct())
                .hasSize(1);
    }

    // Using

    @Test
    void R07_tellsWhoIsLinkedSinceWhenAndUntilWhen() {
        assertThat(status(mona).toString()).isEqualTo("{\"user\":\"" + mona + "\",\"linked\":false}");
        Instant now = clock.instant();
        link(mona, octocat);
        JsonNode status = status(mona);
        assertThat(status.path("linked").asBoolean()).isTrue();
        assertThat(status.path("login").asString()).isEqualTo(octocat);
        assertThat(status.path("scopes").toString()).contains("read:user");
        assertThat(Instant.parse(status.path("linked_at").asString())).isEqualTo(now);
        assertThat(Instant.parse(status.path("expires_at").asString())).isEqualTo(now.plus(LIFETIME));
        assertThat(github.secretsSeen()).noneMatch(status.toString()::contains);
    }

    @Test
    void R08_theChatCallsGitHubAsItsPersonWithoutEverHoldingTheirToken(CapturedOutput output) {
        link(mona, octocat);
        HttpResponse<String> given = server(gateway).send("POST", "/links/" + mona + "/token", null);
        String token = json(given).path("token").asString();
        assertThat(token).startsWith("lk_");
        assertThat(github.secretsSeen()).noneMatch(given.body()::contains);
        github.forgetCalls();

        assertThat(callAs(token).statusCode()).isEqualTo(200);

        assertThat(github.calls().last().login()).isEqualTo(octocat);
        assertThat(github.calls().last().header("Authorization")).startsWith("Bearer gho_");
        assertThat(gateway.stranger()
                        .get("/app/x", "Authorization", "token " + token)
                        .statusCode())
                .isEqualTo(403);
        assertThat(token(mona)).isEqualTo(token);
        assertThat(server(gateway)
                        .send("POST", "/links/" + hubot + "/token", null)
                        .statusCode())
                .isEqualTo(404);
        SessionsContract.await(() -> output.getAll().contains("link=" + hubot + " decision=refused"));
        assertThat(output.getAll())
                .contains("link=" + mona + " decision=granted")
                .doesNotContain(token);
        clock.advance(Duration.ofHours(1));
        assertProblem(callAs(token), 401, "api-token.refused");
        assertThat(callAs(token(mona)).statusCode()).isEqualTo(200);
    }

    private List<String> tokensOf(HttpPerson person) {
        return JsonMapper.shared()
                .readTree(person.get("/oauth2/account/tokens").body())
                .valueStream()
                .map(token -> token.path("id").asString())
                .toList();
    }

    @Test
    void R08_howeverManyAskAtOnceThereIsOneTokenAndItEndsWithTheLink() {
        HttpPerson person = link(mona, octocat);
        List<String> given = IntStream.range(0, 12)
                .parallel()
                .mapToObj(i -> token(mona))
                .distinct()
                .toList();
        assertThat(given).hasSize(1);
        assertThat(tokensOf(person)).hasSize(1);

        // The one before goes on for those who hold it, until its end or the link's.
        clock.advance(Duration.ofMinutes(55));
        String next = token(mona);
        assertThat(next).isNotIn(given);
        assertThat(callAs(given.get(0)).statusCode()).isEqualTo(200);
        end(mona);
        for (String token : List.of(given.get(0), next)) {
            assertProblem(callAs(token), 401, "api-token.refused");
        }
        assertThat(tokensOf(person)).isEmpty();
    }

    @Test
    void R08_aTokenIsForNoRouteThatCallsAsTheAppsInstallation() {
        link(mona, octocat);
        HttpResponse<String> answer =
                gateway.stranger().get("/installed/repos/acme/wiki", "Authorization", "token " + token(mona));
        assertProblem(answer, 403, "api-token.elsewhere");
    }

    @Test
    void R09_aLaterSignInTakesNoTimeFromTheLink() {
        signOut(link(mona, octocat));
        HttpPerson again = gateway.stranger();
        again.signIn(github, octocat, "/app/x");
        clock.advance(LIFETIME.minus(Duration.ofMinutes(30)));
        assertThat(again.fetch("/app/x").statusCode()).isEqualTo(401);
        assertThat(callAs(token(mona)).statusCode()).isEqualTo(200);
    }

    // Ending

    private void assertGone(String login, String id) {
        await().atMost(Duration.ofSeconds(30))
                .until(() -> stored("token:github:" + id).isEmpty());
        await().atMost(Duration.ofSeconds(30))
                .until(() -> github.liveTokensOf(login).isEmpty());
    }

    @Test
    void R09_aLinkEndsAWeekAfterItWasConfirmedAndItsTokenWithIt() throws Exception {
        link(mona, octocat);
        String id = status(mona).path("github_id").asString();
        clock.advance(LIFETIME.minus(Duration.ofMinutes(30)));
        String token = token(mona);
        clock.advance(Duration.ofMinutes(30).minusSeconds(2));
        assertThat(isLinked(mona)).isTrue();
        assertThat(callAs(token).statusCode()).isEqualTo(200);

        clock.advance(Duration.ofSeconds(2));

        assertProblem(callAs(token), 401, "api-token.refused");
        assertThat(isLinked(mona)).isFalse();
        assertThat(server(gateway)
                        .send("POST", "/links/" + mona + "/token", null)
                        .statusCode())
                .isEqualTo(404);
        assertGone(octocat, id);
        String name = nameOf(mona);
        await().atMost(Duration.ofSeconds(30))
                .until(() -> stored("link:" + name).isEmpty());
    }

    @Test
    void R10_linkingAgainMovesTheEndAndLoggingOutTakesItAway() {
        link(mona, octocat);
        clock.advance(Duration.ofDays(6));
        link(mona, octocat);
        clock.advance(Duration.ofDays(6));
        assertThat(isLinked(mona)).isTrue();
        assertThat(callAs(token(mona)).statusCode()).isEqualTo(200);

        link(hubot, hubot);
        assertThat(end(hubot).statusCode()).isEqualTo(200);
        clock.advance(Duration.ofDays(2));
        chat.waitFor("expired", mona);
        // Whatever could be told wrongly would be told before the next.
        link(last, octocat);
        clock.advance(LIFETIME);
        chat.waitFor("expired", last);
        assertThat(chat.of("expired", mona)).hasSize(1);
        assertThat(chat.of("expired", hubot)).isEmpty();
    }

    @Test
    void R10_anotherPersonTakesThePlaceOfTheFirstWhoseTokenActsNoMore() {
        signOut(link(mona, octocat));
        String first = token(mona);
        String id = status(mona).path("github_id").asString();
        assertThat(callAs(first).statusCode()).isEqualTo(200);
        link(mona, hubot);
        assertProblem(callAs(first), 401, "api-token.refused");
        assertThat(status(mona).path("login").asString()).isEqualTo(hubot);
        assertGone(octocat, id);
    }

    @Test
    void R11_theEndIsToldOnceAndOnlyWhereALinkWasRemoved() {
        link(mona, octocat);
        link(hubot, hubot);
        end(hubot);
        clock.advance(LIFETIME);
        assertThat(chat.waitFor("expired", mona).path("room").asString()).isEqualTo("#general");
        link(later, octocat);
        clock.advance(LIFETIME);
        chat.waitFor("expired", later);
        assertThat(chat.of("expired", mona)).hasSize(1);
        assertThat(chat.of("expired", hubot)).isEmpty();
    }

    @Test
    void R12_loggingOutEndsTheTokenAtGitHubAndWaitsForNobody() {
        signOut(link(mona, octocat));
        String token = token(mona);
        assertThat(github.liveTokensOf(octocat)).hasSize(1);
        String id = status(mona).path("github_id").asString();
        github.revocationEndpoint().next(Fault.status(500));

        assertThat(end(mona).statusCode()).isEqualTo(200);

        assertThat(isLinked(mona)).isFalse();
        assertProblem(callAs(token), 401, "api-token.refused");
        assertGone(octocat, id);
    }

    @Test
    void R12_aSessionKeepsTheTokenThatALinkGivesUp() {
        HttpPerson person = link(mona, octocat);
        end(mona);
        assertThat(person.fetch("/api/v3/user").statusCode()).isEqualTo(200);
        assertThat(github.liveTokensOf(octocat)).hasSize(1);
    }

    @Test
    void R13_whoIsNotLinkedIsToldSoHoweverOften() {
        link(mona, octocat);
        HttpResponse<String> first = end(mona);
        assertThat(first.statusCode()).isEqualTo(200);
        for (int i = 0; i < 2; i++) {
            HttpResponse<String> again = end(mona);
            assertThat(again.statusCode()).isEqualTo(404);
            assertThat(json(again).path("linked").asBoolean(true)).isFalse();
        }
    }

    @Test
    void R20_aTokenThatExpiresIsRenewedForAsLongAsTheLinkLasts() {
        github.app().expiringTokens();
        signOut(link(mona, octocat));
        String before = github.liveTokensOf(octocat).get(0).value();
        for (int i = 0; i < 6; i++) {
            clock.advance(Duration.ofHours(26));
            assertThat(callAs(token(mona)).statusCode()).isEqualTo(200);
        }
        List<String> live =
                github.liveTokensOf(octocat).stream().map(StubToken::value).toList();
        assertThat(live).hasSize(1).doesNotContain(before);
        assertThat(status(mona).path("expires_at").asString()).endsWith("Z");
        github.app().lastingTokens();
    }

    @Test
    void R20_whoTakesTheGrantBackAtGitHubEndsTheLinkAndTheChatIsTold() {
        link(mona, octocat);
        String token = token(mona);
        github.authorizationRevoked(octocat)
                .signedWith(WEBHOOK_SECRET)
                .deliverTo(URI.create(gateway.url() + "/oauth2/webhooks/github"));
        assertThat(isLinked(mona)).isFalse();
        assertProblem(callAs(token), 401, "api-token.refused");
        assertThat(chat.waitFor("revoked", mona).path("login").asString()).isEqualTo(octocat);
    }

    @Test
    void R21_nothingOfALinkCanBeReadInTheStoreAndItsEndOutlivesARestart() throws Exception {
        link(mona, octocat);
        String token = token(mona);
        String id = status(mona).path("github_id").asString();
        chat.waitFor("linked", mona);
        for (String key : List.of("link:", "link-token:", "token:")) {
            String name = key.equals("token:") ? "github:" + id : nameOf(mona);
            String bytes = new String(stored(key + name).orElseThrow(), UTF_8);
            assertThat(bytes).doesNotContain(mona).doesNotContain(octocat).doesNotContain(token);
            assertThat(github.secretsSeen()).noneMatch(bytes::contains);
        }
        gateway.close();
        clock.advance(LIFETIME.plusHours(5));
        gateway = configured().dataIn(data).start();
        chat.waitFor("expired", mona);
        assertThat(isLinked(mona)).isFalse();
        assertThat(stored("token:github:" + id)).isEmpty();
    }

    @Test
    void R21_ofTwoNodesOneTellsOfTheEnd() {
        try (RedisServer redis = RedisServer.embedded();
                TestGateway first = node(redis).start();
                TestGateway second = node(redis).start()) {
            for (String user : List.of(mona, hubot, later)) {
                HttpPerson person = first.stranger();
                String url = loginUrl(second, user).replace(second.url(), first.url());
                HttpResponse<String> page = person.signIn(github, octocat, url);
                assertLinked(person.submit(page, Map.of("decision", "allow")));
            }
            for (String user : List.of(mona, hubot, later)) {
                chat.waitFor("expired", user);
                assertThat(chat.of("linked", user)).hasSize(1);
                assertThat(chat.of("expired", user)).hasSize(1);
            }
        }
    }

    private TestGateway.Builder node(RedisServer redis) {
        return configured().clock(Clock.systemUTC()).on(redis).property("latchkey.links.lifetime", "2s");
    }

    @Test
    void R22_aLinkIsAFewHundredBytesInTheStoreAndOneEntryInAQueue() throws Exception {
        int many = 40;
        HttpPerson person = link(mona + "-0", octocat);
        for (int i = 1; i < many; i++) {
            clock.advance(Duration.ofSeconds(10));
            assertLinked(confirmed(person, octocat, loginUrl(mona + '-' + i)));
        }
        for (int i = 0; i < many; i++) {
            assertThat(stored("link:" + nameOf(mona + '-' + i)).orElseThrow()).hasSizeLessThan(700);
        }
        clock.advance(LIFETIME);
        for (int i = 0; i < many; i++) {
            chat.waitFor("expired", mona + '-' + i);
            String name = nameOf(mona + '-' + i);
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> stored("link:" + name).isEmpty());
        }
    }
}
