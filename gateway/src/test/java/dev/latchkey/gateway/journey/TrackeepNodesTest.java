package dev.latchkey.gateway.journey;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.latchkey.gateway.testing.EchoBackend;
import dev.latchkey.gateway.testing.Fault;
import dev.latchkey.gateway.testing.GitHubStub;
import dev.latchkey.gateway.testing.HttpPerson;
import dev.latchkey.gateway.testing.RedisServer;
import dev.latchkey.gateway.testing.RunningClock;
import dev.latchkey.gateway.testing.TestGateway;
import java.io.IOException;
import java.net.URI;
import java.net.URLDecoder;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Trackeep's sign-in service on two nodes behind one address. */
class TrackeepNodesTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String INSTANCE = "https://trackeep.acme.example";
    private static final String ME = "/api/v1/user/me";

    private static RunningClock clock;
    private static GitHubStub github;
    private static EchoBackend app;
    private static RedisServer redis;
    private static TestGateway first;
    private static TestGateway second;

    @BeforeAll
    static void start() {
        clock = new RunningClock();
        github = GitHubStub.start(clock);
        github.app().withoutTokenLimits().redirectUris("http://localhost/auth/github/callback");
        app = EchoBackend.start();
        redis = RedisServer.embedded();
        first = node().start();
        second = node().start();
    }

    private static TestGateway.Builder node() {
        return TestGateway.signingInAt(github)
                .clock(clock)
                .on(redis)
                .property("latchkey.external-url", "http://localhost:8080")
                .property("latchkey.login-broker.return-targets", INSTANCE)
                .route("broker", "to: builtin:login-broker", "allow: [anyone]")
                .route(
                        "app",
                        "path: /app/**",
                        "to: " + app.url(),
                        "allow: [signed-in]",
                        "send: { github-token: true }");
    }

    @AfterAll
    static void stop() {
        first.close();
        second.close();
        redis.close();
        app.close();
        github.close();
    }

    private static String locationOf(HttpResponse<String> answer) {
        return answer.headers().firstValue("Location").orElseThrow(() -> new AssertionError(answer.body()));
    }

    /** Starts at one node, comes back to the other, and is redeemed at the first again. */
    private static String token(HttpPerson person, String login) throws IOException {
        URI provider = URI.create(locationOf(person.get("/auth/github?redirect_uri=" + INSTANCE)));
        URI callback = github.authorize(provider, login);
        HttpPerson there = person.alsoAt(second.url());
        String back = locationOf(there.get(callback.getRawPath() + "?" + callback.getRawQuery()));
        String code = URLDecoder.decode(back.replaceFirst(".*[?&]token=([^&]*).*", "$1"), UTF_8);
        HttpResponse<String> redeemed = first.stranger()
                .send(
                        "POST",
                        "/api/v1/auth/control/callback",
                        "{\"token\":\"" + code + "\"}",
                        "Content-Type",
                        "application/json");
        assertThat(redeemed.statusCode()).as(redeemed.body()).isEqualTo(200);
        return JSON.readTree(redeemed.body()).path("token").asText();
    }

    private static HttpResponse<String> me(TestGateway at, String token) {
        return at.stranger().get(ME, "Authorization", "Bearer " + token);
    }

    @Test
    void O25_endsATokenOnAllNodesAndTheLastOneAtGitHub() throws Exception {
        HttpPerson person = first.stranger();
        String token = token(person, "leaver");
        assertThat(me(second, token).statusCode()).isEqualTo(200);
        String gitHubToken = github.liveTokensOf("leaver").get(0).value();

        HttpResponse<String> out =
                first.stranger().send("POST", "/api/v1/auth/logout", "", "Authorization", "Bearer " + token);
        assertThat(out.statusCode()).isEqualTo(200);
        assertThat(me(first, token).statusCode()).isEqualTo(401);
        await().until(() -> me(second, token).statusCode() == 401);

        assertThat(github.isLive(gitHubToken)).isTrue();
        person.post("/oauth2/sign_out", Map.of(), "Origin", "http://localhost:8080");
        await().until(() -> !github.isLive(gitHubToken));
        assertThat(github.calls()
                        .matching(call -> call.method().equals("DELETE")
                                && call.path().endsWith("/applications/" + GitHubStub.CLIENT_ID + "/token"))
                        .last()
                        .header("Authorization"))
                .startsWith("Basic ");
    }

    /** With no store at hand, what would have to be looked up fails otherwise than what need not be. */
    @Test
    void O13_looksUpNoCodeThatIsInventedOrOver() throws Exception {
        RedisServer own = RedisServer.embedded();
        try (TestGateway lonely = node().on(own).start()) {
            String live = code(lonely, "inventor");
            own.stop();

            assertThat(redeem(lonely, live).statusCode()).isEqualTo(503);
            char last = live.charAt(live.length() - 1);
            String changed = live.substring(0, live.length() - 1) + (last == 'A' ? 'B' : 'A');
            for (String invented : new String[] {
                changed, live.replaceFirst("otc_.", "otc_-"), "otc_" + "a".repeat(live.length() - 4), "otc_x"
            }) {
                assertThat(redeem(lonely, invented).statusCode()).as(invented).isEqualTo(401);
            }
            clock.advance(Duration.ofSeconds(61));
            assertThat(redeem(lonely, live).statusCode()).isEqualTo(401);
        } finally {
            own.close();
        }
    }

    private static String code(TestGateway at, String login) {
        HttpPerson person = at.stranger();
        URI provider = URI.create(locationOf(person.get("/auth/github?redirect_uri=" + INSTANCE)));
        URI callback = github.authorize(provider, login);
        String back = locationOf(person.alsoAt(at.url()).get(callback.getRawPath() + "?" + callback.getRawQuery()));
        return URLDecoder.decode(back.replaceFirst(".*[?&]token=([^&]*).*", "$1"), UTF_8);
    }

    private static HttpResponse<String> redeem(TestGateway at, String code) {
        return at.stranger()
                .send(
                        "POST",
                        "/api/v1/auth/control/callback",
                        "{\"token\":\"" + code + "\"}",
                        "Content-Type",
                        "application/json");
    }

    @Test
    void O26_refreshesOncePerPersonHoweverManyAskWherever() throws Exception {
        github.app().expiringTokens(Duration.ofHours(1));
        HttpPerson person = first.stranger();
        token(person, "busy");
        github.app().lastingTokens();
        clock.advance(Duration.ofMinutes(59).plusSeconds(40));
        github.forgetCalls();
        github.refreshes().next(Fault.slow(Duration.ofMillis(300)));
        HttpPerson elsewhere = person.alsoAt(second.url());

        List<Callable<Integer>> asking = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            HttpPerson who = i % 2 == 0 ? person : elsewhere;
            asking.add(() -> who.fetch("/app/x").statusCode());
        }
        ExecutorService threads = Executors.newFixedThreadPool(20);
        try {
            for (Future<Integer> status : threads.invokeAll(asking)) {
                assertThat(status.get()).isEqualTo(200);
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(github.calls().withGrant("refresh_token").count()).isEqualTo(1);
    }

    @Test
    void O29_goesOnAfterARestartAndOnAnotherNode() throws Exception {
        HttpPerson person = first.stranger();
        String token;
        URI provider;
        try (TestGateway third = node().start()) {
            HttpPerson there = person.alsoAt(third.url());
            provider = URI.create(locationOf(there.get("/auth/github?redirect_uri=" + INSTANCE)));
            token = token(third.stranger(), "stayer");
            assertThat(me(third, token).statusCode()).isEqualTo(200);
        }
        JsonNode user = JSON.readTree(me(second, token).body()).path("user");
        assertThat(user.path("username").asText()).isEqualTo("stayer");
        // A sign-in that was begun at a node that is gone.
        URI callback = github.authorize(provider, "stayer");
        HttpResponse<String> back = person.get(callback.getRawPath() + "?" + callback.getRawQuery());
        assertThat(locationOf(back)).startsWith(INSTANCE + "/auth/callback?token=");
    }
}
