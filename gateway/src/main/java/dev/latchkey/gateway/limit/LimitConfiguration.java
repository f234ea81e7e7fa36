package dev.latchkey.gateway.limit;

import java.time.Clock;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

@Configuration(proxyBeanMethods = false)
class LimitConfiguration {

    /** With a store on Redis there is a connection to it, and nodes count together; else there is one node. */
    @Bean
    Buckets buckets(ObjectProvider<LettuceConnectionFactory> redis, Clock clock) {
        Buckets near = new LocalBuckets(clock);
        LettuceConnectionFactory factory = redis.getIfAvailable();
        return factory == null ? near : new RedisBuckets(factory, near, clock);
    }

    @Bean
    InboundLimits inboundLimits(Buckets buckets) {
        return new InboundLimits(buckets);
    }

    @Bean
    Throttle throttle(Buckets buckets) {
        return new Throttle(buckets);
    }
}
