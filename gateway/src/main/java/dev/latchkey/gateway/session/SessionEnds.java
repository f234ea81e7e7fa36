package dev.latchkey.gateway.session;

import dev.latchkey.gateway.session.SessionEnded.Reason;
import dev.latchkey.gateway.store.Store;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.ApplicationEventPublisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Sees to it that the end of each session is told exactly once in all nodes.
 *
 * <p>The store deletes a session by itself, silently. So every session also stands in one queue, at the instant of its end:
 * whoever takes it out, because it was signed out or because that instant has come, is the one who tells. No timer for
 * each session, and nothing lost when the node that began it is gone.
 *
 * <p>A node that writes a session's last use may put it into the queue again while another ends it. So each end is also
 * claimed by a record, which outlives whatever such a write leaves behind.
 */
final class SessionEnds {

    private static final Logger LOG = LoggerFactory.getLogger(SessionEnds.class);
    private static final String QUEUE = "session-ends";
    private static final int AT_ONCE = 500;
    private static final byte[] TOLD = {1};
    private static final Duration MARGIN = Duration.ofMinutes(5);

    private final Store store;
    private final Supplier<Stream<SessionListener>> listeners;
    private final ApplicationEventPublisher events;
    private final Duration claimed;
    private final Clock clock;

    SessionEnds(
            Store store,
            Supplier<Stream<SessionListener>> listeners,
            ApplicationEventPublisher events,
            Duration idle,
            Clock clock) {
        this.store = store;
        this.listeners = listeners;
        this.events = events;
        this.claimed = idle.plus(MARGIN);
        this.clock = clock;
    }

    /** A session, as the queue names it. */
    record Entry(PersonId person, String sessionId) {

        private String text() {
            return person.provider() + ' ' + person.subject() + ' ' + sessionId;
        }

        private static Entry of(String text) {
            String[] parts = text.split(" ", 3);
            return new Entry(new PersonId(parts[0], parts[1]), parts[2]);
        }
    }

    /** The session will have ended then, if nothing moves its end. */
    Mono<Void> expect(PersonId person, String sessionId, Instant end) {
        return store.schedule(QUEUE, new Entry(person, sessionId).text(), end);
    }

    /** Tells the listeners of a session in use. */
    Mono<Void> used(PersonId person, Instant until) {
        return Flux.fromStream(listeners.get())
                .concatMap(listener -> listener.used(person, until))
                .then();
    }

    /** Tells of an end, unless another has told of it. */
    Mono<Void> tell(PersonId person, String sessionId, Reason reason) {
        return store.cancel(QUEUE, new Entry(person, sessionId).text())
                .filter(first -> first)
                .flatMap(first -> told(new SessionEnded(person, sessionId, reason)));
    }

    /** Takes the sessions whose end has come; what is taken has to be told, or expected again. */
    Flux<Entry> takeDue() {
        return store.takeDue(QUEUE, AT_ONCE).map(Entry::of);
    }

    /** Tells of the end of a session that was taken out of the queue. */
    Mono<Void> told(SessionEnded event) {
        return claim(event).filter(first -> first).flatMap(first -> tellAll(event));
    }

    /** Better told twice than never, should the store go away at this very moment. */
    private Mono<Boolean> claim(SessionEnded event) {
        return store.putIfAbsent(
                        "session-told:" + event.sessionId(),
                        TOLD,
                        clock.instant().plus(claimed))
                .onErrorReturn(true);
    }

    private Mono<Void> tellAll(SessionEnded event) {
        return Flux.fromStream(listeners.get())
                .concatMap(listener -> listener.ended(event).onErrorResume(e -> {
                    LOG.warn("The end of a session had not all its consequences: {}", e.toString());
                    return Mono.empty();
                }))
                .then(Mono.fromRunnable(() -> events.publishEvent(event)));
    }
}
