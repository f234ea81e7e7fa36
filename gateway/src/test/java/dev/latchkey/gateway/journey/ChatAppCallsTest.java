package dev.latchkey.gateway.journey;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.gateway.testing.Call;
import dev.latchkey.gateway.testing.EchoBackend;
import dev.latchkey.gateway.testing.Fault;
import dev.latchkey.gateway.testing.GitHubStub;
import dev.latchkey.gateway.testing.HttpPerson;
import dev.latchkey.gateway.testing.RunningClock;
import dev.latchkey.gateway.testing.TestGateway;
import dev.latchkey.gateway.testing.Webhook;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

/** What a chat's app asks of GitHub for its people, and what GitHub tells the app. */
class ChatAppCallsTest {

    private static final String SECRET = "webhook-secret-0123456789";

    private static RunningClock clock;
    private static GitHubStub github;
    private static EchoBackend app;
    private static TestGateway gateway;
    private static String token;

    @BeforeAll
    static void start(@TempDir Path folder) throws Exception {
        clock = new RunningClock();
        github = GitHubStub.start(clock);
        app = EchoBackend.start();
        Path secret = Files.writeString(folder.resolve("secret"), SECRET + "\n");
        gateway = TestGateway.signingInAt(github)
                .clock(clock)
                .property("latchkey.passthrough.pace.between-writes", "10ms")
                .route(
                        "api",
                        "to: builtin:github-api",
                        "allow: [signed-in]",
                        "public:",
                        "  - /api/v3/repos/acme/**",
                        "  - /api/v3/apps/**",
                        "  - /api/v3/marketplace_listing/**",
                        "  - /api/v3/applications/**",
                        "  - /api/v3/rate_limit",
                        "  - /api/v3/app",
                        "  - /api/v3/graphql")
                .route(
                        "hooks",
                        "path: /hooks/**",
                        "to: " + app.url(),
                        "allow: [anyone]",
                        "webhook-secret: file:" + secret)
                .start();
        HttpPerson person = gateway.stranger();
        person.signIn(github, "octocat", "/api/v3/user");
        HttpResponse<String> made = person.send(
                "POST",
                "/oauth2/account/tokens",
                "{\"name\": \"chat\", \"routes\": [\"api\"]}",
                "Content-Type",
                "application/json",
                "Sec-Fetch-Site",
                "same-origin");
        token = JsonMapper.shared().readTree(made.body()).path("token").asString();
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
        github.forgetCalls().content().clear();
        app.forgetRequests();
    }

    private static HttpResponse<String> call(String method, String path, String body) {
        return gateway.stranger()
                .send(
                        method,
                        "/api/v3" + path,
                        body,
                        "Authorization",
                        "token " + token,
                        "Content-Type",
                        "application/json");
    }

    private static HttpResponse<String> get(String path) {
        return call("GET", path, null);
    }

    private static List<Call> seen() {
        return github.calls().list();
    }

    // Calls

    @ParameterizedTest
    @CsvSource({
        "GET, /user, 200",
        "GET, /repos/acme/wiki, 200",
        "PATCH, /repos/acme/wiki, 200",
        "GET, /repos/acme/wiki/issues, 200",
        "POST, /repos/acme/wiki/issues, 201",
        "GET, /repos/acme/wiki/issues/1, 200",
        "PATCH, /repos/acme/wiki/issues/1, 200",
        "GET, /repos/acme/wiki/issues/1/comments, 200",
        "POST, /repos/acme/wiki/issues/1/comments, 201",
        "GET, /repos/acme/wiki/pulls/1, 200",
        "PUT, /repos/acme/wiki/pulls/1/merge, 200",
        "POST, /repos/acme/wiki/pulls/1/reviews, 200",
        "POST, /repos/acme/wiki/hooks, 201",
        "PATCH, /repos/acme/wiki/hooks/7, 200",
        "DELETE, /repos/acme/wiki/hooks/7, 200",
        "GET, /repos/acme/wiki/contents/.github/ISSUE_TEMPLATE/, 200"
    })
    void R16_passesEveryCallOfTheAppWithItsMethodAndItsBody(String method, String path, int status) {
        if (method.equals("GET") && !path.equals("/user")) {
            github.content().put(path, "{\"of\": \"" + path + "\"}");
        } else {
            github.content().on(method, path, status, "{\"done\": true}", () -> {});
        }
        String body = method.equals("GET") || method.equals("DELETE") ? null : "{\"title\": \"a  b\\u00e9\"}";

        HttpResponse<String> answer = call(method, path, body);

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(seen()).hasSize(1);
        Call call = github.calls().last();
        assertThat(call.method()).isEqualTo(method);
        assertThat(call.login()).isEqualTo("octocat");
        if (body != null) {
            assertThat(call.body()).isEqualTo(body);
        }
    }

    @Test
    void R16_passesASearchByteForByte() {
        String target = "/search/issues?q=repo:acme/wiki+is:issue+label:%22a%20b%22+a%2Bb&per_page=5&q2=";
        github.content().put(target, "{\"total_count\": 0}");

        get(target);

        Call call = github.calls().last();
        assertThat(call.path() + "?" + call.query()).isEqualTo("/api/v3" + target);
    }

    @Test
    void R16_asksAgainForWhatAWriteHasChangedAndSendsNoWriteTwice() {
        String issue = "/repos/acme/wiki/issues/1";
        github.content().put(issue, "{\"state\": \"open\"}");
        github.content().on("PATCH", issue, 200, "{}", () -> github.content().put(issue, "{\"state\": \"closed\"}"));
        assertThat(get(issue).body()).contains("open");
        assertThat(call("PATCH", issue, "{\"state\": \"closed\"}").statusCode()).isEqualTo(200);
        assertThat(get(issue).body()).contains("closed");

        github.forgetCalls();
        github.endpoint("/api/v3/repos/acme/wiki/issues").next(Fault.status(502));
        assertThat(call("POST", "/repos/acme/wiki/issues", "{}").statusCode()).isEqualTo(502);
        assertThat(seen()).hasSize(1);
    }

    @Test
    void R17_strangersReadWhatIsPublicByTheGatewaysOwnQuotaAndNoMore() {
        github.content().put("/repos/acme/open", "{\"name\": \"open\"}");
        github.content().put("/repos/acme/closed", "{}").seenBy("octocat");
        github.content().put("/repos/other/open", "{}");
        HttpPerson stranger = gateway.stranger();
        assertThat(get("/repos/acme/closed").statusCode()).isEqualTo(200);
        int left = github.remainingOf("octocat");
        github.forgetCalls();

        HttpResponse<String> answer = stranger.get("/api/v3/repos/acme/open");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).contains("open");
        assertThat(github.calls().last().header("Authorization")).startsWith("Basic ");
        assertThat(github.remainingOf("octocat")).isEqualTo(left);
        // What somebody else has read and strangers may not see is not given to them from what was kept.
        assertThat(stranger.get("/api/v3/repos/acme/closed").statusCode()).isEqualTo(404);
        assertThat(stranger.get("/api/v3/repos/other/open").statusCode()).isEqualTo(401);
        assertThat(stranger.send("PATCH", "/api/v3/repos/acme/open", "{}").statusCode())
                .isEqualTo(401);
        assertThat(stranger.get("/api/v3/user").statusCode()).isEqualTo(401);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/rate_limit",
                "/app",
                "/apps/latchkey",
                "/marketplace_listing/plans",
                "/marketplace_listing/accounts/1",
                "/applications/grants",
                "/graphql",
                "/%61pp"
            })
    void R17_strangersAreNotToldWhatOnlyTheGatewaysAppMaySee(String path) {
        github.content().put(path, "{\"of\": \"the app\"}");
        HttpResponse<String> answer = gateway.stranger().get("/api/v3" + path);
        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(seen()).isEmpty();
    }

    @Test
    void R17_strangersLeaveHalfOfTheAppsQuotaToTheGateway() {
        github.content().put("/repos/acme/open", "{\"name\": \"open\"}");
        github.endpoint("/api/v3/repos/acme/first").next(Fault.quotaUsed(2_501));
        HttpPerson stranger = gateway.stranger();
        assertThat(stranger.get("/api/v3/repos/acme/first").statusCode()).isEqualTo(200);
        long before = github.calls().count();

        HttpResponse<String> answer = stranger.get("/api/v3/repos/acme/open?fresh");

        assertThat(answer.statusCode()).isEqualTo(429);
        assertThat(answer.headers().firstValue("X-Latchkey-Problem")).contains("github.limited");
        assertThat(answer.headers().firstValue("Retry-After")).isPresent();
        assertThat(github.calls().count()).isEqualTo(before);
        assertThat(get("/repos/acme/open").statusCode()).isEqualTo(200);
    }

    @Test
    void R17_noStrangerReadsForAllOthers() {
        github.content().put("/repos/acme/open", "{\"name\": \"open\"}");
        HttpPerson stranger = gateway.stranger();
        int status = 200;
        for (int i = 0; i < 400 && status == 200; i++) {
            status = stranger.get("/api/v3/repos/acme/open").statusCode();
        }
        assertThat(status).isEqualTo(429);
        assertThat(get("/repos/acme/open").statusCode()).isEqualTo(200);
    }

    @Test
    void R18_saysALimitInGitHubsWordsAndForHowLong() {
        github.content().put("/repos/acme/wiki", "{}");
        github.endpoint("/api/v3/repos/acme/wiki").next(Fault.rateLimited(Duration.ofSeconds(600)));

        HttpResponse<String> first = get("/repos/acme/wiki");
        long before = github.calls().count();
        HttpResponse<String> second = get("/repos/acme/other");

        for (HttpResponse<String> answer : List.of(first, second)) {
            assertThat(answer.statusCode()).isIn(403, 429);
            assertThat(answer.headers().firstValue("Retry-After")).isPresent();
        }
        assertThat(JsonMapper.shared().readTree(first.body()).path("message").asString())
                .isNotEmpty();
        assertThat(second.statusCode()).isEqualTo(429);
        assertThat(github.calls().count()).isEqualTo(before);
    }

    // Deliveries

    private static URI hooks() {
        return URI.create(gateway.url() + "/hooks/github?x=1");
    }

    private static Webhook delivery() {
        return github.webhook("issues", "{\"action\":  \"opened\", \"title\": \"\\u00e9 é\"}")
                .signedWith(SECRET);
    }

    @Test
    void R19_aSignedDeliveryReachesTheAppUnchanged() {
        Webhook delivery = delivery();
        HttpResponse<String> answer = delivery.deliverTo(hooks());
        assertThat(answer.statusCode()).isEqualTo(200);
        EchoBackend.Received received = app.lastRequest();
        assertThat(received.target()).isEqualTo("/hooks/github?x=1");
        assertThat(received.body()).isEqualTo(delivery.payload());
        assertThat(received.bodyLength()).isEqualTo(delivery.payload().getBytes(UTF_8).length);
        assertThat(received.header("X-Hub-Signature-256")).isEqualTo(delivery.signature());
        assertThat(received.header("X-GitHub-Event")).isEqualTo("issues");
    }

    static List<Named<UnaryOperator<Webhook>>> forgeries() {
        return List.of(
                Named.of("one byte changed", Webhook::tampered),
                Named.of("another secret", delivery -> delivery.signedWith("another")),
                Named.of("an empty secret", delivery -> delivery.signedWith(" ")),
                Named.of("no signature", delivery -> delivery.withSignature(null)),
                Named.of("an empty one", delivery -> delivery.withSignature("")),
                Named.of("one that is no hash", delivery -> delivery.withSignature("sha256=" + "z".repeat(64))),
                Named.of("half of one", delivery -> delivery.withSignature("sha256=")),
                Named.of(
                        "one by SHA-1",
                        delivery -> delivery.withSignature(delivery.signature().replace("sha256", "sha1"))));
    }

    @ParameterizedTest
    @MethodSource("forgeries")
    void R19_whatIsNotSignedDoesNotReachTheApp(UnaryOperator<Webhook> forged) {
        HttpResponse<String> answer = forged.apply(delivery()).deliverTo(hooks());
        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(answer.headers().firstValue("X-Latchkey-Problem")).contains("webhook.unsigned");
        assertThat(app.requests()).isEmpty();
    }

    @Test
    void R19_nobodyGetsAroundTheSignatureByAnotherMethodOrBySigningIn() {
        assertThat(gateway.stranger().get("/hooks/github").statusCode()).isEqualTo(401);
        HttpPerson person = gateway.stranger();
        person.signIn(github, "octocat", "/api/v3/user");
        assertThat(person.fetch("/hooks/github").statusCode()).isEqualTo(401);
        assertThat(person.send("POST", "/hooks/github", "{}").statusCode()).isEqualTo(401);
        assertThat(app.requests()).isEmpty();
    }

    @Test
    void R19_whatNobodyCanHaveSignedIsNotReadAtAll() {
        String large = "{\"padding\": \"" + "x".repeat(26 * 1024 * 1024) + "\"}";
        Webhook forged = github.webhook("push", large).withSignature("sha256=" + "z".repeat(64));
        HttpResponse<String> answer = forged.deliverTo(hooks());
        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(app.requests()).isEmpty();
    }

    @Test
    void R19_aLargeDeliveryArrivesWholeAndALargerOneNot() {
        String padding = "x".repeat(5 * 1024 * 1024);
        Webhook large =
                github.webhook("push", "{\"padding\": \"" + padding + "\"}").signedWith(SECRET);
        assertThat(large.deliverTo(hooks()).statusCode()).isEqualTo(200);
        assertThat(app.lastRequest().bodyLength()).isEqualTo(large.payload().length());
        app.forgetRequests();
        Webhook tooLarge = github.webhook("push", "{\"padding\": \"" + padding.repeat(6) + "\"}")
                .signedWith(SECRET);
        assertThat(tooLarge.deliverTo(hooks()).statusCode()).isEqualTo(413);
        assertThat(app.requests()).isEmpty();
    }
}
