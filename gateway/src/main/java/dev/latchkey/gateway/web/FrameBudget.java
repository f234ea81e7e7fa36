package dev.latchkey.gateway.web;

import java.util.concurrent.TimeUnit;

/**
 * How many frames that ask for nothing a client may send on a connection. They cost it less than they cost the gateway
 * (CVE-2019-9512, -9514, -9515). Programs that measure the way by a ping for every round trip stay far below.
 */
final class FrameBudget {

    static final int SETTINGS = 50;
    static final int OTHERS = 10_000;

    private static final long WINDOW = TimeUnit.SECONDS.toNanos(10);

    private long since = System.nanoTime();
    private int settings;
    private int others;

    /** Counts one more, and says whether that is too many. */
    boolean isSpentBySettings() {
        renew();
        return ++settings > SETTINGS;
    }

    /** Counts one more, and says whether that is too many. */
    boolean isSpent() {
        renew();
        return ++others > OTHERS;
    }

    private void renew() {
        long now = System.nanoTime();
        if (now - since >= WINDOW) {
            since = now;
            settings = 0;
            others = 0;
        }
    }
}
