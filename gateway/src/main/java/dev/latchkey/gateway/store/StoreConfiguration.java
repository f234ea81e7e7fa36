package dev.latchkey.gateway.store;

import dev.latchkey.gateway.problem.ConfigurationFaults;
import dev.latchkey.gateway.problem.ConfigurationRefused;
import java.time.Clock;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.NoneNestedConditions;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;

/** Chooses the home of state. The one on Redis is in {@link RedisStoreConfiguration}. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(StoreProperties.class)
class StoreConfiguration {

    static final String PROPERTY = "latchkey.store";
    static final String EMBEDDED = "embedded";
    static final String REDIS = "redis";

    @Bean
    @ConditionalOnProperty(name = PROPERTY, havingValue = EMBEDDED, matchIfMissing = true)
    EmbeddedStore embeddedStore(StoreProperties properties, Clock clock) {
        return new EmbeddedStore(properties.dataDir(), clock);
    }

    @Bean
    @Conditional(Unknown.class)
    Store unknownStore(StoreProperties properties) {
        throw new ConfigurationRefused(new ConfigurationFaults()
                .add(PROPERTY, "\"" + properties.store() + "\" is not a store", "Write embedded or redis.")
                .list());
    }

    /** Neither of the two. */
    static final class Unknown extends NoneNestedConditions {

        Unknown() {
            super(ConfigurationPhase.REGISTER_BEAN);
        }

        @ConditionalOnProperty(name = PROPERTY, havingValue = EMBEDDED, matchIfMissing = true)
        static final class Embedded {}

        @ConditionalOnProperty(name = PROPERTY, havingValue = REDIS)
        static final class Redis {}
    }
}
