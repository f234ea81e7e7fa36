package dev.latchkey.gateway.token;

import dev.latchkey.gateway.keys.KeyRing;
import dev.latchkey.gateway.limit.Throttle;
import dev.latchkey.gateway.provider.GitHub;
import dev.latchkey.gateway.route.CredentialReader;
import dev.latchkey.gateway.session.OpenStreams;
import dev.latchkey.gateway.store.Store;
import dev.latchkey.gateway.vault.TokenEndings;
import dev.latchkey.gateway.vault.TokenVault;
import java.time.Clock;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class TokenConfiguration {

    @Bean
    ApiTokens apiTokens(
            Store store, KeyRing keys, TokenVault vault, TokenEndings endings, OpenStreams streams, Clock clock) {
        StoredApiTokens stored = new StoredApiTokens(store, keys);
        return new ApiTokens(stored, new NearTokens(stored, clock), vault, endings, streams, clock);
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
