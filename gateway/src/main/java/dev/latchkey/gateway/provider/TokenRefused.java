package dev.latchkey.gateway.provider;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The provider handed out no token. What to do about it depends on the reason alone. */
public final class TokenRefused extends RuntimeException {

    /** Whose fault it is, and so whether asking again can help. */
    public enum Reason {
        /** The code or refresh token is worth nothing (any more): final, whoever asks and however often. */
        SPENT,
        /** The provider does not accept this app as it is configured: an operator has to act. */
        MISCONFIGURED,
        /** Limits, outages, lost answers, nonsense: nothing is decided, ask again later. */
        UNAVAILABLE
    }

    private final Reason reason;
    private final @Nullable Duration retryAfter;

    TokenRefused(Reason reason, String what, @Nullable Duration retryAfter, @Nullable Throwable cause) {
        super(what, cause, false, cause != null);
        this.reason = reason;
        this.retryAfter = retryAfter;
    }

    /** Known to be worthless without having been sent. */
    public static TokenRefused spent(String why) {
        return new TokenRefused(Reason.SPENT, why, null, null);
    }

    /** It could not even be sent. */
    public static TokenRefused notSent(Throwable cause) {
        return new TokenRefused(Reason.UNAVAILABLE, "not sent", null, cause);
    }

    public Reason reason() {
        return reason;
    }

    /** How long the provider wants to be left alone, if it said so: a second at least, an hour at most. */
    public @Nullable Duration retryAfter() {
        return retryAfter;
    }
}
