package dev.latchkey.gateway.identity;

import dev.latchkey.gateway.provider.AccessToken;
import dev.latchkey.gateway.route.ForwardAuth;
import dev.latchkey.gateway.route.Permit;
import dev.latchkey.gateway.route.PermittedStage;
import dev.latchkey.gateway.web.SecurityHeaders;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/**
 * The stage that tells a proxy which asked that the request may pass, and who makes it, in the headers and with the
 * status that oauth2-proxy uses. What the proxy copies to the app is what the app would have been told from here.
 */
public final class AuthAnswer implements PermittedStage {

    private final BackendHeaders identity;
    private final SecurityHeaders security;

    AuthAnswer(BackendHeaders identity, SecurityHeaders security) {
        this.identity = identity;
        this.security = security;
    }

    @Override
    public Mono<Void> handle(Permit permit, ServerWebExchange exchange, Next next) {
        if (!ForwardAuth.isAsked(exchange)) {
            return next.proceed(permit, exchange);
        }
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
