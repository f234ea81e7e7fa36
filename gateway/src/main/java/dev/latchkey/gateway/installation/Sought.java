package dev.latchkey.gateway.installation;

import java.time.Instant;
import reactor.core.publisher.Mono;

/**
 * Something that is fetched once and kept for all.
 *
 * @param <T> what it is
 */
interface Sought<T> {

    /** Its name in the store, which holds no secret. */
    String key();

    /** Whether one that is known may still be given away. */
    boolean isGood(T known);

    /** Whether one that is known is better than a failure to fetch another. */
    boolean isBetterThanNothing(T known);

    /** Fetches it. Ends within the time that its {@link OnceForAll} allows, or is ended. */
    Mono<T> fetch();

    Instant end(T fetched);

    byte[] write(T fetched);

    T read(byte[] written);
}
