package dev.latchkey.gateway.actions;

import dev.latchkey.gateway.store.Store;
import dev.latchkey.gateway.web.GatewayAddress;
import java.time.Clock;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(ActionsProperties.class)
class ActionsConfiguration {

    @Bean
    ActionsTokens actionsTokens(ActionsProperties properties, GatewayAddress address, Store store, Clock clock) {
        IssuerKeys keys = new IssuerKeys(properties.keys(), clock);
        String audience = properties.audienceOr(address.origin());
        return new ActionsTokens(properties.issuer(), audience, keys, store, clock);
    }
}
