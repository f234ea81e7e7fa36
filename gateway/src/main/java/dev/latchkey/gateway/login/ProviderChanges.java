package dev.latchkey.gateway.login;

import dev.latchkey.gateway.provider.Provider;
import dev.latchkey.gateway.provider.ProviderDraft;
import dev.latchkey.gateway.provider.Providers;
import dev.latchkey.gateway.session.KnownPeople;
import dev.latchkey.gateway.session.PersonId;
import dev.latchkey.gateway.session.SessionEnded.Reason;
import dev.latchkey.gateway.session.Sessions;
import dev.latchkey.gateway.token.ApiTokens;
import dev.latchkey.gateway.vault.TokenEndings;
import dev.latchkey.gateway.web.GatewayAddress;
import java.net.URI;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;

/**
 * Changes which providers there are, with what follows for the people who came by them: those of one that is removed are
 * signed out everywhere. A change keeps everybody, since it cannot make a provider another; a new name changes nothing for
 * anybody.
 */
public final class ProviderChanges {

    private static final Logger LOG = LoggerFactory.getLogger(ProviderChanges.class);

    private final Providers providers;
    private final KnownPeople people;
    private final Sessions sessions;
    private final ApiTokens apiTokens;
    private final TokenEndings tokens;
    private final GatewayAddress address;

    ProviderChanges(
            Providers providers,
            KnownPeople people,
            Sessions sessions,
            ApiTokens apiTokens,
            TokenEndings tokens,
            GatewayAddress address) {
        this.providers = providers;
        this.people = people;
        this.sessions = sessions;
        this.apiTokens = apiTokens;
        this.tokens = tokens;
        this.address = address;
    }

    /** Where the provider has to send people back to: what its owner registers there. */
    public URI callbackOf(Provider provider) {
        return callbackOf(address, provider.id());
    }

    static URI callbackOf(GatewayAddress address, String id) {
        return address.at("/callback/" + id);
    }

    /** Adds one; fails as {@link Providers#add} does. */
    public Mono<Provider> add(ProviderDraft draft) {
        return providers.add(draft).doOnNext(added -> LOG.info("Provider {} was added", added.name()));
    }

    /** Describes one anew as a whole. */
    public Mono<Provider> replace(String name, ProviderDraft draft) {
        return providers.replace(name, draft).doOnNext(after -> tell(name, after));
    }

    /** Changes one in part. */
    public Mono<Provider> patch(String name, ProviderDraft draft) {
        return providers.patch(name, draft).doOnNext(after -> tell(name, after));
    }

    private static void tell(String before, Provider after) {
        LOG.info("Provider {} was changed and is now called {}", before, after.name());
    }

    /** Removes one. What failed in the middle is done again by calling it again, or by removing any other. */
    public Mono<Void> remove(String name) {
        return providers
                .close(name)
                .flatMapIterable(leaving -> leaving)
                .concatMapDelayError(this::finish)
                .then();
    }

    private Mono<Void> finish(Provider leaving) {
        return signEveryoneOut(leaving.id())
                .then(Mono.defer(() -> providers.forget(leaving)))
                .doOnSuccess(done -> LOG.info("Provider {} was removed, and its people signed out", leaving.name()));
    }

    private Mono<Void> signEveryoneOut(String id) {
        return people.of(id).concatMap(this::signOut).then();
    }

    private Mono<Void> signOut(PersonId person) {
        return apiTokens
                .revoked(person)
                .then(Mono.defer(() -> sessions.endAll(person, null, Reason.REVOKED)))
                .then(Mono.defer(() -> tokens.needEnded(person)));
    }
}
