package dev.latchkey.gateway.membership;

import dev.latchkey.gateway.keys.KeyRing;
import dev.latchkey.gateway.provider.GitHub;
import dev.latchkey.gateway.provider.ProviderEventListener;
import dev.latchkey.gateway.store.Store;
import dev.latchkey.gateway.vault.TokenVault;
import java.time.Clock;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(MembershipProperties.class)
class MembershipConfiguration {

    @Bean
    Memberships memberships(
            MembershipProperties properties,
            GitHub gitHub,
            TokenVault vault,
            Store store,
            KeyRing keys,
            Clock clock,
            ObjectProvider<Turns> turns) {
        GitHubReader reader = new GitHubReader(gitHub.api(), clock, turns.getIfAvailable(Turns::none));
        return new Memberships(properties, reader, vault, store, keys, clock);
    }

    @Bean
    ProviderEventListener membershipEvents(Memberships memberships) {
        return event -> memberships.heard(event.name(), event.payload());
    }
}
