package dev.latchkey.gateway.route;

/** What the gate says to a request. */
sealed interface Decision {

    /** Let in. */
    record Permitted(Permit permit) implements Decision {}

    /** Not let in as a stranger; signing in may help. */
    record Challenged() implements Decision {}

    /** Signed in, and not let in. */
    record Denied() implements Decision {}
}
