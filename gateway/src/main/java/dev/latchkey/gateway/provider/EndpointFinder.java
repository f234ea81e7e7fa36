package dev.latchkey.gateway.provider;

import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Mono;

/**
 * Finds out where things are at a provider: as was said, as its kind has it, or as it tells itself (OpenID Connect
 * Discovery 1.0, section 4). Nothing that {@link ProviderAddresses} refuses comes out of it, whoever said it.
 */
final class EndpointFinder {

    private static final ParameterizedTypeReference<Map<String, Object>> JSON = new ParameterizedTypeReference<>() {};
    private static final String WELL_KNOWN = "/.well-known/openid-configuration";

    private final ProviderAddresses addresses;
    private final WebClient web;

    EndpointFinder(ProviderAddresses addresses, WebClient web) {
        this.addresses = addresses;
        this.web = web;
    }

    /**
     * @param known what was said before, if that still counts
     * @return fails with {@code provider.address}, {@code provider.unfit} or {@code provider.discovery}
     */
    Mono<Endpoints> find(ProviderKind kind, ProviderDraft draft, Endpoints known) {
        return Mono.defer(() -> {
                    Endpoints said = draft.endpoints().or(known);
                    return kind == ProviderKind.OIDC && isIncomplete(said)
                            ? discovered(said)
                            : Mono.just(ofKind(kind, draft, said));
                })
                .doOnNext(this::check);
    }

    private static boolean isIncomplete(Endpoints said) {
        return said.authorization() == null || said.token() == null || said.keys() == null;
    }

    /** Who names an address of their own has a provider of their own, and nothing of the well-known one's. */
    private static Endpoints ofKind(ProviderKind kind, ProviderDraft draft, Endpoints said) {
        String url = draft.url() == null ? kind.home() : withoutSlash(draft.url());
        if (url == null) {
            return said;
        }
        Endpoints usual = kind.endpointsAt(url);
        boolean elsewhere =
                said.authorization() != null && !said.authorization().startsWith(url + '/');
        return elsewhere ? said : said.or(usual);
    }

    private Mono<Endpoints> discovered(Endpoints said) {
        if (said.issuer() == null) {
            throw Problem.of(
                    ProblemCode.PROVIDER_UNFIT,
                    "Say the provider's issuer, or where it authorizes, its tokens and keys");
        }
        String issuer = said.issuer();
        String address =
                addresses.checked("issuer", withoutSlash(issuer) + WELL_KNOWN).toString();
        return web.get()
                .uri(address)
                .accept(MediaType.APPLICATION_JSON)
                .exchangeToMono(response -> response.statusCode().is2xxSuccessful()
                        ? response.bodyToMono(JSON)
                        : response.releaseBody()
                                .then(Mono.error(() -> unreadable(
                                        "its answer is " + response.statusCode().value()))))
                .switchIfEmpty(Mono.error(() -> unreadable("it is empty")))
                .onErrorMap(
                        failure -> !(failure instanceof Problem),
                        failure -> unreadable("it does not answer").causedBy(failure))
                .map(metadata -> said.or(endpoints(issuer, metadata)));
    }

    private static Endpoints endpoints(String issuer, Map<String, Object> metadata) {
        if (!issuer.equals(metadata.get("issuer"))) {
            throw unreadable("it names another issuer");
        }
        Endpoints endpoints = new Endpoints(
                issuer,
                text(metadata, "authorization_endpoint"),
                text(metadata, "token_endpoint"),
                text(metadata, "userinfo_endpoint"),
                text(metadata, "jwks_uri"),
                text(metadata, "revocation_endpoint"),
                Boolean.TRUE.equals(metadata.get("authorization_response_iss_parameter_supported")));
        if (isIncomplete(endpoints)) {
            throw unreadable("it lacks where to authorize, the tokens or the keys");
        }
        return endpoints;
    }

    private void check(Endpoints endpoints) {
        if (endpoints.authorization() == null || endpoints.token() == null) {
            throw Problem.of(ProblemCode.PROVIDER_UNFIT, "Say where the provider authorizes and where its tokens are");
        }
        if (endpoints.userInfo() == null && endpoints.keys() == null) {
            throw Problem.of(ProblemCode.PROVIDER_UNFIT, "Say where the provider tells who somebody is");
        }
        endpoints.addresses().forEach(address -> addresses.checked("address", address));
    }

    private static @Nullable String text(Map<String, Object> metadata, String name) {
        return metadata.get(name) instanceof String text && !text.isBlank() ? text : null;
    }

    private static String withoutSlash(String address) {
        return address.endsWith("/") ? address.substring(0, address.length() - 1) : address;
    }

    private static Problem unreadable(String why) {
        return Problem.of(
                ProblemCode.PROVIDER_DISCOVERY, "The provider's description of itself cannot be used: " + why);
    }
}
