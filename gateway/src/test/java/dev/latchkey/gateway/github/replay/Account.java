package dev.latchkey.gateway.github.replay;

import java.util.ArrayDeque;
import java.util.Deque;

/** What GitHub counts of one principal, and the limits that were met. */
final class Account {

    private static final int QUOTA = 5_000;
    private static final int SEARCHES = 30;
    private static final long MINUTE = 60_000;

    private final Sum points = new Sum();
    private final Sum millis = new Sum();
    private final Quota core = new Quota(QUOTA, 60 * MINUTE);
    private final Quota search = new Quota(SEARCHES, MINUTE);
    private int underWay;
    private int writing;
    private long wroteAt = Long.MIN_VALUE / 2;
    private int secondary;
    private int primary;
    private long least = QUOTA;

    /** What is left of a quota, and until when. */
    static final class Quota {

        private final int limit;
        private final long window;
        private int used;
        private long reset;

        private Quota(int limit, long window) {
            this.limit = limit;
            this.window = window;
        }

        private void look(long now) {
            if (now >= reset) {
                used = 0;
                reset = (now + window) / 1_000 * 1_000;
            }
        }

        int limit() {
            return limit;
        }

        int used() {
            return used;
        }

        long reset() {
            return reset;
        }
    }

    /** Of the last minute. */
    private static final class Sum {

        private final Deque<long[]> parts = new ArrayDeque<>();
        private long sum;

        long plus(long now, long part) {
            parts.addLast(new long[] {now, part});
            sum += part;
            while (parts.getFirst()[0] <= now - MINUTE) {
                sum -= parts.removeFirst()[1];
            }
            return sum;
        }
    }

    Quota quota(boolean searching, long now) {
        Quota quota = searching ? search : core;
        quota.look(now);
        return quota;
    }

    /** Whether GitHub takes the call. */
    boolean arrive(boolean write, long now) {
        underWay++;
        boolean tooMuch = underWay > 100 || points.plus(now, write ? 5 : 1) > 900;
        if (write) {
            writing++;
            tooMuch |= writing > 1 || now - wroteAt < 1_000;
            wroteAt = now;
        }
        secondary += tooMuch ? 1 : 0;
        return !tooMuch;
    }

    void leave(boolean write, long took, long now) {
        underWay--;
        writing -= write ? 1 : 0;
        secondary += millis.plus(now, took) > 90_000 ? 1 : 0;
    }

    /** Whether there was any left. */
    boolean spend(Quota quota) {
        if (quota.used >= quota.limit) {
            primary++;
            return false;
        }
        quota.used++;
        if (quota == core) {
            least = Math.min(least, quota.limit - quota.used);
        }
        return true;
    }

    /** How often a secondary limit was met. */
    int secondary() {
        return secondary;
    }

    /** How often there was no quota left. */
    int primary() {
        return primary;
    }

    /** The lowest that the hourly quota has been. */
    long least() {
        return least;
    }
}
