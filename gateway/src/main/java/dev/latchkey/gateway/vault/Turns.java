package dev.latchkey.gateway.vault;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Gives turns one after the other, so far apart, and none that would be too far away. */
final class Turns {

    private final Duration apart;
    private final Duration longest;
    private Instant next = Instant.MIN;

    Turns(Duration apart, Duration longest) {
        this.apart = apart;
        this.longest = longest;
    }

    /** How long to wait for a turn, which is taken by asking; null if there are too many before. */
    synchronized @Nullable Duration next(Instant now) {
        Instant turn = next.isAfter(now) ? next : now;
        Duration wait = Duration.between(now, turn);
        if (wait.compareTo(longest) > 0) {
            return null;
        }
        next = turn.plus(apart);
        return wait;
    }
}
