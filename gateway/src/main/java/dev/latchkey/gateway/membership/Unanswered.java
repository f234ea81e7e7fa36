package dev.latchkey.gateway.membership;

import java.time.Duration;

/** GitHub could not be asked: a limit, an outage, or a token it does not take. It says nothing about the person. */
final class Unanswered extends RuntimeException {

    private final transient Duration wait;

    Unanswered(String why, Duration wait) {
        super(why, null, false, false);
        this.wait = wait;
    }

    /** For how long it is of no use to ask again. */
    Duration pause() {
        return wait;
    }
}
