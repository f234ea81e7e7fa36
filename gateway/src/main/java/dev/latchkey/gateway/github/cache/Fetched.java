package dev.latchkey.gateway.github.cache;

import dev.latchkey.gateway.github.api.ApiAnswer;
import java.util.concurrent.atomic.AtomicBoolean;

/** What asking GitHub brought. */
sealed interface Fetched {

    /** How it came about, in the words of {@code X-Latchkey-Cache} and {@code Cache-Status} (RFC 9211). */
    Mark mark();

    /** Something that is kept, and can be given to all who wait. */
    record Kept(Entry entry, Mark mark) implements Fetched {}

    /** Something that is not kept, but short enough for all who wait. */
    record Whole(ApiAnswer answer, Mark mark) implements Fetched {}

    /** Something too long to be kept: it streams to one, and the others ask for themselves. */
    record Alone(ApiAnswer answer, Mark mark, AtomicBoolean taken) implements Fetched {

        boolean take() {
            return taken.compareAndSet(false, true);
        }
    }
}
