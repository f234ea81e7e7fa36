package dev.latchkey.gateway.github;

import dev.latchkey.gateway.github.api.Addresses;
import dev.latchkey.gateway.github.api.ApiClient;
import dev.latchkey.gateway.github.api.Calls;
import dev.latchkey.gateway.github.api.Credentialed;
import dev.latchkey.gateway.github.api.Guard;
import dev.latchkey.gateway.github.api.Paced;
import dev.latchkey.gateway.github.api.Redirects;
import dev.latchkey.gateway.github.api.Reserve;
import dev.latchkey.gateway.github.cache.ChangeEvents;
import dev.latchkey.gateway.github.cache.Changes;
import dev.latchkey.gateway.github.cache.Far;
import dev.latchkey.gateway.github.cache.ResponseCache;
import dev.latchkey.gateway.github.pace.Pacer;
import dev.latchkey.gateway.github.pace.Savings;
import dev.latchkey.gateway.installation.InstallationTokens;
import dev.latchkey.gateway.keys.KeyRing;
import dev.latchkey.gateway.limit.Throttle;
import dev.latchkey.gateway.membership.Turns;
import dev.latchkey.gateway.provider.GitHub;
import dev.latchkey.gateway.provider.ProviderEventListener;
import dev.latchkey.gateway.route.Challenger;
import dev.latchkey.gateway.store.Store;
import dev.latchkey.gateway.vault.AsPerson;
import dev.latchkey.gateway.vault.TokenVault;
import dev.latchkey.gateway.web.GatewayAddress;
import java.time.Clock;
import java.time.Duration;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import reactor.core.scheduler.Schedulers;

@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(PassthroughProperties.class)
class PassthroughConfiguration {

    @Bean
    Turns ownCalls(Pacer pacer) {
        return new OwnCalls(pacer);
    }

    @Bean
    GitHubPassthrough gitHubPassthrough(
            PassthroughProperties properties,
            Addresses gitHubAddresses,
            Calls gitHubCalls,
            Challenger challenger,
            GatewayAddress gateway,
            InstallationTokens installations,
            Throttle throttle,
            Savings savings) {
        Answers answers = new Answers(gitHubAddresses, gateway, properties.rewriteBodies());
        return new GitHubPassthrough(
                gitHubCalls, installations, answers, challenger, throttle, savings, properties.patience());
    }

    @Bean
    GitHubReads gitHubReads(PassthroughProperties properties, Calls gitHubCalls, Clock clock) {
        return new GitHubReads(gitHubCalls, properties.patience(), clock);
    }

    @Bean
    Addresses gitHubAddresses(GitHub gitHub) {
        return new Addresses(gitHub.api(), gitHub.graphQl(), gitHub.uploads());
    }

    /** The steps of a call, from the last to the first. */
    @Bean
    Calls gitHubCalls(
            PassthroughProperties properties,
            GitHub gitHub,
            Addresses addresses,
            TokenVault vault,
            AsPerson asPerson,
            InstallationTokens installations,
            Pacer pacer,
            Changes changes,
            Far far,
            Clock clock) {
        // Breaker, bulkhead and time limit stand around each request that is sent, and around nothing else.
        Guard guard = new Guard(new ApiClient(addresses), properties.timeout(), properties.concurrent(), clock);
        // Within a turn, since the token is to be fresh when the call is made and not when it was asked for.
        Calls credentialed = new Credentialed(vault, asPerson, installations, gitHub::appAuthorization, guard);
        Calls paced = new Paced(pacer, credentialed, Schedulers.parallel());
        // Each step of a redirect is a call of its own to GitHub, and waits for its own turn.
        Calls redirects = new Redirects(addresses, new Reserve(pacer, paced, clock));
        // First of all: what is at hand, or being fetched for somebody already, costs GitHub nothing.
        return new ResponseCache(terms(properties), changes, far, pacer, redirects, clock);
    }

    private static ResponseCache.Terms terms(PassthroughProperties properties) {
        PassthroughProperties.Kept kept = properties.cache();
        Duration longest = properties.patience().plus(properties.timeout()).multipliedBy(3);
        return new ResponseCache.Terms(
                kept.size().toBytes(),
                (int) kept.largest().toBytes(),
                kept.stale(),
                kept.sparing(),
                kept.missing(),
                kept.missingLongest(),
                longest);
    }

    @Bean
    Changes gitHubChanges(Store store, Clock clock) {
        return new Changes(store, clock);
    }

    /** A node that keeps its state itself has nobody to share with, and disks enough to wear out. */
    @Bean
    Far gitHubFarAnswers(
            PassthroughProperties properties,
            Store store,
            KeyRing keys,
            Clock clock,
            @Value("${latchkey.store:embedded}") String home) {
        PassthroughProperties.Kept kept = properties.cache();
        return home.equals("redis")
                ? Far.in(store, keys, kept.far().toBytes(), kept.farLife(), clock, Schedulers.parallel())
                : Far.NONE;
    }

    @Bean
    ProviderEventListener gitHubChangeEvents(Changes changes) {
        return new ChangeEvents(changes);
    }
}
