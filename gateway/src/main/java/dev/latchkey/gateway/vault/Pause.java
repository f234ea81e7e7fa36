package dev.latchkey.gateway.vault;

import dev.latchkey.gateway.store.Store;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import reactor.core.publisher.Mono;

/**
 * The time for which the provider wants no call for a token from this app, on whichever node: GitHub limits these calls
 * by app, not by person. Other providers have nothing to do with it.
 */
final class Pause {

    private static final String KEY = "token-pause:";

    private final Store store;
    private final Clock clock;
    private final Map<String, Long> until = new ConcurrentHashMap<>();

    Pause(Store store, Clock clock) {
        this.store = store;
        this.clock = clock;
    }

    Mono<Void> begin(String provider, Duration time) {
        Instant end = clock.instant().plus(time);
        until.merge(provider, end.toEpochMilli(), Math::max);
        byte[] value = Long.toString(end.toEpochMilli()).getBytes(StandardCharsets.US_ASCII);
        return store.put(KEY + provider, value, end).onErrorComplete();
    }

    /** What is left of it; empty if calls are welcome. */
    Mono<Duration> left(String provider) {
        long known = until.getOrDefault(provider, 0L);
        if (clock.millis() < known) {
            return Mono.just(leftUntil(known));
        }
        return store.get(KEY + provider)
                .map(value -> leftUntil(Long.parseLong(new String(value, StandardCharsets.US_ASCII))))
                .filter(left -> !left.isNegative() && !left.isZero());
    }

    private Duration leftUntil(long end) {
        return Duration.ofMillis(end - clock.millis());
    }
}
