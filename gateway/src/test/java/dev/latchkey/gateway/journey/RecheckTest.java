package dev.latchkey.gateway.journey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.latchkey.gateway.session.PersonId;
import dev.latchkey.gateway.session.SessionEnded;
import dev.latchkey.gateway.session.SessionListener;
import dev.latchkey.gateway.testing.CallLog;
import dev.latchkey.gateway.testing.EchoBackend;
import dev.latchkey.gateway.testing.Fault;
import dev.latchkey.gateway.testing.GitHubStub;
import dev.latchkey.gateway.testing.HttpPerson;
import dev.latchkey.gateway.testing.TestClock;
import dev.latchkey.gateway.testing.TestGateway;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.core.Ordered;
import reactor.core.publisher.Mono;

/** What no webhook tells: whether the tokens of those who are active are still good. */
class RecheckTest {

    private static final Duration IDLE = Duration.ofSeconds(100);
    private static final Duration INTERVAL = Duration.ofSeconds(90);
    /** A session's use is written every twentieth part of its idle time, and a token asked after at such a moment. */
    private static final Duration WRITTEN = IDLE.dividedBy(20);

    private final TestClock clock = TestClock.now();
    private final GitHubStub github = GitHubStub.start(clock);
    private final EchoBackend app = EchoBackend.start();
    private final Written written = new Written();
    /** Whose use is still to be written, and when it was. */
    private final Map<PersonId, Instant> used = new HashMap<>();

    private TestGateway gateway;

    @BeforeEach
    void start() {
        gateway = TestGateway.signingInAt(github)
                .app(app.url())
                .clock(clock)
                .bean(SessionListener.class, written)
                .property("latchkey.session.idle", IDLE.toSeconds() + "s")
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
        Somebody person = signedIn("octocat");
        Somebody bystander = signedIn("bystander");
        clock.advance(WRITTEN);
        github.revoke(GivenToken.in(person.browser.fetch("/")));
        Instant revoked = clock.instant();
        while (asks(person) == 200) {
            assertThat(asks(bystander)).isEqualTo(200);
            // Tokens are looked at when they are a minute old.
            assertThat(Duration.between(revoked, clock.instant()))
                    .isLessThanOrEqualTo(INTERVAL.plusMinutes(1).plus(WRITTEN.multipliedBy(8)));
            pass(WRITTEN.multipliedBy(4));
        }
        assertThat(asks(person)).isEqualTo(401);
        assertThat(asks(bystander)).isEqualTo(200);
    }

    @Test
    void anOutageEndsNobody() {
        Somebody person = signedIn("octocat");
        github.checkEndpoint().next(Fault.status(500), Fault.html(503), Fault.reset());
        github.checkEndpoint().always(Fault.rateLimited(Duration.ofMinutes(1)));
        github.incident(true);
        for (int i = 0; i < 5; i++) {
            clock.advance(WRITTEN.multipliedBy(16));
            assertThat(asks(person)).isEqualTo(200);
            pass(Duration.ZERO);
        }
        pass(WRITTEN);
        assertThat(checks().count()).isBetween(2, 6);
        assertThat(asks(person)).isEqualTo(200);
    }

    @Test
    void gitHubIsAskedOnceASecondAtMost() {
        List<Somebody> people =
                IntStream.range(0, 20).mapToObj(i -> signedIn("person" + i)).toList();
        clock.advance(INTERVAL);
        people.forEach(person -> assertThat(asks(person)).isEqualTo(200));
        pass(INTERVAL);
        github.forgetCalls();
        for (int i = 1; i <= 3; i++) {
            people.forEach(person -> assertThat(asks(person)).isEqualTo(200));
            pass(WRITTEN);
            assertThat(checks().count()).isBetween(1, i);
        }
        assertThat(checks().list().stream().map(call -> call.at()).distinct()).hasSize(checks().count());
    }

    private record Somebody(PersonId id, HttpPerson browser) {}

    private Somebody signedIn(String login) {
        HttpPerson browser = gateway.stranger();
        assertThat(browser.signIn(github, login, "/").statusCode()).isEqualTo(200);
        return new Somebody(
                new PersonId("github", Long.toString(github.person(login).id())), browser);
    }

    /** The status; what it used of a session is written at its next moment, if the clock has moved since the sign-in. */
    private int asks(Somebody person) {
        int status = person.browser.fetch("/").statusCode();
        if (status == 200) {
            used.put(person.id, clock.instant());
        }
        return status;
    }

    /** Time by the gateway's clock, when what was used before has been written, with all that follows from that. */
    private void pass(Duration time) {
        used.forEach((person, at) -> await().until(() -> written.has(person, at)));
        used.clear();
        clock.advance(time);
    }

    private CallLog checks() {
        return github.calls().matching(call -> call.method().equals("POST")).under("/api/v3/applications/");
    }

    /** Told last, when the others have done what they do about it. */
    private static final class Written implements SessionListener, Ordered {

        private final Map<PersonId, Instant> until = new ConcurrentHashMap<>();

        boolean has(PersonId person, Instant used) {
            return !until.getOrDefault(person, Instant.MIN).isBefore(used.plus(IDLE));
        }

        @Override
        public Mono<Void> used(PersonId person, Instant end) {
            return Mono.fromRunnable(() -> until.put(person, end));
        }

        @Override
        public Mono<Void> ended(SessionEnded event) {
            return Mono.empty();
        }

        @Override
        public int getOrder() {
            return LOWEST_PRECEDENCE;
        }
    }
}
