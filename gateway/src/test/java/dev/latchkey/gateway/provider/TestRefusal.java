package dev.latchkey.gateway.provider;

import dev.latchkey.gateway.provider.TokenRefused.Reason;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Refusals for tests that stand in for the token endpoint. */
public final class TestRefusal {

    private TestRefusal() {}

    public static TokenRefused of(Reason reason, @Nullable Duration retryAfter) {
        return new TokenRefused(reason, "simulated", retryAfter, null);
    }
}
