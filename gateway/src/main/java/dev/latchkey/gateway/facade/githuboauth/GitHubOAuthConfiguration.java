package dev.latchkey.gateway.facade.githuboauth;

import dev.latchkey.gateway.github.GitHubApi;
import dev.latchkey.gateway.keys.KeyRing;
import dev.latchkey.gateway.limit.Throttle;
import dev.latchkey.gateway.login.ByHand;
import dev.latchkey.gateway.login.DeviceSignIn;
import dev.latchkey.gateway.login.SignedIn;
import dev.latchkey.gateway.route.Challenger;
import dev.latchkey.gateway.route.Route;
import dev.latchkey.gateway.route.Routes;
import dev.latchkey.gateway.session.Sessions;
import dev.latchkey.gateway.store.Store;
import dev.latchkey.gateway.token.ApiTokens;
import dev.latchkey.gateway.vault.TokenVault;
import dev.latchkey.gateway.web.GatewayAddress;
import dev.latchkey.gateway.web.Pages;
import dev.latchkey.gateway.web.SecurityHeaders;
import java.time.Clock;
import java.util.List;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerResponse;

@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(OAuthFacadeProperties.class)
class GitHubOAuthConfiguration {

    @Bean
    Clients oauthFacadeClients(OAuthFacadeProperties properties, Clock clock) {
        return Clients.of(properties, clock);
    }

    @Bean
    Grants oauthFacadeGrants(
            Store store, KeyRing keys, ApiTokens tokens, Routes routes, OAuthFacadeProperties properties, Clock clock) {
        return new Grants(store, keys, tokens, () -> apiRoutes(routes), properties.lifetime(), clock);
    }

    /** Not those that call as the App's installation, which may do more than the person. */
    private static List<String> apiRoutes(Routes routes) {
        return routes.all().stream()
                .filter(route -> route.leadsTo(GitHubApi.NAME) && route.send().repository() == null)
                .map(Route::id)
                .toList();
    }

    @Bean
    Codes oauthFacadeCodes(Store store, KeyRing keys, Grants grants, Clock clock) {
        return new Codes(store, keys, grants, clock);
    }

    @Bean
    Authorization oauthFacadeAuthorization(
            Clients clients,
            Codes codes,
            OAuthFacadeProperties properties,
            KeyRing keys,
            Challenger challenger,
            SignedIn signedIn,
            ByHand byHand,
            Throttle throttle,
            GatewayAddress address,
            Pages pages,
            SecurityHeaders security,
            Clock clock) {
        return new Authorization(
                clients,
                codes,
                properties.lifetime(),
                keys,
                challenger,
                signedIn,
                byHand,
                throttle,
                address,
                pages,
                security,
                clock);
    }

    @Bean
    RouterFunction<ServerResponse> oauthFacadeRoutes(Authorization authorization) {
        return authorization.routes();
    }

    @Bean
    GitHubOAuthFacade gitHubOAuthFacade(
            Clients clients,
            OAuthFacadeProperties properties,
            Authorization authorization,
            Codes codes,
            Grants grants,
            DeviceSignIn deviceSignIn,
            Store store,
            KeyRing keys,
            Sessions sessions,
            TokenVault vault,
            Throttle throttle,
            SecurityHeaders security,
            Clock clock) {
        Devices devices = new Devices(deviceSignIn, grants, store, keys, clock);
        TokenAnswers tokens = new TokenAnswers(
                clients, properties.querySecrets(), codes, grants, devices, sessions, vault, throttle, security);
        return new GitHubOAuthFacade(authorization, tokens);
    }
}
