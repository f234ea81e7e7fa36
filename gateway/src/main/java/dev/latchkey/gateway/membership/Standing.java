package dev.latchkey.gateway.membership;

import dev.latchkey.gateway.problem.Problem;

/** GitHub's word on a claim. That GitHub cannot be asked is no word, but a {@code membership.unknown} problem. */
public sealed interface Standing {

    /** The claim holds. */
    record Holds() implements Standing {}

    /** The claim does not hold. */
    record HoldsNot() implements Standing {}

    /**
     * GitHub does not show it to this person through this app, which is not the same as no.
     *
     * @param why what stands in the way, and what to do about it
     */
    record Hidden(Problem why) implements Standing {}
}
