package dev.latchkey.gateway.store;

import java.time.Duration;
import org.springframework.data.redis.connection.ReactiveRedisConnection;
import org.springframework.data.redis.connection.ReactiveRedisConnectionFactory;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * The way to Redis, found on first use and shared from then on.
 *
 * <p>The first connection is the one thing here that blocks, so it is made aside, once for all who wait. While it cannot be
 * made, callers fail at once for a moment rather than queue behind one another. Once made it mends itself.
 */
final class RedisLink {

    private static final Duration PATIENCE = Duration.ofSeconds(4);
    private static final Duration FAIL_FAST = Duration.ofMillis(500);
    private static final Duration FOREVER = Duration.ofMillis(Long.MAX_VALUE);

    private final ReactiveRedisConnectionFactory factory;
    private final Mono<ReactiveRedisConnection> shared;

    RedisLink(ReactiveRedisConnectionFactory factory) {
        this.factory = factory;
        this.shared = open().cache(connection -> FOREVER, failure -> FAIL_FAST, () -> Duration.ZERO);
    }

    /** The connection that all commands share. */
    Mono<ReactiveRedisConnection> connection() {
        return shared;
    }

    /** Another connection, for its caller to close. */
    Mono<ReactiveRedisConnection> open() {
        return Mono.fromCallable(factory::getReactiveConnection)
                .subscribeOn(Schedulers.boundedElastic())
                .timeout(PATIENCE);
    }
}
