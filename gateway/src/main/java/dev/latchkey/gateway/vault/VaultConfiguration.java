package dev.latchkey.gateway.vault;

import dev.latchkey.gateway.keys.KeyRing;
import dev.latchkey.gateway.provider.GitHub;
import dev.latchkey.gateway.provider.TokenEndpoint;
import dev.latchkey.gateway.session.PersonId;
import dev.latchkey.gateway.session.SessionEnded.Reason;
import dev.latchkey.gateway.session.Sessions;
import dev.latchkey.gateway.store.Store;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

@Configuration(proxyBeanMethods = false)
class VaultConfiguration {

    @Bean
    StoredTokens storedTokens(Store store, KeyRing keys) {
        return new StoredTokens(store, keys);
    }

    @Bean
    GitHubTokens gitHubTokens(TokenEndpoint endpoint, GitHub gitHub) {
        return new GitHubTokens(endpoint, gitHub);
    }

    @Bean
    Refresher refresher(
            StoredTokens tokens,
            GitHubTokens gitHub,
            Store store,
            Sessions sessions,
            ObjectProvider<TokenNeed> needs,
            MeterRegistry meters,
            Clock clock) {
        return new Refresher(
                tokens,
                gitHub,
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
    TokenVault tokenVault(StoredTokens tokens, Refresher refresher, GitHubTokens source, Clock clock) {
        return new TokenVault(tokens, refresher, source, clock);
    }

    @Bean
    AsPerson asPerson(TokenVault vault, StoredTokens tokens, GitHubTokens source, Refresher refresher) {
        return new AsPerson(vault, tokens, source, refresher, Schedulers.parallel());
    }

    @Bean
    TokenEndings tokenEndings(
            StoredTokens tokens,
            GitHubTokens source,
            Refresher refresher,
            GitHub gitHub,
            Sessions sessions,
            ObjectProvider<TokenNeed> needs,
            Clock clock) {
        Recheck recheck = new Recheck(tokens, source, refresher, gitHub.recheckInterval(), clock);
        return new TokenEndings(
                tokens,
                source,
                recheck,
                person -> sessions.list(person)
                        .hasElements()
                        .concatWith(Flux.fromStream(needs::stream).concatMap(need -> need.isThere(person)))
                        .any(there -> there));
    }
}
