package dev.latchkey.gateway.vault;

import dev.latchkey.gateway.provider.TokenRefused;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Locale;

/** Counts what became of refreshes: {@code latchkey.token.refreshes}, by outcome. */
final class Outcomes {

    private final MeterRegistry meters;

    Outcomes(MeterRegistry meters) {
        this.meters = meters;
    }

    /** {@code renewed}, {@code over} when a sign-in has ended with it, or why the provider refused. */
    void count(String outcome) {
        Counter.builder("latchkey.token.refreshes")
                .description("Attempts to renew a person's token, by what became of them")
                .tag("outcome", outcome)
                .register(meters)
                .increment();
    }

    /** Another node was at it, and was waited for: once for each look at what it had done. */
    void waited(Duration time) {
        Timer.builder("latchkey.token.lock.wait")
                .description("How long requests waited for another node that was renewing the same token")
                .register(meters)
                .record(time);
    }

    void count(TokenRefused.Reason reason) {
        count(reason.name().toLowerCase(Locale.ROOT));
    }
}
