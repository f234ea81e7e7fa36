package dev.latchkey.gateway.login;

import dev.latchkey.gateway.provider.ProviderToken;
import dev.latchkey.gateway.session.Person;
import java.net.URI;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.client.endpoint.OAuth2AuthorizationCodeGrantRequest;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import reactor.core.publisher.Mono;

/** One of the providers, as a sign-in goes through it. */
interface SignInProvider {

    /** As it stands in account ids. */
    String id();

    /** As it stands in addresses today. */
    String name();

    /** As people read it. */
    String label();

    ClientRegistration registration(URI callback);

    /** What is asked for besides what OAuth asks for. */
    Map<String, String> extraParameters();

    /** What it is called in answers, if that is known. */
    @Nullable
    String issuer();

    /**
     * Whether an answer that names this issuer, or none, can be this provider's (RFC 9207). Where the issuer is not known,
     * the provider's own callback address tells its answers from others'.
     */
    boolean answersAs(@Nullable String issuer);

    /** Whether the same people are behind that one, which has the same id. */
    boolean hasPeopleOf(SignInProvider other);

    /**
     * Who comes with that code, and the token they bring.
     *
     * @param nonce what the attempt was made with, if it was
     * @param unclaimed is told of a token that was granted, and then nobody could be found whose it is
     * @return fails with {@link dev.latchkey.gateway.provider.TokenRefused} or a problem
     */
    Mono<Arrived> arrive(
            OAuth2AuthorizationCodeGrantRequest request, @Nullable String nonce, Consumer<ProviderToken> unclaimed);

    /** Somebody who was let in by a provider. */
    record Arrived(Person person, ProviderToken token) {}
}
