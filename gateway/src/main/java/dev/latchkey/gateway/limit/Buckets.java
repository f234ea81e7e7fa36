package dev.latchkey.gateway.limit;

import dev.latchkey.gateway.route.Limits;
import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.ConsumptionProbe;
import reactor.core.publisher.Mono;

/** Token buckets by name. It never fails: where the far ones cannot be reached, near ones count. */
interface Buckets {

    /** Takes a token from that bucket, which is made full where there is none. */
    Mono<ConsumptionProbe> take(String name, Limits.Rate rate);

    /** Puts one back into it that was taken and not used up; lost where it cannot be reached. */
    Mono<Void> giveBack(String name, Limits.Rate rate);

    static BucketConfiguration configuration(Limits.Rate rate) {
        Bandwidth bandwidth = Bandwidth.builder()
                .capacity(rate.burst())
                .refillGreedy(rate.requests(), rate.per())
                .build();
        return BucketConfiguration.builder().addLimit(bandwidth).build();
    }
}
