package dev.latchkey.gateway.provider;

import dev.latchkey.gateway.keys.KeyRing;
import dev.latchkey.gateway.keys.SecretSource;
import dev.latchkey.gateway.store.Store;
import dev.latchkey.gateway.web.GatewayAddress;
import java.time.Clock;
import java.util.Objects;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties({GitHubProperties.class, ProvidersProperties.class})
class ProviderConfiguration {

    @Bean
    GitHub gitHub(GitHubProperties properties, GatewayAddress address, Clock clock) {
        SecretSource id = SecretSource.of(Objects.requireNonNull(properties.clientId()), clock);
        SecretSource secret = SecretSource.of(Objects.requireNonNull(properties.clientSecret()), clock);
        SecretSource webhooks = SecretSource.of(Objects.requireNonNullElse(properties.webhookSecret(), ""), clock);
        return new GitHub(properties, id, secret, webhooks, address);
    }

    @Bean
    DeviceFlow deviceFlow(GitHub gitHub, Clock clock) {
        return new DeviceFlow(gitHub, clock);
    }

    @Bean
    TokenEndpoint tokenEndpoint(GitHub gitHub, Clock clock) {
        return new TokenEndpoint(gitHub::registration, gitHub.tokenWeb(), clock);
    }

    @Bean
    Providers providers(ProvidersProperties properties, Store store, KeyRing keys, Clock clock) {
        ProviderAddresses addresses = new ProviderAddresses(properties);
        ProviderHttp http = new ProviderHttp(addresses, ProviderHttp.names(addresses));
        return new Providers(store, keys, new EndpointFinder(addresses, http.web()), http, clock);
    }
}
