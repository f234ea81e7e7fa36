package dev.latchkey.gateway.identity;

import dev.latchkey.gateway.membership.Claim;
import dev.latchkey.gateway.membership.Memberships;
import dev.latchkey.gateway.membership.Standing;
import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.provider.AccessToken;
import dev.latchkey.gateway.route.AskedDemands;
import dev.latchkey.gateway.route.Caller;
import dev.latchkey.gateway.route.ForwardAuth;
import dev.latchkey.gateway.route.Permit;
import dev.latchkey.gateway.route.PermittedStage;
import dev.latchkey.gateway.route.Rule;
import dev.latchkey.gateway.session.Person;
import dev.latchkey.gateway.web.SecurityHeaders;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * The stage that tells a proxy which asked that the request may pass, and who makes it, in the headers and with the
 * status that oauth2-proxy uses. What the proxy copies to the app is what the app would have been told from here.
 */
public final class AuthAnswer implements PermittedStage {

    private final BackendHeaders identity;
    private final SecurityHeaders security;
    private final Memberships memberships;

    AuthAnswer(BackendHeaders identity, SecurityHeaders security, Memberships memberships) {
        this.identity = identity;
        this.security = security;
        this.memberships = memberships;
    }

    @Override
    public Mono<Void> handle(Permit permit, ServerWebExchange exchange, Next next) {
        if (!ForwardAuth.isAsked(exchange)) {
            return next.proceed(permit, exchange);
        }
        AskedDemands demands = ForwardAuth.demandsOf(exchange);
        return demands == null
                ? answer(permit, exchange)
                : areMet(demands, permit)
                        .flatMap(met ->
                                met ? answer(permit, exchange) : Mono.error(Problem.of(ProblemCode.ACCESS_DENIED)));
    }

    /** A path that is open to everybody stays open; where strangers come in as such they are not whom the proxy means. */
    private Mono<Boolean> areMet(AskedDemands demands, Permit permit) {
        Caller caller = permit.caller();
        if (caller == null) {
            return permit.route().allow().contains(new Rule.Anyone())
                    ? Mono.error(Problem.of(ProblemCode.SIGN_IN_REQUIRED))
                    : Mono.just(true);
        }
        Person person = caller.person();
        if (person == null || !demands.areMetByAddressOf(person)) {
            return Mono.just(false);
        }
        return demands.groups().isEmpty()
                ? Mono.just(true)
                : Flux.fromIterable(demands.askableGroups())
                        .concatMap(group -> memberships.ask(person.id(), claim(group)))
                        .any(Standing.Holds.class::isInstance);
    }

    private static Claim claim(String group) {
        int colon = group.indexOf(':');
        return colon < 0
                ? new Claim.Organization(group)
                : new Claim.Team(group.substring(0, colon), group.substring(colon + 1));
    }

    private Mono<Void> answer(Permit permit, ServerWebExchange exchange) {
        ServerHttpResponse response = exchange.getResponse();
        HttpHeaders headers = response.getHeaders();
        response.setStatusCode(HttpStatus.ACCEPTED);
        security.onAnswer(headers);
        headers.setContentLength(0);
        tell(headers, permit, FreshToken.tokenOf(exchange));
        return response.setComplete();
    }

    private void tell(HttpHeaders headers, Permit permit, @Nullable AccessToken token) {
        if (permit.caller() != null) {
            identity.tell(permit.caller(), permit.route().send(), headers::set);
        }
        // Only a proxy asks about such a route; of any other, its client could ask as well and read the answer.
        if (token != null && permit.route().isForwardAuthOnly()) {
            headers.set("X-Auth-Request-Access-Token", token.reveal());
        }
    }
}
