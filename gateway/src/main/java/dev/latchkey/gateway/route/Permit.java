package dev.latchkey.gateway.route;

import org.jspecify.annotations.Nullable;

/**
 * The proof that a request may be forwarded: to that route, on behalf of that caller. Only {@link AccessGate} makes
 * one, and everything behind the gate demands one, so nothing can be forwarded without a decision.
 */
public final class Permit {

    private final Route route;
    private final @Nullable Caller caller;

    Permit(Route route, @Nullable Caller caller) {
        this.route = route;
        this.caller = caller;
    }

    /** The very route that was decided on. */
    public Route route() {
        return route;
    }

    /** Who asks, or null where nobody has to say so and nobody has. */
    public @Nullable Caller caller() {
        return caller;
    }
}
