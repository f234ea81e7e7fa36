package dev.latchkey.gateway.provider;

import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import java.net.URI;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.security.oauth2.client.endpoint.OAuth2AuthorizationCodeGrantRequest;
import org.springframework.util.LinkedMultiValueMap;
import org.springframework.util.MultiValueMap;
import org.springframework.web.reactive.function.BodyInserters;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Mono;

/** Speaks with one provider that was added, as it was described at one time. */
public final class ProviderClient {

    private static final ParameterizedTypeReference<Map<String, Object>> JSON = new ParameterizedTypeReference<>() {};
    private static final ParameterizedTypeReference<List<Map<String, Object>>> LIST =
            new ParameterizedTypeReference<>() {};

    private final Provider provider;
    private final WebClient web;
    private final TokenEndpoint tokens;
    private final ProfileReader profiles;
    private final @Nullable IdTokens idTokens;

    ProviderClient(Provider provider, ProviderHttp http, Clock clock) {
        this.provider = provider;
        this.web = http.web();
        this.tokens = new TokenEndpoint(provider::registration, http.tokenWeb(), clock);
        this.profiles = new ProfileReader(provider);
        this.idTokens = provider.isOpenId() ? new IdTokens(provider, http.web(), clock) : null;
    }

    public Provider provider() {
        return provider;
    }

    /** What a code is good for; fails with {@link TokenRefused}. */
    public Mono<Granted> exchange(OAuth2AuthorizationCodeGrantRequest request) {
        return tokens.grant(request);
    }

    /**
     * The next token. One that comes without a refresh token goes on with the old (RFC 6749, section 6): not all providers
     * give a new one each time. Fails with {@link TokenRefused}.
     */
    public Mono<ProviderToken> refresh(ProviderToken token) {
        return tokens.refresh(token)
                .map(next -> next.refreshToken() != null
                        ? next
                        : new ProviderToken(
                                next.accessToken(),
                                next.expiresAt(),
                                token.refreshToken(),
                                token.refreshExpiresAt(),
                                next.scopes().isEmpty() ? token.scopes() : next.scopes()));
    }

    /**
     * Who has signed in.
     *
     * @param nonce what the attempt was made with, if the provider is one of OpenID Connect
     * @return fails with a problem
     */
    public Mono<Profile> profile(Granted granted, @Nullable String nonce) {
        AccessToken token = granted.token().accessToken();
        if (idTokens != null) {
            return idTokens.claims(granted.idToken(), nonce)
                    .flatMap(claims -> provider.endpoints().userInfo() == null
                            ? Mono.just(claims)
                            : userInfo(token).map(told -> together(claims, told)))
                    .map(profiles::read);
        }
        return userInfo(token)
                .flatMap(told -> provider.kind() == ProviderKind.GITHUB
                        ? emails(token).map(emails -> profiles.read(told, emails))
                        : Mono.fromCallable(() -> profiles.read(told)));
    }

    /**
     * A profile of somebody else is an attack (OpenID Connect Core 1.0, section 5.3.2). What was signed goes first; an address
     * and whether it is verified come from the same of both, since that is said of this address, not of another.
     */
    private Map<String, Object> together(Map<String, Object> signed, Map<String, Object> told) {
        if (!String.valueOf(signed.get("sub")).equals(told.get("sub"))) {
            throw Problem.of(
                    ProblemCode.PROFILE_UNUSABLE, "The profile at " + provider.label() + " is somebody else's");
        }
        Map<String, Object> all = new HashMap<>(told);
        all.putAll(signed);
        String email = provider.claims().email();
        String verified = provider.claims().emailVerified();
        if (verified != null) {
            Map<String, Object> one = email != null && signed.containsKey(email) ? signed : told;
            if (one.containsKey(verified)) {
                all.put(verified, one.get(verified));
            } else {
                all.remove(verified);
            }
        }
        return all;
    }

    private Mono<Map<String, Object>> userInfo(AccessToken token) {
        return get(String.valueOf(provider.endpoints().userInfo()), token)
                .exchangeToMono(response -> read(response, JSON))
                .switchIfEmpty(Mono.error(() -> unusable("is empty")))
                .onErrorMap(failure -> !(failure instanceof Problem), this::failed);
    }

    /** Someone whose addresses may not be read is signed in without one. */
    private Mono<List<Map<String, Object>>> emails(AccessToken token) {
        return get(provider.endpoints().userInfo() + "/emails?per_page=100", token)
                .exchangeToMono(response -> read(response, LIST))
                .onErrorReturn(List.of())
                .defaultIfEmpty(List.of());
    }

    private WebClient.RequestHeadersSpec<?> get(String address, AccessToken token) {
        return web.get()
                .uri(URI.create(address))
                .headers(headers -> headers.setBearerAuth(token.reveal()))
                .accept(MediaType.APPLICATION_JSON);
    }

    private <T> Mono<T> read(ClientResponse response, ParameterizedTypeReference<T> type) {
        return response.statusCode().is2xxSuccessful() ? response.bodyToMono(type) : response.createError();
    }

    /** Whether the provider takes the token for good; where it cannot be asked, it is good as long as it lives. */
    public Mono<Boolean> isLive(AccessToken token) {
        if (provider.endpoints().userInfo() == null) {
            return Mono.just(true);
        }
        return get(provider.endpoints().userInfo(), token).exchangeToMono(response -> {
            if (response.statusCode().is2xxSuccessful()) {
                return response.releaseBody().thenReturn(true);
            }
            return response.statusCode().isSameCodeAs(HttpStatus.UNAUTHORIZED)
                    ? response.releaseBody().thenReturn(false)
                    : response.createError();
        });
    }

    /** Ends a token, where the provider has a way to (RFC 7009). */
    public Mono<Void> revoke(AccessToken token) {
        String address = provider.endpoints().revocation();
        if (address == null) {
            return Mono.empty();
        }
        MultiValueMap<String, String> form = new LinkedMultiValueMap<>();
        form.add("token", token.reveal());
        form.add("token_type_hint", "access_token");
        WebClient.RequestBodySpec request = web.post().uri(URI.create(address));
        if (provider.basic()) {
            request.headers(headers -> headers.setBasicAuth(
                    provider.clientId(), provider.clientSecret().reveal()));
        } else {
            form.add("client_id", provider.clientId());
            form.add("client_secret", provider.clientSecret().reveal());
        }
        return request.body(BodyInserters.fromFormData(form))
                .exchangeToMono(response ->
                        response.statusCode().is2xxSuccessful() ? response.releaseBody() : response.createError());
    }

    private Problem unusable(String why) {
        return Problem.of(ProblemCode.PROFILE_UNUSABLE, "The profile at " + provider.label() + " " + why);
    }

    private Problem failed(Throwable failure) {
        return Problem.of(ProblemCode.PROVIDER_FAILED, provider.label() + " did not show your profile")
                .causedBy(failure);
    }
}
