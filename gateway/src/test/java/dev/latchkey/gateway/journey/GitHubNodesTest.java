package dev.latchkey.gateway.journey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.latchkey.gateway.testing.GitHubStub;
import dev.latchkey.gateway.testing.HttpPerson;
import dev.latchkey.gateway.testing.RedisServer;
import dev.latchkey.gateway.testing.RunningClock;
import dev.latchkey.gateway.testing.TestGateway;
import java.net.URI;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Two gateways on one Redis, each with what it keeps of GitHub's answers: what one learns of a change makes the other ask
 * again, and only for what has changed. Time stands almost still, so nothing grows old by itself.
 */
class GitHubNodesTest {

    private static final RunningClock CLOCK = new RunningClock();
    private static final String API = "/api/v3";
    private static final String SECRET = "hook";
    private static final Duration SOON = Duration.ofSeconds(20);

    private static GitHubStub github;
    private static RedisServer redis;
    private static TestGateway first;
    private static TestGateway second;
    private static HttpPerson alice;
    private static HttpPerson bob;
    private static int tests;

    private String repo;

    @BeforeAll
    static void start() {
        github = GitHubStub.start(CLOCK);
        github.app().withoutTokenLimits();
        redis = RedisServer.embedded();
        first = node();
        second = node();
        alice = signedIn("alice");
        bob = signedIn("bob");
    }

    private static TestGateway node() {
        return TestGateway.signingInAt(github)
                .on(redis)
                .clock(CLOCK)
                .property("latchkey.external-url", "http://localhost:8080")
                .property("latchkey.github.webhook-secret", SECRET)
                .route("github", "path: /github/**", "to: builtin:github-api", "allow: [signed-in]")
                .start();
    }

    /** As if a balancer stood at the address that both nodes say they have. */
    private static HttpPerson signedIn(String login) {
        HttpPerson person = first.stranger();
        HttpResponse<String> start = person.navigate("/oauth2/start");
        URI callback = github.authorize(
                URI.create(start.headers().firstValue("Location").orElseThrow()), login);
        assertThat(person.navigate("/oauth2/callback?" + callback.getRawQuery()).statusCode())
                .isEqualTo(302);
        return person;
    }

    @AfterAll
    static void stop() {
        first.close();
        second.close();
        redis.close();
        github.close();
    }

    /** An issue, its list and another list, all of them kept at both nodes for both people. */
    @BeforeEach
    void keepSome() {
        repo = "/repos/acme/r" + ++tests;
        github.content().clear();
        github.content().put(repo + "/issues/1", "{\"state\":\"open\"}");
        github.content().put(repo + "/issues", "[1]");
        github.content().put(repo + "/pulls", "[2]");
        for (HttpPerson person : new HttpPerson[] {alice, bob}) {
            for (TestGateway node : new TestGateway[] {first, second}) {
                for (String path : new String[] {"/issues/1", "/issues", "/pulls"}) {
                    get(person, node, path);
                    assertThat(outcome(get(person, node, path))).isEqualTo("hit");
                }
            }
        }
        github.forgetCalls();
    }

    private HttpResponse<String> get(HttpPerson person, TestGateway node, String path) {
        return person.alsoAt(node.url()).get("/github" + repo + path);
    }

    private static String outcome(HttpResponse<String> answer) {
        return answer.headers().firstValue("X-Latchkey-Cache").orElseGet(() -> "none: " + answer.body());
    }

    @Test
    void asksAgainForWhatItsOwnerHasWrittenToThroughTheOther() {
        github.content()
                .on(
                        "PATCH",
                        repo + "/issues/1",
                        200,
                        "{}",
                        () -> github.content().put(repo + "/issues/1", "{\"state\":\"closed\"}"));

        HttpResponse<String> written =
                alice.alsoAt(first.url()).send("PATCH", "/github" + repo + "/issues/1", "{\"state\":\"closed\"}");

        assertThat(written.statusCode()).as(written.body()).isEqualTo(200);
        await().atMost(SOON)
                .untilAsserted(
                        () -> assertThat(get(alice, second, "/issues/1").body()).contains("closed"));
        assertThat(outcome(get(alice, second, "/issues"))).isEqualTo("revalidated");
        assertThat(outcome(get(alice, second, "/pulls")))
                .as("the issue may be one of them")
                .isEqualTo("revalidated");
        assertThat(outcome(get(bob, second, "/issues/1"))).as("not Bob's doing").isEqualTo("hit");
    }

    @Test
    void asksAgainForEverybodyAfterAWebhookThatTheOtherWasTold() {
        github.content().put(repo + "/issues/1", "{\"state\":\"closed\"}");

        deliver("issues", "closed", repo);

        for (HttpPerson person : new HttpPerson[] {alice, bob}) {
            await().atMost(SOON)
                    .untilAsserted(() ->
                            assertThat(get(person, second, "/issues/1").body()).contains("closed"));
        }
        assertThat(outcome(get(bob, second, "/pulls"))).isEqualTo("revalidated");
        assertThat(github.calls().under(API + repo + "/issues/1").count())
                .as("once for each of the two")
                .isEqualTo(2);
    }

    @Test
    void keepsWhatAWebhookToTheOtherDoesNotTellOf() {
        deliver("issues", "closed", "/repos/acme/other");
        deliver("issues", "closed", "/repos/acme/last");

        assertThat(outcome(get(alice, second, "/issues/1"))).isEqualTo("hit");
        assertThat(github.calls().under(API).count()).isZero();
    }

    @Test
    void givesNobodyWhatTheOtherWasToldTheyMayNotSeeAnyMore() {
        github.content().put(repo + "/pulls", "[2]").seenBy("alice");

        deliver("repository", "privatized", repo);

        await().atMost(SOON)
                .untilAsserted(() ->
                        assertThat(get(bob, second, "/pulls").statusCode()).isEqualTo(404));
        assertThat(get(alice, second, "/pulls").body()).isEqualTo("[2]");
    }

    /** What one keeps is written beside its answer: so the other is asked for what the one was asked for before. */
    @Test
    void paysForNothingThatTheOtherHasPaidFor() {
        AtomicInteger files = new AtomicInteger();
        await().atMost(SOON).until(() -> {
            String before = "/contents/" + files.get();
            String path = "/contents/" + files.incrementAndGet();
            github.content().put(repo + path, "{\"name\":\"" + path + "\"}");
            get(alice, first, path);
            int left = github.remainingOf("alice");
            HttpResponse<String> answer = get(alice, second, before);
            return answer.statusCode() == 200 && answer.body().contains(before) && github.remainingOf("alice") == left;
        });
    }

    private static void deliver(String event, String action, String repository) {
        String json = "{\"action\":\"" + action + "\",\"repository\":{\"id\":1,\"full_name\":\""
                + repository.substring("/repos/".length()) + "\"}}";
        assertThat(github.webhook(event, json)
                        .signedWith(SECRET)
                        .deliverTo(URI.create(first.url() + "/oauth2/webhooks/github"))
                        .statusCode())
                .isEqualTo(202);
    }
}
