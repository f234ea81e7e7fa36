package dev.latchkey.gateway.login;

import dev.latchkey.gateway.keys.KeyRing;
import dev.latchkey.gateway.limit.Guesses;
import dev.latchkey.gateway.limit.Throttle;
import dev.latchkey.gateway.membership.Memberships;
import dev.latchkey.gateway.provider.DeviceFlow;
import dev.latchkey.gateway.provider.GitHub;
import dev.latchkey.gateway.provider.ProviderEventListener;
import dev.latchkey.gateway.provider.Providers;
import dev.latchkey.gateway.provider.TokenEndpoint;
import dev.latchkey.gateway.route.Challenger;
import dev.latchkey.gateway.route.Limits;
import dev.latchkey.gateway.route.Routes;
import dev.latchkey.gateway.session.KnownPeople;
import dev.latchkey.gateway.session.SessionCookie;
import dev.latchkey.gateway.session.SessionLoader;
import dev.latchkey.gateway.session.Sessions;
import dev.latchkey.gateway.store.Store;
import dev.latchkey.gateway.token.ApiTokens;
import dev.latchkey.gateway.vault.AsPerson;
import dev.latchkey.gateway.vault.TokenEndings;
import dev.latchkey.gateway.vault.TokenVault;
import dev.latchkey.gateway.watch.Audit;
import dev.latchkey.gateway.web.FurtherHosts;
import dev.latchkey.gateway.web.GatewayAddress;
import dev.latchkey.gateway.web.Pages;
import dev.latchkey.gateway.web.SecurityHeaders;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(LoginProperties.class)
class LoginConfiguration {

    /** Of states that no attempt of the browser has: each costs the store a look-up. */
    private static final Guesses.Bounds STATES = new Guesses.Bounds(
            new Limits.Rate(1, Duration.ofSeconds(2), 30),
            new Limits.Rate(2, Duration.ofSeconds(1), 150),
            new Limits.Rate(200, Duration.ofSeconds(1), 2_000));

    @Bean
    HandOffHosts handOffHosts(FurtherHosts furtherHosts, Routes routes) {
        return new HandOffHosts(furtherHosts, routes);
    }

    @Bean
    ReturnTarget returnTarget(GatewayAddress address, LoginProperties properties, HandOffHosts hosts) {
        return new ReturnTarget(address, properties, hosts::areAt);
    }

    @Bean
    Challenger challenger(GatewayAddress address, ReturnTarget targets, HandOffHosts hosts, SecurityHeaders security) {
        return new SignInChallenger(address, targets, hosts, security);
    }

    @Bean
    HandOffDoor handOffDoor(
            FurtherHosts furtherHosts,
            HandOffHosts hosts,
            Store store,
            KeyRing keys,
            SessionLoader current,
            Sessions sessions,
            ReturnTarget targets,
            GatewayAddress address,
            SecurityHeaders security,
            Clock clock) {
        return new HandOffDoor(
                furtherHosts,
                hosts,
                new HandOff(store, keys, clock),
                new AttemptCookies(address, keys),
                current,
                sessions,
                targets,
                address,
                security,
                clock);
    }

    @Bean
    SignInProviders signInProviders(GitHub gitHub, TokenEndpoint tokens, Providers added) {
        return new SignInProviders(new GitHubSignIn(gitHub, tokens, new GitHubProfile(gitHub)), added);
    }

    @Bean
    ProviderChanges providerChanges(
            Providers providers,
            KnownPeople people,
            Sessions sessions,
            ApiTokens apiTokens,
            TokenEndings tokens,
            GatewayAddress address) {
        return new ProviderChanges(providers, people, sessions, apiTokens, tokens, address);
    }

    @Bean
    SignIn signIn(
            SignInProviders providers,
            KeyRing keys,
            Sessions sessions,
            TokenVault vault,
            ApiTokens apiTokens,
            Store store,
            ReturnTarget targets,
            GatewayAddress address,
            Clock clock,
            ObjectProvider<SignInFailures> failures,
            Throttle throttle,
            Audit audit) {
        return new SignIn(
                providers,
                new AttemptCookies(address, keys),
                sessions,
                vault,
                apiTokens,
                store,
                targets,
                address,
                clock,
                failures.getIfUnique(() -> (target, problem) -> Mono.just(problem)),
                new Guesses("sign-in-states", STATES, throttle.here()),
                audit);
    }

    @Bean
    DelegatedSignIn delegatedSignIn(SignIn signIn, Sessions sessions, GatewayAddress address) {
        return new DelegatedSignIn(signIn, sessions, address);
    }

    @Bean
    RouterFunction<ServerResponse> signInRoutes(
            SignIn signIn,
            SignInProviders providers,
            SessionLoader loader,
            Sessions sessions,
            ReturnTarget targets,
            GatewayAddress address,
            Pages pages,
            SecurityHeaders security) {
        return new SignInEndpoints(signIn, providers, loader, sessions, targets, address, pages, security).routes();
    }

    @Bean
    RouterFunction<ServerResponse> signOutRoutes(
            Sessions sessions,
            SessionLoader loader,
            SessionCookie cookie,
            ReturnTarget targets,
            GitHub gitHub,
            GatewayAddress address,
            Pages pages,
            SecurityHeaders security) {
        return new SignOutEndpoints(sessions, loader, cookie, targets, gitHub, address, pages, security).routes();
    }

    @Bean
    ProviderEventListener grantRevoked(Sessions sessions, ApiTokens apiTokens) {
        return new GrantRevoked(sessions, apiTokens);
    }

    @Bean
    @ConditionalOnProperty("latchkey.github.webhook-secret")
    RouterFunction<ServerResponse> webhookRoutes(
            GitHub gitHub, Store store, List<ProviderEventListener> listeners, GatewayAddress address, Clock clock) {
        return new WebhookEndpoint(gitHub.webhookSecret(), store, listeners, address, clock).routes();
    }

    @Bean
    RouterFunction<ServerResponse> accountRoutes(
            Sessions sessions,
            AsPerson asPerson,
            GitHub gitHub,
            ObjectProvider<KnownQuotas> known,
            Memberships memberships,
            SessionLoader loader,
            SessionCookie cookie,
            SignedIn signedIn,
            ApiTokens apiTokens,
            ByHand byHand,
            GatewayAddress address,
            Pages pages,
            SecurityHeaders security) {
        return new AccountEndpoints(
                        sessions,
                        asPerson,
                        gitHub,
                        known.getIfAvailable(() -> (person, told) -> Mono.just(told)),
                        memberships,
                        loader,
                        cookie,
                        signedIn,
                        apiTokens,
                        byHand,
                        address,
                        pages,
                        security)
                .routes();
    }

    @Bean
    DeviceSignIn deviceSignIn(
            DeviceFlow flow,
            GitHub gitHub,
            TokenVault vault,
            ApiTokens apiTokens,
            Sessions sessions,
            KnownPeople people,
            Clock clock,
            Audit audit) {
        return new DeviceSignIn(
                flow, gitHub, new GitHubProfile(gitHub), vault, apiTokens, sessions, people, clock, audit);
    }

    @Bean
    SignedIn signedIn(SessionLoader loader, Challenger challenger) {
        return new SignedIn(loader, challenger);
    }

    @Bean
    ByHand byHand(KeyRing keys, Store store, Routes routes, GatewayAddress address, Clock clock) {
        return new ByHand(keys, store, routes, address, clock);
    }

    @Bean
    RouterFunction<ServerResponse> deviceRoutes(
            Store store,
            KeyRing keys,
            Clock clock,
            ApiTokens apiTokens,
            Sessions sessions,
            SignedIn signedIn,
            ByHand byHand,
            Throttle throttle,
            GatewayAddress address,
            Pages pages,
            SecurityHeaders security) {
        DeviceRequests devices = new DeviceRequests(store, keys, clock);
        return new DeviceEndpoints(devices, apiTokens, sessions, signedIn, byHand, throttle, address, pages, security)
                .routes();
    }

    @Bean
    RouterFunction<ServerResponse> tokenRoutes(
            ApiTokens apiTokens,
            SignedIn signedIn,
            ByHand byHand,
            GatewayAddress address,
            Pages pages,
            SecurityHeaders security) {
        return new TokenEndpoints(apiTokens, signedIn, byHand, address, pages, security).routes();
    }
}
