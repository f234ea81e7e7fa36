package dev.latchkey.gateway.session;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A session as this node last saw it in the store, and how long it may be believed without asking again.
 *
 * <p>Three ages: <em>fresh</em>, answered from here; <em>ageing</em>, answered from here while the store is asked
 * beside the request; <em>old</em>, the request waits for the store. The second also bridges a store that is away for
 * some seconds. A sign-out elsewhere arrives as a message and removes the entry at once.
 */
final class NearSession {

    static final Duration FRESH = Duration.ofSeconds(5);
    static final Duration OLD = Duration.ofSeconds(30);

    /** Hosts at which a session is used by turns without a signature for each request; more than anybody has open. */
    private static final int MOST_PROVEN = 32;

    private final BrowserSession session;
    private final long loadedAt;
    private final AtomicBoolean reloading = new AtomicBoolean();
    private volatile long lastUsed;
    private volatile long written;
    private volatile Proven[] proven = {};

    /** A cookie's value that was found to be this session's at that host. */
    private record Proven(String value, String host) {}

    NearSession(BrowserSession session, long now) {
        this.session = session;
        this.loadedAt = now;
        this.lastUsed = session.lastUsed().toEpochMilli();
        this.written = lastUsed;
    }

    BrowserSession session() {
        return session;
    }

    /** True if {@link #prove} was told so. */
    boolean isProven(String value, String host) {
        for (Proven known : proven) {
            if (known.value.equals(value) && known.host.equals(host)) {
                return true;
            }
        }
        return false;
    }

    /** Notes a cookie's value that is this session's at that host. Of two that are noted at once one may be lost. */
    NearSession prove(String value, String host) {
        if (isProven(value, host)) {
            return this;
        }
        Proven[] before = proven;
        Proven[] after = new Proven[Math.min(before.length + 1, MOST_PROVEN)];
        after[0] = new Proven(value, host);
        System.arraycopy(before, 0, after, 1, after.length - 1);
        proven = after;
        return this;
    }

    boolean isFresh(long now) {
        return now - loadedAt < FRESH.toMillis();
    }

    boolean isOld(long now) {
        return now - loadedAt >= OLD.toMillis();
    }

    /** False once the session has ended as far as this node knows; another node may have seen it used later. */
    boolean isAlive(long now, long idle) {
        return now < session.end().toEpochMilli() && now < lastUsed + idle;
    }

    /** True for the one caller that shall ask the store beside its request. */
    boolean startsReload() {
        return reloading.compareAndSet(false, true);
    }

    void endReload() {
        reloading.set(false);
    }

    long lastUsed() {
        return lastUsed;
    }

    /** Notes a request; true if it has to be written to the store in time. */
    boolean use(long now) {
        if (now > lastUsed) {
            lastUsed = now;
        }
        return lastUsed > written;
    }

    boolean isDue(long now, long writeInterval) {
        return now - written >= writeInterval;
    }

    void written(long used) {
        written = used;
    }

    /**
     * Takes over how far the session was used from the entry that this one replaces. Cookies prove themselves anew: by a key
     * that was taken out of the ring in the meantime they no longer can.
     */
    NearSession after(NearSession older) {
        lastUsed = Math.max(lastUsed, older.lastUsed);
        return this;
    }
}
