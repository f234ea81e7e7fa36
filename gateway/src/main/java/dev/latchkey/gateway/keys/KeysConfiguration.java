package dev.latchkey.gateway.keys;

import dev.latchkey.gateway.store.Store;
import java.time.Clock;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(KeysProperties.class)
class KeysConfiguration {

    /** After the store, which makes the folder that the ring may be in. */
    @Bean
    KeyRing keyRing(KeysProperties properties, Store store, Clock clock) {
        return SecretKeys.load(properties.secrets(), properties.ringFolder(), clock);
    }

    @Bean(initMethod = "start")
    SigningKeys signingKeys(Store store, KeyRing ring, KeysProperties properties, Clock clock) {
        return new SigningKeys(store, ring, clock, properties.signingKeys().rotateEvery());
    }
}
