package dev.latchkey.gateway.store;

import java.time.Instant;

/** Instants as both homes of state count them: milliseconds, of at most fifteen digits. */
final class Ends {

    private static final long LAST = Instant.parse("9999-12-31T23:59:59.999Z").toEpochMilli();

    private Ends() {}

    /** At least 1, since Redis takes no other end, and one that is long past whatever the number. */
    static long millis(Instant end) {
        if (end.isAfter(Instant.ofEpochMilli(LAST))) {
            return LAST;
        }
        return end.isBefore(Instant.EPOCH) ? 1 : Math.max(1, end.toEpochMilli());
    }
}
