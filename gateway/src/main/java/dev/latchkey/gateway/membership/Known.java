package dev.latchkey.gateway.membership;

import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

/** A reading on this node, with what saves checking it at each request. */
final class Known {

    private final Reading reading;
    private final Set<String> scopes;
    private final AtomicBoolean refreshing = new AtomicBoolean();
    private volatile long untouchedUpTo;

    Known(Reading reading, Set<String> scopes) {
        this.reading = reading;
        this.scopes = scopes;
        this.untouchedUpTo = reading.seq();
    }

    Reading reading() {
        return reading;
    }

    /** True if something that it tells of has changed at GitHub since it was read. */
    boolean isTouched(Changes changes) {
        long newest = changes.newest();
        if (untouchedUpTo >= newest) {
            return false;
        }
        if (changes.touch(scopes, untouchedUpTo)) {
            return true;
        }
        untouchedUpTo = newest;
        return false;
    }

    /** True for the one caller that shall ask again beside its request. */
    boolean startsRefresh() {
        return refreshing.compareAndSet(false, true);
    }

    void endRefresh() {
        refreshing.set(false);
    }
}
