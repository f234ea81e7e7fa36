package dev.latchkey.gateway.limit;

import java.time.Clock;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

@Configuration(proxyBeanMethods = false)
class LimitConfiguration {

    /** With a store on Redis there is a connection to it, and nodes count together; else there is one node. */
    @Bean
    LocalBuckets localBuckets(Clock clock) {
        return new LocalBuckets(clock);
    }

    @Bean
    @Primary
    Buckets buckets(ObjectProvider<LettuceConnectionFactory> redis, LocalBuckets near, Clock clock) {
        LettuceConnectionFactory factory = redis.getIfAvailable();
        return factory == null ? near : new RedisBuckets(factory, near, clock);
    }

    @Bean
    InboundLimits inboundLimits(Buckets buckets) {
        return new InboundLimits(buckets);
    }

    @Bean
    Throttle throttle(Buckets buckets, LocalBuckets near) {
        return new Throttle(buckets, near);
    }
}
