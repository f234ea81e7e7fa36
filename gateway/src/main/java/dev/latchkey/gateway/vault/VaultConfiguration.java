package dev.latchkey.gateway.vault;

import dev.latchkey.gateway.keys.KeyRing;
import dev.latchkey.gateway.provider.GitHub;
import dev.latchkey.gateway.provider.Providers;
import dev.latchkey.gateway.provider.TokenEndpoint;
import dev.latchkey.gateway.session.KnownPeople;
import dev.latchkey.gateway.session.PersonId;
import dev.latchkey.gateway.session.SessionEnded.Reason;
import dev.latchkey.gateway.session.Sessions;
import dev.latchkey.gateway.store.Store;
import dev.latchkey.gateway.watch.Audit;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(VaultProperties.class)
class VaultConfiguration {

    @Bean
    StoredTokens storedTokens(Store store, KeyRing keys) {
        return new StoredTokens(store, keys);
    }

    @Bean
    TokenSources tokenSources(TokenEndpoint endpoint, GitHub gitHub, Providers providers, Audit audit, Clock clock) {
        GitHubTokens ofGitHub = new GitHubTokens(endpoint, gitHub, audit, clock);
        return provider -> provider.equals(GitHub.ID) ? ofGitHub : new AddedProviderTokens(providers, provider);
    }

    @Bean
    Life tokenLife(VaultProperties properties) {
        return new Life(properties.renewBefore());
    }

    @Bean
    Renewals renewals(Store store, Refresher refresher, Life life, VaultProperties properties, Clock clock) {
        return new Renewals(store, refresher, life, properties.renewUnused(), clock);
    }

    @Bean
    Refresher refresher(
            StoredTokens tokens,
            TokenSources sources,
            Life life,
            Store store,
            Sessions sessions,
            ObjectProvider<TokenNeed> needs,
            MeterRegistry meters,
            Clock clock) {
        return new Refresher(
                tokens,
                sources,
                life,
                new Pause(store, clock),
                // Again after the sessions, with which another need may just have been made.
                person -> revoked(needs, person)
                        .then(Mono.defer(() -> sessions.endAll(person, null, Reason.REVOKED)))
                        .then(Mono.defer(() -> revoked(needs, person))),
                new Outcomes(meters),
                clock,
                Schedulers.parallel());
    }

    private static Mono<Void> revoked(ObjectProvider<TokenNeed> needs, PersonId person) {
        return Flux.fromStream(needs::stream)
                .concatMap(need -> need.revoked(person))
                .then();
    }

    @Bean
    TokenVault tokenVault(
            StoredTokens tokens, Refresher refresher, TokenSources sources, Life life, Renewals renewals, Clock clock) {
        return new TokenVault(tokens, refresher, sources, life, renewals::expect, clock);
    }

    @Bean
    AsPerson asPerson(TokenVault vault, StoredTokens tokens, TokenSources sources, Refresher refresher) {
        return new AsPerson(vault, tokens, sources, refresher, Schedulers.parallel());
    }

    @Bean
    Withdrawal withdrawal(
            Sessions sessions, ObjectProvider<TokenNeed> needs, TokenEndings tokenEndings, KnownPeople people) {
        return new Withdrawal(sessions, needs::stream, tokenEndings, people);
    }

    @Bean
    TokenEndings tokenEndings(
            StoredTokens tokens,
            TokenSources sources,
            Refresher refresher,
            GitHub gitHub,
            Sessions sessions,
            ObjectProvider<TokenNeed> needs,
            Clock clock) {
        Recheck recheck = new Recheck(tokens, sources, refresher, gitHub.recheckInterval(), clock);
        return new TokenEndings(
                tokens,
                sources,
                recheck,
                person -> sessions.list(person)
                        .hasElements()
                        .concatWith(Flux.fromStream(needs::stream).concatMap(need -> need.isThere(person)))
                        .any(there -> there));
    }
}
