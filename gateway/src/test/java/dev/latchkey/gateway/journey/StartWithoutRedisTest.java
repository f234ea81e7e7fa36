package dev.latchkey.gateway.journey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.latchkey.gateway.testing.EchoBackend;
import dev.latchkey.gateway.testing.GitHubStub;
import dev.latchkey.gateway.testing.HttpPerson;
import dev.latchkey.gateway.testing.RedisServer;
import dev.latchkey.gateway.testing.TestGateway;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A whole machine room starts, and Redis comes last. */
class StartWithoutRedisTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Test
    void itLivesIsNotReadyAndIsOnceRedisIsThere() {
        try (GitHubStub github = GitHubStub.start();
                EchoBackend app = EchoBackend.start();
                RedisServer redis = RedisServer.embedded()) {
            redis.stop();
            try (TestGateway gateway =
                    TestGateway.signingInAt(github).app(app.url()).on(redis).start()) {
                HttpPerson operator = HttpPerson.at("http://localhost:" + gateway.internalPort());
                assertThat(operator.get("/ready").statusCode()).isEqualTo(503);
                assertThat(operator.get("/actuator/health/readiness").statusCode())
                        .isEqualTo(503);
                assertThat(operator.get("/actuator/health/liveness").statusCode())
                        .isEqualTo(200);
                HttpResponse<String> early =
                        gateway.stranger().setCookie("latchkey", "somebody").fetch("/");
                assertThat(early.statusCode()).isIn(401, 503);

                redis.start();

                await().atMost(PATIENCE).until(() -> operator.get("/ready").statusCode() == 200);
            }
        }
    }
}
