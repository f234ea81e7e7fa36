package dev.latchkey.gateway.keys;

import dev.latchkey.gateway.problem.ConfigurationFaults;
import dev.latchkey.gateway.store.EmbeddedStore;
import dev.latchkey.gateway.store.Store;
import java.time.Clock;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The key ring and the signing keys of this gateway. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(KeysProperties.class)
class KeysConfiguration {

    /** Also tells what is wrong with the other properties, so that it is read in one go. */
    @Bean
    KeyRing keyRing(KeysProperties properties, ObjectProvider<EmbeddedStore> embedded, Clock clock) {
        ConfigurationFaults faults = new ConfigurationFaults();
        properties.signingKeys().check(faults);
        EmbeddedStore own = embedded.getIfAvailable();
        return SecretKeys.load(properties.secretKeys(), own == null ? null : own.folder(), faults, clock);
    }

    @Bean(initMethod = "start", destroyMethod = "close")
    SigningKeys signingKeys(Store store, KeyRing ring, KeysProperties properties, Clock clock) {
        return new SigningKeys(store, ring, properties.signingKeys(), clock);
    }
}
