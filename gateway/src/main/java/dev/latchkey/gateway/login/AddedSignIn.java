package dev.latchkey.gateway.login;

import dev.latchkey.gateway.provider.Profile;
import dev.latchkey.gateway.provider.Provider;
import dev.latchkey.gateway.provider.ProviderClient;
import dev.latchkey.gateway.provider.ProviderToken;
import dev.latchkey.gateway.session.Person;
import dev.latchkey.gateway.session.PersonId;
import java.net.URI;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.client.endpoint.OAuth2AuthorizationCodeGrantRequest;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import reactor.core.publisher.Mono;

/** Signs people in with a provider that was added at run time. */
final class AddedSignIn implements SignInProvider {

    private final Provider provider;
    private final ProviderClient client;

    AddedSignIn(ProviderClient client) {
        this.provider = client.provider();
        this.client = client;
    }

    @Override
    public String id() {
        return provider.id();
    }

    @Override
    public String name() {
        return provider.name();
    }

    @Override
    public String label() {
        return provider.label();
    }

    @Override
    public ClientRegistration registration(URI callback) {
        return provider.registration(callback);
    }

    @Override
    public Map<String, String> extraParameters() {
        return provider.extraParameters();
    }

    @Override
    public @Nullable String issuer() {
        return provider.issuer();
    }

    @Override
    public boolean answersAs(@Nullable String issuer) {
        if (issuer == null) {
            return !provider.namesIssuer();
        }
        return provider.issuer() == null || provider.issuer().equals(issuer);
    }

    @Override
    public boolean hasPeopleOf(SignInProvider other) {
        return other instanceof AddedSignIn added && provider.hasPeopleOf(added.provider);
    }

    @Override
    public Mono<Arrived> arrive(
            OAuth2AuthorizationCodeGrantRequest request, @Nullable String nonce, Consumer<ProviderToken> unclaimed) {
        return client.exchange(request)
                .flatMap(granted -> client.profile(granted, nonce)
                        .doOnError(unread -> unclaimed.accept(granted.token()))
                        .map(profile -> new Arrived(person(profile), granted.token())));
    }

    private Person person(Profile profile) {
        return new Person(
                new PersonId(provider.id(), profile.subject()),
                profile.login(),
                profile.name(),
                profile.email(),
                profile.emailVerified(),
                profile.picture());
    }
}
