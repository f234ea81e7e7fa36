package dev.latchkey.gateway.store;

import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import java.time.Duration;

/** The one way a store fails: not now, and not as if nothing were there. */
final class StoreUnavailable {

    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

    private StoreUnavailable() {}

    static Problem because(Throwable cause) {
        return cause instanceof Problem problem
                ? problem
                : Problem.of(ProblemCode.STORE_UNAVAILABLE)
                        .retryAfter(RETRY_AFTER)
                        .causedBy(cause);
    }
}
