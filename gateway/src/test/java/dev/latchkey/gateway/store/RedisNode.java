package dev.latchkey.gateway.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.data.redis.autoconfigure.DataRedisReactiveAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Profile;
import org.springframework.data.redis.connection.ReactiveRedisConnection;
import org.springframework.data.redis.connection.ReactiveRedisConnectionFactory;

/** A node with its store on that Redis, made by the real configuration. */
final class RedisNode implements AutoCloseable {

    private final ConfigurableApplicationContext context;

    private RedisNode(Map<String, Object> properties) {
        List<String> arguments = new ArrayList<>(List.of(
                "--latchkey.store=redis",
                // A pool is only there because a test library brings the classes for it.
                "--spring.data.redis.lettuce.pool.enabled=false",
                "--logging.level.root=warn"));
        properties.forEach((name, value) -> arguments.add("--" + name + "=" + value));
        this.context = new SpringApplicationBuilder(Parts.class)
                .profiles("store-alone")
                .web(WebApplicationType.NONE)
                .run(arguments.toArray(String[]::new));
    }

    static RedisNode on(TestRedis redis) {
        return new RedisNode(Map.of("spring.data.redis.host", redis.host(), "spring.data.redis.port", redis.port()));
    }

    static RedisNode onCluster(TestRedis redis) {
        return new RedisNode(Map.of("spring.data.redis.cluster.nodes", redis.host() + ":" + redis.port()));
    }

    Store store() {
        return context.getBean(Store.class);
    }

    long secondsToLive(String key) {
        return connection().keyCommands().ttl(bytes(key)).block();
    }

    long membersKept(String key) {
        return connection().zSetCommands().zCard(bytes(key)).block();
    }

    @Override
    public void close() {
        context.close();
    }

    private ReactiveRedisConnection connection() {
        return context.getBean(ReactiveRedisConnectionFactory.class).getReactiveConnection();
    }

    private static ByteBuffer bytes(String key) {
        return ByteBuffer.wrap(key.getBytes(UTF_8));
    }

    /** Under a profile, so that a whole gateway in these tests' class path does not find it. */
    @Profile("store-alone")
    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration({DataRedisAutoConfiguration.class, DataRedisReactiveAutoConfiguration.class})
    @Import({StoreConfiguration.class, RedisStoreConfiguration.class})
    static class Parts {

        @Bean
        Clock clock() {
            return Clock.systemUTC();
        }
    }
}
