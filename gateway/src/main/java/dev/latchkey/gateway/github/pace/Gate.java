package dev.latchkey.gateway.github.pace;

/**
 * When a call may go, as far as the ledger can tell.
 *
 * @param at the earliest time in milliseconds, or {@link #UNKNOWN} while it depends on the end of another call
 * @param reason what it waits for
 * @param claim what is scarce and shared with calls of other lines, so that they must not slip through before it; empty if
 *     nothing is
 */
record Gate(long at, Reason reason, String claim) {

    static final long UNKNOWN = Long.MAX_VALUE;
    static final Gate OPEN = new Gate(0, Reason.NONE, "");

    boolean isOpen(long now) {
        return at <= now;
    }

    Gate later(Gate other) {
        return other.at > at ? other : this;
    }

    Gate later(long when, Reason why, String what) {
        return when > at ? new Gate(when, why, what) : this;
    }
}
