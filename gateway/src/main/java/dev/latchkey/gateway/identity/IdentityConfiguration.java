package dev.latchkey.gateway.identity;

import dev.latchkey.gateway.installation.InstallationTokens;
import dev.latchkey.gateway.keys.SigningKeys;
import dev.latchkey.gateway.membership.Memberships;
import dev.latchkey.gateway.route.Challenger;
import dev.latchkey.gateway.route.CredentialReader;
import dev.latchkey.gateway.route.Routes;
import dev.latchkey.gateway.vault.TokenVault;
import dev.latchkey.gateway.watch.Audit;
import dev.latchkey.gateway.web.GatewayAddress;
import dev.latchkey.gateway.web.SecurityHeaders;
import java.time.Clock;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class IdentityConfiguration {

    @Bean
    FreshToken freshToken(TokenVault vault, InstallationTokens installations, Challenger challenger) {
        return new FreshToken(vault, installations, challenger);
    }

    @Bean
    CredentialReader identityReader(GatewayAddress address, SigningKeys keys, Routes routes, Clock clock) {
        return new IdentityReader(address.origin(), keys, routes, clock);
    }

    @Bean
    BackendHeaders backendHeaders(
            GatewayAddress address, SigningKeys keys, Memberships memberships, Clock clock, Audit audit) {
        return new BackendHeaders(
                new IdentityJwt(address.origin(), keys, clock, audit), new TrackeepJwt(clock), memberships);
    }

    @Bean
    AuthAnswer authAnswer(BackendHeaders headers, SecurityHeaders security, Memberships memberships) {
        return new AuthAnswer(headers, security, memberships);
    }

    @Bean
    IdentityStamp identityStamp(BackendHeaders headers) {
        return new IdentityStamp(headers);
    }
}
