package dev.latchkey.gateway.session;

import dev.latchkey.gateway.keys.KeyRing;
import dev.latchkey.gateway.keys.Unsealable;
import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import java.time.Duration;
import java.time.Instant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.session.ReactiveSessionRepository;
import org.springframework.session.Session;
import reactor.core.publisher.Mono;

/**
 * Sessions in the store, through Spring Session: a new id for every sign-in, the record sealed, its end set in the
 * store itself.
 *
 * @param <S> the repository's kind of session
 */
final class StoredSessions<S extends Session> {

    private static final Logger LOG = LoggerFactory.getLogger(StoredSessions.class);
    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

    /** Moves a session's end in one step that cannot bring an ended session back. */
    @FunctionalInterface
    interface Touch {
        /** Emits false if there is no such session any more. */
        Mono<Boolean> apply(String id, Instant lastUsed, Duration idle);
    }

    /** Puts a newly sealed record into a session, in one step that cannot bring an ended session back. */
    @FunctionalInterface
    interface Reseal {
        /** Emits false if there is no such session any more. */
        Mono<Boolean> apply(String id, String sealed);
    }

    private final ReactiveSessionRepository<S> repository;
    private final Touch touch;
    private final Reseal reseal;
    private final KeyRing keys;
    private final Duration idle;

    StoredSessions(ReactiveSessionRepository<S> repository, Touch touch, Reseal reseal, KeyRing keys, Duration idle) {
        this.repository = repository;
        this.touch = touch;
        this.reseal = reseal;
        this.keys = keys;
        this.idle = idle;
    }

    Mono<BrowserSession> create(Person person, BrowserSession.Origin origin, Instant now, Instant end) {
        return repository
                .createSession()
                .flatMap(session -> {
                    session.setLastAccessedTime(now);
                    session.setMaxInactiveInterval(idleUntil(now, end));
                    session.setAttribute(
                            SessionRecord.ATTRIBUTE,
                            SessionRecord.of(person, end, origin).seal(keys, session.getId()));
                    return repository.save(session).thenReturn(session);
                })
                .map(session -> SessionRecord.open(keys, session))
                .onErrorMap(StoredSessions::unavailable);
    }

    /** The session, or empty if it has ended or was sealed by a key that is gone. What an older key sealed is sealed anew. */
    Mono<BrowserSession> find(String id) {
        return repository
                .findById(id)
                .flatMap(this::opened)
                .onErrorResume(Unsealable.class, e -> {
                    LOG.warn(
                            "A session was sealed by a key that is no longer in the ring; its owner must sign in again");
                    return Mono.empty();
                })
                .onErrorMap(StoredSessions::unavailable);
    }

    private Mono<BrowserSession> opened(S session) {
        BrowserSession opened = SessionRecord.open(keys, session);
        String anew = SessionRecord.sealedAnew(keys, session);
        return anew == null
                ? Mono.just(opened)
                : reseal.apply(session.getId(), anew).thenReturn(opened);
    }

    Mono<Void> delete(String id) {
        return repository.deleteById(id).onErrorMap(StoredSessions::unavailable);
    }

    Mono<Boolean> touch(String id, Instant lastUsed, Instant end) {
        return touch.apply(id, lastUsed, idleUntil(lastUsed, end)).onErrorMap(StoredSessions::unavailable);
    }

    /**
     * The store knows one end: the idle one, or the absolute one where that comes earlier. Spring Session counts whole
     * seconds; rounded up, so that none is taken away, and who asks in between is told by the exact times.
     */
    private Duration idleUntil(Instant from, Instant end) {
        Duration left = Duration.between(from, end);
        Duration shorter = left.compareTo(idle) < 0 ? left : idle;
        return Duration.ofSeconds(Math.max(0, shorter.plusMillis(999).toSeconds()));
    }

    private static Throwable unavailable(Throwable cause) {
        return cause instanceof Problem
                ? cause
                : Problem.of(ProblemCode.STORE_UNAVAILABLE)
                        .retryAfter(RETRY_AFTER)
                        .causedBy(cause);
    }
}
