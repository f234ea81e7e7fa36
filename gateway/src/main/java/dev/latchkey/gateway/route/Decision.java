package dev.latchkey.gateway.route;

import dev.latchkey.gateway.problem.Problem;

/** What the gate says to a request. */
sealed interface Decision {

    /** Let in. */
    record Permitted(Permit permit) implements Decision {}

    /** Not let in as a stranger; signing in may help. */
    record Challenged() implements Decision {}

    /** Not let in, and signing in would not change that. */
    record Denied(Problem why) implements Decision {}

    /** No line lets in so far, and of some this node cannot tell without asking GitHub. */
    record Undecided() implements Decision {}
}
