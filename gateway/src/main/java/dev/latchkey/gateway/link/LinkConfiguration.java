package dev.latchkey.gateway.link;

import dev.latchkey.gateway.keys.KeyRing;
import dev.latchkey.gateway.keys.SecretSource;
import dev.latchkey.gateway.limit.Throttle;
import dev.latchkey.gateway.login.ByHand;
import dev.latchkey.gateway.login.SignedIn;
import dev.latchkey.gateway.provider.ProviderEventListener;
import dev.latchkey.gateway.store.Store;
import dev.latchkey.gateway.token.ApiTokens;
import dev.latchkey.gateway.vault.TokenEndings;
import dev.latchkey.gateway.vault.TokenVault;
import dev.latchkey.gateway.watch.Audit;
import dev.latchkey.gateway.web.GatewayAddress;
import dev.latchkey.gateway.web.Pages;
import dev.latchkey.gateway.web.SecurityHeaders;
import java.time.Clock;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerResponse;

@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(LinkProperties.class)
class LinkConfiguration {

    @Bean
    LinkHook linkHook(LinkProperties properties, Store store, KeyRing keys, Clock clock) {
        SecretSource secret = properties.hookSecret() == null ? null : SecretSource.of(properties.hookSecret(), clock);
        return new LinkHook(properties.hookUrl(), secret, store, keys, clock);
    }

    @Bean
    AccountLinks accountLinks(
            Store store,
            KeyRing keys,
            LinkHook hook,
            TokenVault vault,
            TokenEndings endings,
            ApiTokens apiTokens,
            LinkProperties properties,
            Clock clock,
            Audit audit) {
        return new AccountLinks(store, keys, hook, vault, endings, apiTokens, properties.lifetime(), clock, audit);
    }

    @Bean
    LinkWork linkWork(AccountLinks links, LinkHook hook) {
        return new LinkWork(links, hook);
    }

    @Bean
    ProviderEventListener linkGrantRevoked(AccountLinks links) {
        return new LinkGrantRevoked(links);
    }

    @Bean
    LinkEndpoints linkEndpoints(
            AccountLinks links,
            SignedIn signedIn,
            ByHand byHand,
            KeyRing keys,
            Throttle throttle,
            GatewayAddress address,
            Pages pages,
            SecurityHeaders security) {
        return new LinkEndpoints(links, signedIn, byHand, keys, throttle, address, pages, security);
    }

    @Bean
    RouterFunction<ServerResponse> linkRoutes(LinkEndpoints endpoints) {
        return endpoints.routes();
    }
}
