package dev.latchkey.gateway.token;

import dev.latchkey.gateway.keys.KeyRing;
import dev.latchkey.gateway.limit.Guesses;
import dev.latchkey.gateway.limit.Throttle;
import dev.latchkey.gateway.provider.GitHub;
import dev.latchkey.gateway.route.CredentialReader;
import dev.latchkey.gateway.route.Limits;
import dev.latchkey.gateway.session.OpenStreams;
import dev.latchkey.gateway.store.Store;
import dev.latchkey.gateway.vault.TokenEndings;
import dev.latchkey.gateway.vault.TokenVault;
import dev.latchkey.gateway.watch.Audit;
import java.time.Clock;
import java.time.Duration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class TokenConfiguration {

    /** One costs the store a look-up. Counting over all nodes would cost it as much. */
    static final Guesses.Bounds GUESSED = new Guesses.Bounds(
            new Limits.Rate(1, Duration.ofSeconds(2), 30),
            new Limits.Rate(2, Duration.ofSeconds(1), 150),
            new Limits.Rate(200, Duration.ofSeconds(1), 2_000));

    @Bean
    ApiTokens apiTokens(
            Store store,
            KeyRing keys,
            TokenVault vault,
            TokenEndings endings,
            OpenStreams streams,
            Throttle throttle,
            Clock clock,
            Audit audit) {
        StoredApiTokens stored = new StoredApiTokens(store, keys);
        Guesses guesses = new Guesses("api-tokens", GUESSED, throttle.here());
        return new ApiTokens(stored, new NearTokens(stored, guesses, clock), vault, endings, streams, clock, audit);
    }

    @Bean
    CredentialReader apiTokenReader(ApiTokens tokens) {
        return new ApiTokenReader(tokens);
    }

    @Bean
    CredentialReader gitHubTokenReader(GitHub gitHub, Throttle throttle, Clock clock) {
        return new GitHubTokenReader(gitHub, throttle, clock);
    }
}
