package dev.latchkey.gateway.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.gateway.session.SessionEnded.Reason;
import dev.latchkey.gateway.store.EmbeddedStore;
import dev.latchkey.gateway.testing.TestClock;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Mono;

class SessionEndsTest {

    private static final PersonId OCTOCAT = new PersonId("github", "583231");
    private static final Duration IDLE = Duration.ofHours(1);

    private final TestClock clock = TestClock.now();
    private final List<SessionEnded> heard = new ArrayList<>();
    private final List<Object> published = new ArrayList<>();

    @TempDir
    private Path folder;

    private EmbeddedStore store;
    private SessionEnds ends;

    @BeforeEach
    void open() {
        store = new EmbeddedStore(folder, clock);
        ends = new SessionEnds(store, () -> Stream.of(new Listener()), published::add, IDLE, clock);
    }

    @AfterEach
    void close() {
        store.close();
    }

    private final class Listener implements SessionListener {

        @Override
        public Mono<Void> used(PersonId person, Instant until) {
            return Mono.empty();
        }

        @Override
        public Mono<Void> ended(SessionEnded event) {
            heard.add(event);
            return Mono.error(new IllegalStateException("a consequence that fails"));
        }
    }

    @Test
    void areToldOnceToAllEvenIfOneFails() {
        ends.expect(OCTOCAT, "session", clock.instant().plus(IDLE)).block();
        ends.tell(OCTOCAT, "session", Reason.SIGNED_OUT).block();
        ends.tell(OCTOCAT, "session", Reason.REVOKED).block();
        assertThat(heard).containsExactly(new SessionEnded(OCTOCAT, "session", Reason.SIGNED_OUT));
        assertThat(published).isEqualTo(heard);
    }

    @Test
    void areToldOnceWhenALateWriteExpectsThemAgain() {
        ends.expect(OCTOCAT, "session", clock.instant().plus(IDLE)).block();
        ends.tell(OCTOCAT, "session", Reason.SIGNED_OUT).block();
        ends.expect(OCTOCAT, "session", clock.instant().plus(IDLE)).block();
        clock.advance(IDLE);
        ends.takeDue()
                .concatMap(due -> ends.told(new SessionEnded(due.person(), due.sessionId(), Reason.EXPIRED)))
                .blockLast();
        assertThat(heard).containsExactly(new SessionEnded(OCTOCAT, "session", Reason.SIGNED_OUT));
        assertThat(published).isEqualTo(heard);
    }

    @Test
    void areTakenWhenTheyAreDueAndNotBefore() {
        ends.expect(OCTOCAT, "session", clock.instant().plus(IDLE)).block();
        clock.advance(IDLE.minusMillis(1));
        assertThat(ends.takeDue().collectList().block()).isEmpty();
        clock.advance(Duration.ofMillis(1));
        assertThat(ends.takeDue().collectList().block()).containsExactly(new SessionEnds.Entry(OCTOCAT, "session"));
        assertThat(ends.takeDue().collectList().block()).isEmpty();
    }
}
