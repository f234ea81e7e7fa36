package dev.latchkey.gateway.vault;

import dev.latchkey.gateway.store.Store;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import reactor.core.publisher.Mono;

/**
 * The time for which the provider wants no call for a token from this app, on whichever node: GitHub limits these calls
 * by app, not by person.
 */
final class Pause {

    private static final String KEY = "token-pause";

    private final Store store;
    private final Clock clock;
    private volatile long until;

    Pause(Store store, Clock clock) {
        this.store = store;
        this.clock = clock;
    }

    Mono<Void> begin(Duration time) {
        Instant end = clock.instant().plus(time);
        until = Math.max(until, end.toEpochMilli());
        byte[] value = Long.toString(end.toEpochMilli()).getBytes(StandardCharsets.US_ASCII);
        return store.put(KEY, value, end).onErrorComplete();
    }

    /** What is left of it; empty if calls are welcome. */
    Mono<Duration> left() {
        if (clock.millis() < until) {
            return Mono.just(leftUntil(until));
        }
        return store.get(KEY)
                .map(value -> leftUntil(Long.parseLong(new String(value, StandardCharsets.US_ASCII))))
                .filter(left -> !left.isNegative() && !left.isZero());
    }

    private Duration leftUntil(long end) {
        return Duration.ofMillis(end - clock.millis());
    }
}
