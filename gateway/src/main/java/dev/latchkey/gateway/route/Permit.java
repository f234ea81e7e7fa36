package dev.latchkey.gateway.route;

import dev.latchkey.gateway.session.BrowserSession;
import org.jspecify.annotations.Nullable;

/**
 * The proof that a request may be forwarded: to that route, on behalf of that session. Only {@link AccessGate} makes
 * one, and everything behind the gate demands one, so nothing can be forwarded without a decision.
 */
public final class Permit {

    private final Route route;
    private final @Nullable BrowserSession session;

    Permit(Route route, @Nullable BrowserSession session) {
        this.route = route;
        this.session = session;
    }

    /** The very route that was decided on. */
    public Route route() {
        return route;
    }

    /** Who asks, or null where nobody has to sign in and nobody has. */
    public @Nullable BrowserSession session() {
        return session;
    }
}
