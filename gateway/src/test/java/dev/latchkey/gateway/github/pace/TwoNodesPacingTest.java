package dev.latchkey.gateway.github.pace;

import dev.latchkey.gateway.store.Store;
import dev.latchkey.gateway.testing.RedisServer;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.data.redis.autoconfigure.DataRedisReactiveAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Profile;

/** Two nodes, one of whose clocks is ahead, on one real Redis. */
class TwoNodesPacingTest extends PacingContract {

    private static RedisServer redis;
    private static ConfigurableApplicationContext context;

    @BeforeAll
    static void start() {
        redis = RedisServer.embedded();
        List<String> arguments = new ArrayList<>(List.of(
                "--spring.data.redis.lettuce.pool.enabled=false",
                "--logging.level.root=warn",
                "--spring.data.redis.timeout=20s"));
        redis.gatewayProperties().forEach((name, value) -> arguments.add("--" + name + "=" + value));
        context = new SpringApplicationBuilder(Parts.class)
                .profiles("pace-alone")
                .web(WebApplicationType.NONE)
                .run(arguments.toArray(String[]::new));
    }

    @AfterAll
    static void stop() {
        context.close();
        redis.close();
    }

    @BeforeEach
    void forget() {
        redis.flush();
    }

    @Override
    World world() {
        return new World(context.getBean(Store.class)).node().node(World.defaults(), 150);
    }

    /** Under a profile, so that a whole gateway in these tests' class path does not find it. */
    @Profile("pace-alone")
    @Configuration(proxyBeanMethods = false)
    @ComponentScan("dev.latchkey.gateway.store")
    @ImportAutoConfiguration({DataRedisAutoConfiguration.class, DataRedisReactiveAutoConfiguration.class})
    static class Parts {

        @Bean
        Clock clock() {
            return Clock.systemUTC();
        }
    }
}
