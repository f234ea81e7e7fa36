package dev.latchkey.gateway.journey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.latchkey.gateway.testing.CallLog;
import dev.latchkey.gateway.testing.EchoBackend;
import dev.latchkey.gateway.testing.Fault;
import dev.latchkey.gateway.testing.GatewayProcess;
import dev.latchkey.gateway.testing.GitHubStub;
import dev.latchkey.gateway.testing.HttpPerson;
import dev.latchkey.gateway.testing.RedisServer;
import dev.latchkey.gateway.testing.RunningClock;
import dev.latchkey.gateway.testing.TestGateway;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A gateway or its Redis dies while a token is being renewed: only an answer of GitHub's that was lost costs a sign-in. */
class KilledTest {

    /** Another process has no other clock than the machine's, and renews a token when a quarter of its life is over. */
    private static final Duration LIFE = Duration.ofSeconds(8);
    /** How long Redis is away. */
    private static final Duration AWAY = Duration.ofSeconds(20);

    private final RunningClock clock = new RunningClock();
    private final GitHubStub github = GitHubStub.start(clock);
    private final EchoBackend app = EchoBackend.start();
    private final RedisServer redis = RedisServer.embedded();
    private final int port = TestGateway.freePort();
    private TestGateway survivor;

    @BeforeEach
    void start() {
        github.app().expiringTokens(LIFE);
        survivor = node().port(port).clock(clock).start();
    }

    private TestGateway.Builder node() {
        return TestGateway.signingInAt(github)
                .app(app.url())
                .on(redis)
                .property("latchkey.external-url", "http://localhost:" + port)
                .property("latchkey.github.token-timeout", "5s");
    }

    @AfterEach
    void stop() {
        survivor.close();
        redis.close();
        app.close();
        github.close();
    }

    @Test
    void aRefreshThatGitHubNeverSawIsMadeByAnotherNode() {
        HttpResponse<String> answer = afterTheRenewingNodeWasKilled(Fault.hang(Duration.ofSeconds(30)));
        assertThat(GivenToken.in(answer)).matches(github::isLive);
        assertThat(refreshes().count()).isEqualTo(2);
    }

    @Test
    void anAnswerThatDiedWithItsNodeAsksToSignInAgain() {
        HttpResponse<String> answer = afterTheRenewingNodeWasKilled(Fault.slow(Duration.ofSeconds(30)));
        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(refreshes().count()).isEqualTo(2);
        HttpPerson again = survivor.stranger();
        assertThat(again.signIn(github, "octocat", "/").statusCode()).isEqualTo(200);
        assertThat(GivenToken.in(again.fetch("/"))).matches(github::isLive);
    }

    /** What the other node answers. */
    private HttpResponse<String> afterTheRenewingNodeWasKilled(Fault fault) {
        try (GatewayProcess renewing = node().startApart()) {
            HttpPerson person = signedIn();
            HttpPerson there = person.twin().alsoAt(renewing.url());
            github.refreshes().next(fault);
            CompletableFuture<Void> asking = CompletableFuture.runAsync(
                    () -> {
                        while (refreshes().count() == 0) {
                            there.fetch("/");
                        }
                    },
                    task -> new Thread(task).start());
            await().pollInterval(Duration.ofMillis(20)).until(() -> refreshes().count() == 1);
            renewing.kill();
            asking.exceptionally(connectionLost -> null).join();
            outliveTheAttempt();
            return person.fetch("/");
        }
    }

    /** The token is over, and so is the time that whoever was renewing it had. */
    private void outliveTheAttempt() {
        clock.advance(LIFE.plusMinutes(1));
    }

    @Test
    void aPairInHandIsWrittenWhenRedisIsBack() {
        HttpPerson person = signedIn();
        String old = GivenToken.in(person.fetch("/"));
        clock.advance(LIFE);
        github.refreshes().next(Fault.slow(Duration.ofSeconds(2)));
        CompletableFuture<HttpResponse<String>> asked =
                CompletableFuture.supplyAsync(() -> person.twin().fetch("/"), task -> new Thread(task).start());
        await().pollInterval(Duration.ofMillis(10)).until(() -> refreshes().count() == 1);
        redis.stop();
        await().pollDelay(AWAY).atMost(AWAY.plusSeconds(10)).until(() -> true);
        assertThat(refreshes().count()).isEqualTo(1);
        redis.start();

        assertThat(GivenToken.in(asked.join())).isNotEqualTo(old).matches(github::isLive);
        await().until(() -> person.fetch("/").statusCode() == 200);
        assertThat(GivenToken.in(person.fetch("/"))).isEqualTo(GivenToken.in(asked.join()));
        assertThat(refreshes().count()).isEqualTo(1);
    }

    private HttpPerson signedIn() {
        HttpPerson person = survivor.stranger();
        assertThat(person.signIn(github, "octocat", "/").statusCode()).isEqualTo(200);
        // What comes next is not due again before a test is over.
        github.app().expiringTokens();
        return person;
    }

    private CallLog refreshes() {
        return github.calls().to("POST", "/login/oauth/access_token").withGrant("refresh_token");
    }
}
