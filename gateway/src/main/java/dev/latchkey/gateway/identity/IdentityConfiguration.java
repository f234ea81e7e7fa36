package dev.latchkey.gateway.identity;

import dev.latchkey.gateway.keys.SigningKeys;
import dev.latchkey.gateway.membership.Memberships;
import dev.latchkey.gateway.route.Challenger;
import dev.latchkey.gateway.vault.TokenVault;
import dev.latchkey.gateway.web.GatewayAddress;
import java.time.Clock;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class IdentityConfiguration {

    @Bean
    FreshToken freshToken(TokenVault vault, Challenger challenger) {
        return new FreshToken(vault, challenger);
    }

    @Bean
    IdentityStamp identityStamp(GatewayAddress address, SigningKeys keys, Memberships memberships, Clock clock) {
        IdentityJwt jwts = new IdentityJwt(address.origin(), keys, clock);
        return new IdentityStamp(new BackendHeaders(jwts, memberships));
    }
}
