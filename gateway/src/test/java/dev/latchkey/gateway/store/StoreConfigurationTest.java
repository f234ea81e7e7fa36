package dev.latchkey.gateway.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.gateway.problem.ConfigurationRefused;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
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
import org.springframework.data.redis.connection.ReactiveRedisConnectionFactory;
import org.springframework.data.redis.connection.RedisConnectionFactory;

class StoreConfigurationTest {

    @TempDir
    private Path folder;

    @Test
    void keepsStateInFilesUnlessToldOtherwise() {
        try (ConfigurableApplicationContext context = start()) {
            assertThat(context.getBean(Store.class)).isInstanceOf(EmbeddedStore.class);
            assertThat(folder.resolve("data/latchkey.mv")).exists();
        }
    }

    @Test
    void knowsNothingOfRedisWhenStateIsInFiles() {
        try (ConfigurableApplicationContext context = start("--latchkey.store=embedded")) {
            assertThat(context.getBeanNamesForType(RedisConnectionFactory.class))
                    .isEmpty();
            assertThat(context.getBeanNamesForType(ReactiveRedisConnectionFactory.class))
                    .isEmpty();
        }
    }

    @Test
    void startsWithoutTheRedisItIsToldToUse() {
        try (ConfigurableApplicationContext context =
                start("--latchkey.store=redis", "--spring.data.redis.host=127.0.0.1", "--spring.data.redis.port=1")) {
            assertThat(context.getBean(Store.class)).isInstanceOf(RedisStore.class);
            assertThat(context.getBeanNamesForType(EmbeddedStore.class)).isEmpty();
            assertThat(folder.resolve("data")).doesNotExist();
        }
    }

    @Test
    void refusesAStoreThatDoesNotExist() {
        assertThatThrownBy(() -> start("--latchkey.store=postgres"))
                .rootCause()
                .isInstanceOf(ConfigurationRefused.class)
                .hasMessageContaining("latchkey.store: \"postgres\" is not a store")
                .hasMessageContaining("embedded or redis");
    }

    private ConfigurableApplicationContext start(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.add("--latchkey.data-dir=" + folder.resolve("data"));
        all.add("--logging.level.root=off");
        return new SpringApplicationBuilder(Parts.class)
                .profiles("store-alone")
                .web(WebApplicationType.NONE)
                .run(all.toArray(String[]::new));
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
