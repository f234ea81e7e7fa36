package dev.latchkey.gateway.login;

import dev.latchkey.gateway.keys.KeyRing;
import dev.latchkey.gateway.keys.SecretSource;
import dev.latchkey.gateway.route.Challenger;
import dev.latchkey.gateway.session.SessionCookie;
import dev.latchkey.gateway.session.SessionLoader;
import dev.latchkey.gateway.session.Sessions;
import dev.latchkey.gateway.store.Store;
import dev.latchkey.gateway.vault.TokenVault;
import dev.latchkey.gateway.web.GatewayAddress;
import dev.latchkey.gateway.web.Pages;
import dev.latchkey.gateway.web.SecurityHeaders;
import java.time.Clock;
import java.util.Objects;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerResponse;

@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties({GitHubProperties.class, LoginProperties.class})
class LoginConfiguration {

    @Bean
    GitHubClient gitHubClient(GitHubProperties properties, GatewayAddress address, Clock clock) {
        SecretSource secret = SecretSource.of(Objects.requireNonNull(properties.clientSecret()), clock);
        return new GitHubClient(properties, secret, address);
    }

    @Bean
    ReturnTarget returnTarget(GatewayAddress address, LoginProperties properties) {
        return new ReturnTarget(address, properties);
    }

    @Bean
    Challenger challenger(GatewayAddress address, ReturnTarget targets, SecurityHeaders security) {
        return new SignInChallenger(address, targets, security);
    }

    @Bean
    SignIn signIn(
            GitHubClient gitHub,
            KeyRing keys,
            Sessions sessions,
            TokenVault vault,
            Store store,
            ReturnTarget targets,
            GatewayAddress address,
            Clock clock) {
        return new SignIn(
                gitHub,
                new AttemptCookies(address, keys),
                new TokenExchange(gitHub, clock),
                new GitHubProfile(gitHub),
                sessions,
                vault,
                store,
                targets,
                address,
                clock);
    }

    @Bean
    SignOut signOut(Sessions sessions, TokenVault vault, GitHubClient gitHub) {
        return new SignOut(sessions, vault, gitHub);
    }

    @Bean
    RouterFunction<ServerResponse> signInRoutes(
            SignIn signIn,
            SessionLoader loader,
            SignOut signOut,
            ReturnTarget targets,
            GatewayAddress address,
            Pages pages,
            SecurityHeaders security) {
        return new SignInEndpoints(signIn, loader, signOut, targets, address, pages, security).routes();
    }

    @Bean
    RouterFunction<ServerResponse> signOutRoutes(
            SignOut signOut,
            SessionLoader loader,
            SessionCookie cookie,
            ReturnTarget targets,
            GatewayAddress address,
            Pages pages,
            SecurityHeaders security) {
        return new SignOutEndpoints(signOut, loader, cookie, targets, address, pages, security).routes();
    }

    @Bean
    RouterFunction<ServerResponse> accountRoutes(
            Sessions sessions,
            SignOut signOut,
            SessionLoader loader,
            SessionCookie cookie,
            Challenger challenger,
            GatewayAddress address,
            Pages pages,
            SecurityHeaders security) {
        return new AccountEndpoints(sessions, signOut, loader, cookie, challenger, address, pages, security).routes();
    }
}
