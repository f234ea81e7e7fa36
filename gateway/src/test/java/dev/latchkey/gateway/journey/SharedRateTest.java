package dev.latchkey.gateway.journey;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.gateway.testing.EchoBackend;
import dev.latchkey.gateway.testing.GitHubStub;
import dev.latchkey.gateway.testing.RedisServer;
import dev.latchkey.gateway.testing.TestGateway;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Two nodes count together; without Redis each goes on counting for itself. */
class SharedRateTest {

    @Test
    void aRateIsOneForAllNodesAndNeverNone() {
        try (GitHubStub github = GitHubStub.start();
                EchoBackend app = EchoBackend.start();
                RedisServer redis = RedisServer.embedded();
                TestGateway first = node(github, app, redis);
                TestGateway second = node(github, app, redis)) {
            // Who has never spoken with Redis may take longer than a request is made to wait.
            first.stranger().fetch("/warm-up");
            second.stranger().fetch("/warm-up");
            assertThat(letIn(first, 6)).isEqualTo(6);
            assertThat(letIn(second, 6)).isEqualTo(4);
            assertThat(letIn(first, 1)).isZero();

            redis.pause();
            try {
                assertThat(letIn(first, 2)).as("what was spent stays spent").isZero();
                assertThat(letIn(second, 2)).isZero();
                assertThat(letIn(first, "/other", 12)).isEqualTo(10);
                assertThat(letIn(second, "/other", 12)).isEqualTo(10);
            } finally {
                redis.resume();
            }
            SessionsContract.await(() -> redis.keys().stream().anyMatch(key -> key.startsWith("latchkey:rate:app:")));
        }
    }

    private static TestGateway node(GitHubStub github, EchoBackend app, RedisServer redis) {
        return TestGateway.signingInAt(github)
                .on(redis)
                .route("warm-up", "path: /warm-up", "to: " + app.url(), "allow: [anyone]", "limits: { rate: 10/d }")
                .route("other", "path: /other", "to: " + app.url(), "allow: [anyone]", "limits: { rate: 10/d }")
                .route("app", "to: " + app.url(), "allow: [anyone]", "limits: { rate: 10/d }")
                .start();
    }

    private static long letIn(TestGateway gateway, int requests) {
        return letIn(gateway, "/", requests);
    }

    private static long letIn(TestGateway gateway, String path, int requests) {
        return IntStream.range(0, requests)
                .map(i -> gateway.stranger().fetch(path).statusCode())
                .filter(status -> status == 200)
                .count();
    }
}
