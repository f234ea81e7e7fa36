package dev.latchkey.gateway.github.cache;

import dev.latchkey.gateway.github.api.ApiAnswer;

/** What asking GitHub brought. */
sealed interface Fetched {

    /** How it came about, in the words of {@code X-Latchkey-Cache} and {@code Cache-Status} (RFC 9211). */
    Mark mark();

    /** Something that is kept, and can be given to all who wait. */
    record Kept(Entry entry, Mark mark) implements Fetched {}

    /** Something that is not kept, but short enough for all who wait. */
    record Whole(ApiAnswer answer, Mark mark) implements Fetched {}

    /** Something longer: it streams to all who wait, and to those who come before the first of it is let go. */
    record Coming(ApiAnswer head, Broadcast body, Mark mark) implements Fetched {}
}
