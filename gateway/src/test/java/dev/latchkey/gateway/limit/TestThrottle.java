package dev.latchkey.gateway.limit;

import java.time.Clock;

/** Throttles of a single node, for tests of whoever uses them. */
public final class TestThrottle {

    private TestThrottle() {}

    public static Throttle of(Clock clock) {
        Buckets buckets = new LocalBuckets(clock);
        return new Throttle(buckets, buckets);
    }
}
