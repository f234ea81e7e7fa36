package dev.latchkey.gateway.journey;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.gateway.testing.EchoBackend;
import dev.latchkey.gateway.testing.GitHubStub;
import dev.latchkey.gateway.testing.HttpPerson;
import dev.latchkey.gateway.testing.RedisServer;
import dev.latchkey.gateway.testing.TestGateway;
import java.net.URI;
import java.net.http.HttpResponse;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Two nodes on one Redis are one gateway. */
class TwoGatewaysTest {

    private static GitHubStub github;
    private static EchoBackend app;
    private static RedisServer redis;
    private static TestGateway first;
    private static TestGateway second;

    @BeforeAll
    static void start() {
        github = GitHubStub.start();
        github.app().withoutTokenLimits();
        app = EchoBackend.start();
        redis = RedisServer.embedded();
        first = node("http://localhost:8080").start();
        second = node("http://localhost:8080").start();
    }

    /** Both say the same address; a test takes the place of the balancer between it and them. */
    private static TestGateway.Builder node(String externalUrl) {
        return TestGateway.signingInAt(github).app(app.url()).on(redis).property("latchkey.external-url", externalUrl);
    }

    @AfterAll
    static void stop() {
        first.close();
        second.close();
        redis.close();
        app.close();
        github.close();
    }

    private static HttpPerson signedInThroughBoth() {
        HttpPerson atFirst = first.stranger();
        HttpResponse<String> start = atFirst.navigate("/oauth2/start?rd=%2Fdeep%3Flink%3D1");
        URI callback = github.authorize(
                URI.create(start.headers().firstValue("Location").orElseThrow()), "octocat");
        HttpPerson atSecond = atFirst.alsoAt(second.url());
        HttpResponse<String> back = atSecond.navigate("/oauth2/callback?" + callback.getRawQuery());
        assertThat(back.statusCode()).isEqualTo(302);
        assertThat(back.headers().firstValue("Location")).contains("/deep?link=1");
        return atFirst;
    }

    @Test
    void aSignInStartsAtOneAndEndsAtTheOtherAndHoldsAtBoth() {
        HttpPerson octocat = signedInThroughBoth();
        assertThat(octocat.fetch("/").statusCode()).isEqualTo(200);
        assertThat(octocat.alsoAt(second.url()).fetch("/").statusCode()).isEqualTo(200);
        assertThat(app.lastRequest().header("X-Forwarded-User")).isEqualTo("octocat");
    }

    @Test
    void anAnswerThatWasUsedAtOneIsUsedAtTheOther() {
        HttpPerson person = first.stranger();
        HttpResponse<String> start = person.navigate("/oauth2/start");
        URI callback = github.authorize(
                URI.create(start.headers().firstValue("Location").orElseThrow()), "octocat");
        HttpPerson copied = person.twin().alsoAt(second.url());
        String answer = "/oauth2/callback?" + callback.getRawQuery();
        assertThat(person.navigate(answer).statusCode()).isEqualTo(302);

        HttpResponse<String> again = copied.navigate(answer);

        assertThat(again.statusCode()).isEqualTo(400);
        assertThat(again.headers().firstValue("X-Latchkey-Problem")).contains("sign-in.state.used");
        assertThat(copied.cookie("latchkey")).isNull();
        assertThat(person.alsoAt(second.url()).fetch("/").statusCode()).isEqualTo(200);
    }

    @Test
    void signingOutAtOneEndsItAtTheOther() {
        HttpPerson octocat = signedInThroughBoth();
        HttpPerson thief = octocat.twin().alsoAt(second.url());
        assertThat(thief.fetch("/").statusCode()).isEqualTo(200);

        octocat.post("/oauth2/sign_out", Map.of());

        SessionsContract.await(() -> thief.fetch("/").statusCode() == 401);
    }

    @Test
    void bothPublishTheSameKeys() {
        assertThat(first.stranger().get("/oauth2/jwks.json").body())
                .isEqualTo(second.stranger().get("/oauth2/jwks.json").body());
    }

    @Test
    void anUnreachableStoreIsNeverSignedOut() {
        HttpPerson octocat = signedInThroughBoth();
        try (TestGateway cold = node("http://localhost:8080").start()) {
            HttpPerson there = octocat.alsoAt(cold.url());
            assertThat(octocat.alsoAt(second.url()).fetch("/").statusCode()).isEqualTo(200);
            redis.pause();
            try {
                HttpResponse<String> answer = there.fetch("/");
                assertThat(answer.statusCode()).isEqualTo(503);
                assertThat(answer.headers().firstValue("Retry-After")).isPresent();
                assertThat(answer.headers().firstValue("Set-Cookie")).isEmpty();
                assertThat(answer.headers().firstValue("X-Latchkey-Problem")).contains("store.unavailable");
                // Who was here a moment ago does not even notice.
                assertThat(octocat.alsoAt(second.url()).fetch("/").statusCode()).isEqualTo(200);
            } finally {
                redis.resume();
            }
            SessionsContract.await(() -> there.fetch("/").statusCode() == 200);
        }
    }
}
