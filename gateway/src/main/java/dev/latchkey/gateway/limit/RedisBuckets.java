package dev.latchkey.gateway.limit;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.latchkey.gateway.route.Limits;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.ConsumptionProbe;
import io.github.bucket4j.distributed.AsyncBucketProxy;
import io.github.bucket4j.distributed.ExpirationAfterWriteStrategy;
import io.github.bucket4j.distributed.proxy.AsyncProxyManager;
import io.github.bucket4j.redis.lettuce.Bucket4jLettuce;
import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.RedisClient;
import io.lettuce.core.cluster.RedisClusterClient;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * Buckets that all nodes share. While Redis cannot be reached, or is slow for once, each node counts for itself, from what Redis
 * last told it: a limit that is too wide by the number of nodes is better than none, and better than an app that nobody reaches.
 */
final class RedisBuckets implements Buckets {

    private static final Logger LOG = LoggerFactory.getLogger(RedisBuckets.class);
    private static final Duration PATIENCE = Duration.ofMillis(250);
    private static final Duration FIRST_PATIENCE = Duration.ofSeconds(2);
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final Duration FOREVER = Duration.ofMillis(Long.MAX_VALUE);
    private static final Duration KEPT_LONGER = Duration.ofMinutes(1);

    private final LettuceConnectionFactory factory;
    private final LocalBuckets near;
    private final ClockMeter meter;
    private final Mono<AsyncProxyManager<byte[]>> far;
    private final AtomicLong pausedUntil = new AtomicLong(System.nanoTime());

    RedisBuckets(LettuceConnectionFactory factory, LocalBuckets near, Clock clock) {
        this.factory = factory;
        this.near = near;
        this.meter = new ClockMeter(clock);
        // The first connection is the one thing that blocks.
        this.far = Mono.fromCallable(this::connect)
                .subscribeOn(Schedulers.boundedElastic())
                .timeout(FIRST_PATIENCE)
                .cache(manager -> FOREVER, failure -> Duration.ZERO, () -> Duration.ZERO);
    }

    private AsyncProxyManager<byte[]> connect() {
        AbstractRedisClient client = factory.getRequiredNativeClient();
        Bucket4jLettuce.LettuceBasedProxyManagerBuilder<byte[]> builder = client instanceof RedisClusterClient cluster
                ? Bucket4jLettuce.casBasedBuilder(cluster)
                : Bucket4jLettuce.casBasedBuilder((RedisClient) client);
        return builder.clientClock(meter)
                .expirationAfterWrite(ExpirationAfterWriteStrategy.basedOnTimeForRefillingBucketUpToMax(KEPT_LONGER))
                .build()
                .asAsync();
    }

    @Override
    public Mono<ConsumptionProbe> take(String name, Limits.Rate rate) {
        if (System.nanoTime() - pausedUntil.get() < 0) {
            return near.take(name, rate);
        }
        return far.flatMap(manager -> Mono.fromFuture(
                                () -> bucket(manager, name, rate).tryConsumeAndReturnRemaining(1))
                        .timeout(PATIENCE))
                .doOnNext(probe -> near.learn(name, rate, probe.getRemainingTokens()))
                .onErrorResume(failure -> {
                    LOG.warn("Redis does not count requests, so this node does: {}", failure.toString());
                    pausedUntil.set(System.nanoTime() + PAUSE.toNanos());
                    return near.take(name, rate);
                });
    }

    private static AsyncBucketProxy bucket(AsyncProxyManager<byte[]> manager, String name, Limits.Rate rate) {
        CompletableFuture<BucketConfiguration> configuration =
                CompletableFuture.completedFuture(Buckets.configuration(rate));
        return manager.builder().build(("latchkey:rate:" + name).getBytes(UTF_8), () -> configuration);
    }

    @Override
    public Mono<Void> giveBack(String name, Limits.Rate rate) {
        if (System.nanoTime() - pausedUntil.get() < 0) {
            return near.giveBack(name, rate);
        }
        return far.flatMap(manager -> Mono.fromFuture(
                                () -> bucket(manager, name, rate).addTokens(1))
                        .timeout(PATIENCE))
                .onErrorResume(failure -> Mono.empty());
    }
}
