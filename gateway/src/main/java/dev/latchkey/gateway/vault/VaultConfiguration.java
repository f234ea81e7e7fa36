package dev.latchkey.gateway.vault;

import dev.latchkey.gateway.keys.KeyRing;
import dev.latchkey.gateway.store.Store;
import java.time.Clock;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class VaultConfiguration {

    @Bean
    TokenVault tokenVault(Store store, KeyRing keys, Clock clock) {
        return new TokenVault(store, keys, clock);
    }
}
