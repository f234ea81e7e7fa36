package dev.latchkey.gateway.session;

import java.time.Instant;
import reactor.core.publisher.Mono;

/** Learns what becomes of sessions, for what must live and end with them. */
public interface SessionListener {

    /** Somebody used a session, which therefore lasts at least until then. Told now and then, not for each request. */
    Mono<Void> used(PersonId person, Instant until);

    /** A session is over; told once in all nodes. Whoever ended it waits for this. */
    Mono<Void> ended(SessionEnded event);
}
