package dev.latchkey.gateway.facade.githuboauth;

import dev.latchkey.gateway.keys.KeyRing;
import dev.latchkey.gateway.keys.Secret;
import dev.latchkey.gateway.limit.Throttle;
import dev.latchkey.gateway.login.ByHand;
import dev.latchkey.gateway.login.PostedForm;
import dev.latchkey.gateway.login.SignedIn;
import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.route.Caller;
import dev.latchkey.gateway.route.Challenger;
import dev.latchkey.gateway.route.Limits;
import dev.latchkey.gateway.route.Permit;
import dev.latchkey.gateway.session.BrowserSession;
import dev.latchkey.gateway.web.AppConsentPage;
import dev.latchkey.gateway.web.GatewayAddress;
import dev.latchkey.gateway.web.Pages;
import dev.latchkey.gateway.web.SecurityHeaders;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/**
 * {@code GET /login/oauth/authorize}: asks a person who is signed in whether a client may call GitHub in their name, and
 * sends them back with a code. Nobody is sent anywhere before client and address are known to belong together, and nobody
 * is sent on without having been asked: whoever follows a stranger's link sees which app it is for, and no app on this host
 * can answer in their place (see {@link ByHand}).
 */
final class Authorization {

    private static final int LONGEST_STATE = 1024;
    private static final Limits.Rate DECISIONS = new Limits.Rate(1, Duration.ofSeconds(2), 30);

    private final Clients clients;
    private final Codes codes;
    private final Duration lifetime;
    private final KeyRing keys;
    private final Challenger challenger;
    private final SignedIn signedIn;
    private final ByHand byHand;
    private final Throttle throttle;
    private final GatewayAddress address;
    private final Pages pages;
    private final SecurityHeaders security;
    private final Clock clock;

    Authorization(
            Clients clients,
            Codes codes,
            Duration lifetime,
            KeyRing keys,
            Challenger challenger,
            SignedIn signedIn,
            ByHand byHand,
            Throttle throttle,
            GatewayAddress address,
            Pages pages,
            SecurityHeaders security,
            Clock clock) {
        this.clients = clients;
        this.codes = codes;
        this.lifetime = lifetime;
        this.keys = keys;
        this.challenger = challenger;
        this.signedIn = signedIn;
        this.byHand = byHand;
        this.throttle = throttle;
        this.address = address;
        this.pages = pages;
        this.security = security;
        this.clock = clock;
    }

    /** The decision is posted to the gateway's own address, which is guarded against forms of other sites. */
    RouterFunction<ServerResponse> routes() {
        return RouterFunctions.route()
                .POST(
                        address.path("/apps/decide"),
                        request -> signedIn.only(request, session -> decide(request, session)))
                .build();
    }

    /** Only a browser's session will do: a program that holds a token must not get itself another kind of it. */
    Mono<Void> ask(Permit permit, ServerWebExchange exchange) {
        Parameters said = Parameters.inQuery(exchange.getRequest());
        Client client = clientOf(said);
        String redirectUri = client.redirectUris().find(said.get("redirect_uri"));
        if (redirectUri == null) {
            throw invalid("The redirect_uri is none of those that are configured for this client");
        }
        if (!(permit.caller() instanceof Caller.InSession caller)) {
            return challenger.challenge(exchange);
        }
        String state = said.get("state");
        String challenge = said.get("code_challenge");
        Consent consent = new Consent(client.id(), redirectUri, state, challenge, clock.millis());
        if (state != null && state.length() > LONGEST_STATE) {
            throw invalid("The state is too long");
        }
        String fault = faultIn(said, client, state, challenge);
        return fault == null
                ? page(exchange, client, consent, caller.session())
                : redirect(exchange.getResponse(), consent.answered("error", fault));
    }

    private Client clientOf(Parameters said) {
        Client client = clients.named(said.get("client_id"));
        if (client == null) {
            throw invalid("There is no such client");
        }
        return client;
    }

    /** What is wrong with the rest of a request, as a client is told (RFC 6749, section 4.1.2.1); null if nothing is. */
    private static @Nullable String faultIn(
            Parameters said, Client client, @Nullable String state, @Nullable String challenge) {
        String type = said.get("response_type");
        if (type != null && !type.equals("code")) {
            return "unsupported_response_type";
        }
        boolean pkce = challenge != null
                && challenge.matches("[A-Za-z0-9_-]{43}")
                && "S256".equals(said.get("code_challenge_method"));
        boolean wrongPkce = !pkce && (challenge != null || said.get("code_challenge_method") != null);
        // Without either, a stranger could have somebody's browser finish what the stranger began.
        boolean unprotected = state == null && !pkce;
        return wrongPkce || unprotected || (client.isPublic() && !pkce) ? "invalid_request" : null;
    }

    private Mono<Void> page(ServerWebExchange exchange, Client client, Consent consent, BrowserSession session) {
        URI back = URI.create(consent.redirectUri());
        String ask = consent.seal(keys, session.id());
        String ticket = byHand.ticket(exchange.getRequest().getHeaders(), session, deed(ask));
        if (ticket == null) {
            return Mono.error(Problem.of(ProblemCode.FORM_STALE));
        }
        String html = pages.appConsent(new AppConsentPage(
                session.person().login(), client.name(), back.getRawAuthority(), words(lifetime), ask, ticket));
        ServerHttpResponse response = exchange.getResponse();
        security.onPage(response.getHeaders(), List.of(RedirectUris.originOf(consent.redirectUri())));
        response.getHeaders().setContentType(Pages.MEDIA_TYPE);
        byte[] bytes = html.getBytes(StandardCharsets.UTF_8);
        response.getHeaders().setContentLength(bytes.length);
        return response.writeWith(
                Mono.fromSupplier(() -> response.bufferFactory().wrap(bytes)));
    }

    /** What was read of one client allows no other. */
    private static String deed(String ask) {
        return "oauth:" + Opaque.nameOf(ask);
    }

    private static String words(Duration life) {
        return life.toDays() > 1 ? life.toDays() + " days" : Math.max(1, life.toMinutes()) + " minutes";
    }

    private Mono<Void> redirect(ServerHttpResponse response, URI to) {
        response.setStatusCode(HttpStatus.FOUND);
        security.onAnswer(response.getHeaders());
        response.getHeaders().setLocation(to);
        return response.setComplete();
    }

    private Mono<ServerResponse> decide(ServerRequest request, BrowserSession session) {
        return throttle.count("oauth-decision:" + session.person().id(), DECISIONS)
                .then(Mono.defer(() -> PostedForm.of(request)))
                .flatMap(form -> {
                    String ask = form.getFirst("ask");
                    Consent consent = Consent.open(keys, session.id(), ask, clock.instant())
                            .filter(this::isStillAllowed)
                            .orElseThrow(() -> invalid("This page was not made for you, or is too old"));
                    return Objects.equals(form.getFirst("decision"), "allow")
                            ? byHand.take(request, form, session, deed(String.valueOf(ask)))
                                    .then(Mono.defer(() -> allowed(consent, session)))
                            : redirect(consent.answered("error", "access_denied"));
                });
    }

    private boolean isStillAllowed(Consent consent) {
        Client client = clients.named(consent.client());
        return client != null && client.redirectUris().find(consent.redirectUri()) != null;
    }

    private Mono<ServerResponse> allowed(Consent consent, BrowserSession session) {
        return codes.issue(new Codes.Code(consent, session.person(), session.id()))
                .map(Secret::reveal)
                .flatMap(code -> redirect(consent.answered("code", code)));
    }

    private Mono<ServerResponse> redirect(URI to) {
        return ServerResponse.status(HttpStatus.SEE_OTHER)
                .headers(security::onAnswer)
                .location(to)
                .build();
    }

    private static Problem invalid(String why) {
        return Problem.of(ProblemCode.OAUTH_REQUEST_INVALID, why);
    }
}
