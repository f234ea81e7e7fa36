package dev.latchkey.gateway.limit;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.latchkey.gateway.route.Limits;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import java.time.Clock;
import java.time.Duration;
import reactor.core.publisher.Mono;

/** The buckets of this node. One that nobody has used for a day is full in any case, and is forgotten. */
final class LocalBuckets implements Buckets {

    private static final int MOST = 200_000;

    private final ClockMeter meter;
    private final Cache<String, Bucket> buckets = Caffeine.newBuilder()
            .maximumSize(MOST)
            .expireAfterAccess(Duration.ofDays(1))
            .build();

    LocalBuckets(Clock clock) {
        this.meter = new ClockMeter(clock);
    }

    @Override
    public Mono<ConsumptionProbe> take(String name, Limits.Rate rate) {
        Bucket bucket = buckets.get(name, key -> full(rate));
        return Mono.just(bucket.tryConsumeAndReturnRemaining(1));
    }

    @Override
    public Mono<Void> giveBack(String name, Limits.Rate rate) {
        Bucket bucket = buckets.getIfPresent(name);
        if (bucket != null) {
            bucket.addTokens(1);
        }
        return Mono.empty();
    }

    /** That there is no more left than that, as somebody knows who counts for all nodes. */
    void learn(String name, Limits.Rate rate, long left) {
        Bucket bucket = buckets.get(name, key -> full(rate));
        long more = bucket.getAvailableTokens() - left;
        if (more > 0) {
            bucket.tryConsume(more);
        }
    }

    private Bucket full(Limits.Rate rate) {
        return Bucket.builder()
                .addLimit(Buckets.configuration(rate).getBandwidths()[0])
                .withCustomTimePrecision(meter)
                .build();
    }
}
