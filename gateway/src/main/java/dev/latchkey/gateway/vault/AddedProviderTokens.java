package dev.latchkey.gateway.vault;

import dev.latchkey.gateway.provider.AccessToken;
import dev.latchkey.gateway.provider.ProviderClient;
import dev.latchkey.gateway.provider.ProviderToken;
import dev.latchkey.gateway.provider.Providers;
import dev.latchkey.gateway.provider.TokenRefused;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;

/** Tokens of one of the providers that were added at run time. */
final class AddedProviderTokens implements TokenSource {

    private static final Logger LOG = LoggerFactory.getLogger(AddedProviderTokens.class);
    private static final Duration FIRST_RETRY = Duration.ofSeconds(1);
    private static final int RETRIES = 3;

    private final Providers providers;
    private final String id;

    AddedProviderTokens(Providers providers, String id) {
        this.providers = providers;
        this.id = id;
    }

    private Mono<ProviderClient> client() {
        return providers.withId(id).map(providers::client);
    }

    /** Of a provider that is gone nothing can be had any more, whoever asks. */
    @Override
    public Mono<ProviderToken> refresh(ProviderToken token) {
        return client().onErrorMap(TokenRefused::notSent)
                .switchIfEmpty(Mono.error(() -> TokenRefused.spent("the provider was removed")))
                .flatMap(client -> client.refresh(token));
    }

    @Override
    public Mono<Boolean> isLive(AccessToken token) {
        return client().flatMap(client -> client.isLive(token)).defaultIfEmpty(false);
    }

    @Override
    public void giveBack(AccessToken token) {
        revoke(token);
    }

    /** Only this token: what else people granted the provider's app is theirs to take back. */
    @Override
    public void release(AccessToken token, Mono<Boolean> back) {
        revoke(token);
    }

    @Override
    public void lapse(AccessToken token) {
        revoke(token);
    }

    /** The provider is looked up first and at once: it may be about to be removed. */
    private void revoke(AccessToken token) {
        client().flatMap(client -> client.revoke(token).retryWhen(Retry.backoff(RETRIES, FIRST_RETRY)))
                .subscribe(done -> {}, e -> LOG.warn("A token could not be revoked at {}: {}", id, e.toString()));
    }

    @Override
    public Duration longestCall() {
        return Providers.longestTokenCall();
    }
}
