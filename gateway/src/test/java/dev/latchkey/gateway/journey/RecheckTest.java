package dev.latchkey.gateway.journey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.latchkey.gateway.testing.CallLog;
import dev.latchkey.gateway.testing.EchoBackend;
import dev.latchkey.gateway.testing.Fault;
import dev.latchkey.gateway.testing.GitHubStub;
import dev.latchkey.gateway.testing.HttpPerson;
import dev.latchkey.gateway.testing.TestClock;
import dev.latchkey.gateway.testing.TestGateway;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What no webhook tells: whether the tokens of those who are active are still good. */
class RecheckTest {

    private static final Duration INTERVAL = Duration.ofSeconds(90);
    /** A session's use is written every twentieth part of its idle time, and a token asked after at such a moment. */
    private static final Duration WRITTEN = Duration.ofSeconds(5);

    /** The writer looks four times as often, by the clock on the wall; twice in this time, so that it may be late. */
    private static final Duration LOOK = Duration.ofMillis(2_600);

    private final TestClock clock = TestClock.now();
    private final GitHubStub github = GitHubStub.start(clock);
    private final EchoBackend app = EchoBackend.start();
    private TestGateway gateway;

    @BeforeEach
    void start() {
        gateway = TestGateway.signingInAt(github)
                .app(app.url())
                .clock(clock)
                .property("latchkey.session.idle", "100s")
                .property("latchkey.github.recheck", INTERVAL.toSeconds() + "s")
                .start();
    }

    @AfterEach
    void stop() {
        gateway.close();
        app.close();
        github.close();
    }

    @Test
    void aTokenRevokedWithoutAWordIsNoticedInTime() {
        HttpPerson person = signedIn("octocat");
        HttpPerson bystander = signedIn("bystander");
        github.revoke(GivenToken.in(person.fetch("/")));
        Instant revoked = clock.instant();
        while (person.fetch("/").statusCode() == 200) {
            assertThat(bystander.fetch("/").statusCode()).isEqualTo(200);
            // Tokens are looked at when they are a minute old.
            assertThat(Duration.between(revoked, clock.instant()))
                    .isLessThanOrEqualTo(INTERVAL.plusMinutes(1).plus(WRITTEN.multipliedBy(8)));
            pass(WRITTEN.multipliedBy(4));
        }
        assertThat(person.fetch("/").statusCode()).isEqualTo(401);
        assertThat(bystander.fetch("/").statusCode()).isEqualTo(200);
    }

    @Test
    void anOutageEndsNobody() {
        HttpPerson person = signedIn("octocat");
        github.checkEndpoint().next(Fault.status(500), Fault.html(503), Fault.reset());
        github.checkEndpoint().always(Fault.rateLimited(Duration.ofMinutes(1)));
        github.incident(true);
        for (int i = 0; i < 5; i++) {
            pass(WRITTEN.multipliedBy(16));
            assertThat(person.fetch("/").statusCode()).isEqualTo(200);
        }
        pass(WRITTEN);
        assertThat(checks().count()).isBetween(2, 6);
        assertThat(person.fetch("/").statusCode()).isEqualTo(200);
    }

    @Test
    void gitHubIsAskedOnceASecondAtMost() {
        List<HttpPerson> people =
                IntStream.range(0, 20).mapToObj(i -> signedIn("person" + i)).toList();
        clock.advance(INTERVAL);
        people.forEach(person -> person.fetch("/"));
        pass(INTERVAL);
        github.forgetCalls();
        for (int i = 1; i <= 3; i++) {
            people.forEach(person -> assertThat(person.fetch("/").statusCode()).isEqualTo(200));
            pass(WRITTEN);
            assertThat(checks().count()).isBetween(1, i);
        }
        assertThat(checks().list().stream().map(call -> call.at()).distinct()).hasSize(checks().count());
    }

    /** Time by the gateway's clock; and by the wall's, until what was used before has been written. */
    private void pass(Duration time) {
        await().pollDelay(LOOK).until(() -> true);
        clock.advance(time);
        await().pollDelay(LOOK).until(() -> true);
    }

    private HttpPerson signedIn(String login) {
        HttpPerson person = gateway.stranger();
        assertThat(person.signIn(github, login, "/").statusCode()).isEqualTo(200);
        return person;
    }

    private CallLog checks() {
        return github.calls().matching(call -> call.method().equals("POST")).under("/api/v3/applications/");
    }
}
