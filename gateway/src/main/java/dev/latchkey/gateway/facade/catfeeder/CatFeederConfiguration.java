package dev.latchkey.gateway.facade.catfeeder;

import dev.latchkey.gateway.login.ProviderChanges;
import dev.latchkey.gateway.login.SignIn;
import dev.latchkey.gateway.provider.Providers;
import dev.latchkey.gateway.provider.ProvidersProperties;
import dev.latchkey.gateway.route.CredentialReader;
import dev.latchkey.gateway.session.Sessions;
import dev.latchkey.gateway.web.GatewayAddress;
import java.net.URI;
import java.time.Clock;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(CatFeederProperties.class)
class CatFeederConfiguration {

    @Bean
    CredentialReader sessionTokenReader(Sessions sessions) {
        return new SessionTokenReader(sessions);
    }

    @Bean
    CatFeeder catFeeder(
            SignIn signIn,
            Providers providers,
            ProviderChanges changes,
            Sessions sessions,
            CatFeederProperties properties,
            ProvidersProperties registry,
            GatewayAddress address,
            Clock clock) {
        URI callback = properties.redirectUri() == null
                ? URI.create(address.origin() + "/api/v1/oauth/callback")
                : properties.redirectUri();
        Admins admins = new Admins(properties.admins(), registry.admins());
        return new CatFeeder(
                new SignInCalls(signIn, sessions, callback, properties.target()),
                new ProviderCalls(providers, changes, admins),
                new TokenCalls(sessions, admins, clock),
                sessions,
                properties.corsAllowedOrigins(),
                clock);
    }
}
