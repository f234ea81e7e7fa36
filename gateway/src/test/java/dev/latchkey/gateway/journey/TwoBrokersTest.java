package dev.latchkey.gateway.journey;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.gateway.installation.InstallationTokens;
import dev.latchkey.gateway.testing.Fault;
import dev.latchkey.gateway.testing.GitHubStub;
import dev.latchkey.gateway.testing.RedisServer;
import dev.latchkey.gateway.testing.RunningClock;
import dev.latchkey.gateway.testing.StubGitHubApp;
import dev.latchkey.gateway.testing.StubInstallation;
import dev.latchkey.gateway.testing.TestGateway;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Two nodes on one Redis mint as one. */
class TwoBrokersTest {

    private static final RunningClock clock = new RunningClock();
    private static GitHubStub github;
    private static StubGitHubApp app;
    private static RedisServer redis;
    private static TestGateway first;
    private static TestGateway second;

    @BeforeAll
    static void start() {
        github = GitHubStub.start(clock);
        app = github.gitHubApp(4711);
        app.installedAt("acme", "wiki", "shop", "rolling", "near");
        redis = RedisServer.embedded();
        first = node().start();
        second = node().start();
    }

    private static TestGateway.Builder node() {
        return TestGateway.signingInAt(github)
                .properties(app.gatewayProperties())
                .on(redis)
                .clock(clock);
    }

    @AfterAll
    static void stop() {
        first.close();
        second.close();
        redis.close();
        github.close();
    }

    @BeforeEach
    void forget() {
        github.forgetCalls();
        github.mints().heal();
        github.installationLookups().heal();
    }

    @Test
    @DisplayName("K-04: a hundred parallel first calls at two nodes are one look-up and one mint, and so at its expiry")
    void K04_mintOnce() {
        github.mints().always(Fault.slow(Duration.ofMillis(500)));
        github.installationLookups().always(Fault.slow(Duration.ofMillis(200)));
        assertOneToken("acme/wiki");
        assertThat(github.mintCalls().count()).isEqualTo(1);
        assertThat(github.calls().count()).isEqualTo(2);

        clock.advance(Duration.ofMinutes(59).plusSeconds(1));
        assertOneToken("acme/wiki");
        assertThat(github.mintCalls().count()).isEqualTo(2);
    }

    private static void assertOneToken(String repository) {
        List<HttpResponse<String>> answers =
                TokenWorker.askAtOnce(100, repository, TokenWorker.at(first), TokenWorker.at(second));
        assertThat(answers).allSatisfy(answer -> assertThat(answer.statusCode()).isEqualTo(200));
        assertThat(answers.stream().map(TokenWorker::tokenIn).distinct()).hasSize(1);
    }

    @Test
    @DisplayName("K-18, K-22: what one node is told, the other knows in a moment")
    void K18_K22_hearOfOneAnother() {
        String before = TokenWorker.at(first).token("acme/shop");
        assertThat(TokenWorker.at(second).token("acme/shop")).isEqualTo(before);
        assertThat(TokenWorker.at(first)
                        .send("POST", "/api/acme/shop/invalidate")
                        .statusCode())
                .isEqualTo(204);
        SessionsContract.await(() -> !TokenWorker.at(second).token("acme/shop").equals(before));

        assertThat(TokenWorker.at(second).ask("fresh/repo").statusCode()).isEqualTo(400);
        StubInstallation fresh = app.installedAt("fresh", "repo");
        first.bean(InstallationTokens.class)
                .heard(
                        "installation",
                        github.installationEvent(fresh, "created").payload())
                .block(Duration.ofMinutes(1));
        SessionsContract.await(() -> TokenWorker.at(second).ask("fresh/repo").statusCode() == 200);
    }

    @Test
    @DisplayName("K-08: a limit that one node has met holds the other back")
    void K08_pauseTogether() {
        github.installationLookups().next(Fault.rateLimited(Duration.ofSeconds(30)));
        assertThat(TokenWorker.at(first).ask("limited/one").statusCode()).isEqualTo(429);
        assertThat(TokenWorker.at(second).ask("limited/two").statusCode()).isEqualTo(429);
        assertThat(github.calls().count()).isEqualTo(1);
        clock.advance(Duration.ofSeconds(30));
        assertThat(TokenWorker.at(second).ask("limited/two").statusCode()).isEqualTo(400);
    }

    @Test
    @DisplayName("K-19: nodes come and go, no request fails, and Redis shows no token")
    void K19_rollOver() {
        String token = TokenWorker.at(first).token("acme/rolling");
        try (TestGateway third = node().start()) {
            assertThat(TokenWorker.at(third).token("acme/rolling")).isEqualTo(token);
        }
        assertThat(TokenWorker.at(second).token("acme/rolling")).isEqualTo(token);
        assertThat(github.mintCalls().count()).isEqualTo(1);
        assertThat(redis.dump()).contains("installation-token:").doesNotContain(token, "acme/rolling");
        assertThat(github.secretsSeen()).noneMatch(redis.dump()::contains);
    }

    @Test
    @DisplayName("An unreachable store is told of, and what this node has in memory is served")
    void serveFromMemoryWithoutTheStore() {
        String token = TokenWorker.at(first).token("acme/near");
        redis.pause();
        try {
            assertThat(TokenWorker.at(first).token("acme/near")).isEqualTo(token);
            HttpResponse<String> answer = TokenWorker.at(first).ask("acme/unseen");
            assertThat(answer.statusCode()).isIn(503, 504);
            assertThat(TokenWorker.error(answer)).doesNotContain("installed");
        } finally {
            redis.resume();
        }
        SessionsContract.await(() -> TokenWorker.at(first).ask("acme/unseen").statusCode() == 400);
    }
}
