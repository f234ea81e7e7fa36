package dev.latchkey.gateway.store;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.ClientOptions.DisconnectedBehavior;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.SocketOptions.KeepAliveOptions;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;
import io.lettuce.core.resource.Delay;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.data.redis.autoconfigure.ClientResourcesBuilderCustomizer;
import org.springframework.boot.data.redis.autoconfigure.DataRedisProperties;
import org.springframework.boot.data.redis.autoconfigure.LettuceClientConfigurationBuilderCustomizer;
import org.springframework.boot.data.redis.autoconfigure.LettuceClientOptionsBuilderCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.redis.connection.ReactiveRedisConnectionFactory;

/**
 * The store on Redis, and what Lettuce needs to fail fast and come back soon.
 *
 * <p>The times are defaults: {@code spring.data.redis.timeout} and {@code connect-timeout} go before them.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnProperty(name = StoreConfiguration.PROPERTY, havingValue = StoreConfiguration.REDIS)
class RedisStoreConfiguration {

    private static final Duration COMMAND = Duration.ofSeconds(2);
    private static final Duration CONNECT = Duration.ofSeconds(2);
    private static final Duration FIRST_RECONNECT = Duration.ofMillis(50);
    private static final Duration LAST_RECONNECT = Duration.ofSeconds(2);
    /** What no failed command tells of is found so; a look costs each server one short answer. */
    private static final Duration TOPOLOGY = Duration.ofSeconds(5);

    /** The first look after a master died comes before another has taken over, so a second one has to be soon. */
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);

    @Bean
    RedisStore redisStore(ReactiveRedisConnectionFactory factory) {
        return new RedisStore(factory);
    }

    @Bean
    LettuceClientConfigurationBuilderCustomizer commandTimeout(DataRedisProperties properties) {
        return builder -> builder.commandTimeout(orElse(properties.getTimeout(), COMMAND));
    }

    @Bean
    LettuceClientOptionsBuilderCustomizer failFast(DataRedisProperties properties) {
        return options -> {
            options.disconnectedBehavior(DisconnectedBehavior.REJECT_COMMANDS)
                    // A command whose answer was lost may have been done: doing it again could let nobody win.
                    .replayFilter(command -> true)
                    .socketOptions(sockets(orElse(properties.getConnectTimeout(), CONNECT)));
            followTopology(options, properties.getLettuce().getCluster().getRefresh());
        };
    }

    /** Lettuce itself waits up to 30 seconds, long after Redis has come back. */
    @Bean(destroyMethod = "")
    ClientResourcesBuilderCustomizer reconnectSoon() {
        return resources -> resources.reconnectDelay(
                Delay.fullJitter(FIRST_RECONNECT, LAST_RECONNECT, FIRST_RECONNECT.toMillis(), TimeUnit.MILLISECONDS));
    }

    /** Who only listens notices a vanished peer by these probes alone. */
    private static SocketOptions sockets(Duration connectTimeout) {
        return SocketOptions.builder()
                .connectTimeout(connectTimeout)
                .keepAlive(KeepAliveOptions.builder()
                        .enable()
                        .idle(Duration.ofSeconds(10))
                        .interval(Duration.ofSeconds(5))
                        .count(3)
                        .build())
                .build();
    }

    /** Without it a cluster's client never learns of a failover; what the operator set is left alone. */
    private static void followTopology(
            ClientOptions.Builder options, DataRedisProperties.Lettuce.Cluster.Refresh refresh) {
        if (options instanceof ClusterClientOptions.Builder cluster
                && refresh.getPeriod() == null
                && !refresh.isAdaptive()) {
            cluster.topologyRefreshOptions(ClusterTopologyRefreshOptions.builder()
                    .dynamicRefreshSources(refresh.isDynamicRefreshSources())
                    .enableAllAdaptiveRefreshTriggers()
                    .adaptiveRefreshTriggersTimeout(LOOK_AGAIN)
                    .enablePeriodicRefresh(TOPOLOGY)
                    .build());
        }
    }

    private static Duration orElse(@Nullable Duration configured, Duration standard) {
        return configured == null ? standard : configured;
    }
}
