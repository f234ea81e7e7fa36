package dev.latchkey.gateway;

import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.web.GatewayAddress;
import dev.latchkey.gateway.web.RequestScope;
import dev.latchkey.gateway.web.Stage;
import org.springframework.http.HttpMethod;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/** The stage at which requests for the gateway's own endpoints leave the way of proxied ones. */
final class OwnEndpoints implements Stage {

    private static final String CHAIN = OwnEndpoints.class.getName();

    private final GatewayAddress address;

    OwnEndpoints(GatewayAddress address) {
        this.address = address;
    }

    static void remember(ServerWebExchange exchange, WebFilterChain chain) {
        exchange.getAttributes().put(CHAIN, chain);
    }

    @Override
    public Mono<Void> handle(ServerWebExchange exchange, Next next) {
        if (!address.owns(RequestScope.of(exchange).path())) {
            return next.proceed(exchange);
        }
        WebFilterChain chain = exchange.getRequiredAttribute(CHAIN);
        return chain.filter(asGet(exchange));
    }

    /**
     * What can be got can be asked for by HEAD (RFC 9110, section 9.1), which the handlers do not know of; the server
     * leaves the body out. No page of another site has business here, so its browser's preflight gets no answer.
     */
    private static ServerWebExchange asGet(ServerWebExchange exchange) {
        HttpMethod method = exchange.getRequest().getMethod();
        if (method.equals(HttpMethod.OPTIONS)) {
            throw Problem.of(ProblemCode.METHOD_REFUSED);
        }
        return method.equals(HttpMethod.HEAD)
                ? exchange.mutate()
                        .request(request -> request.method(HttpMethod.GET))
                        .build()
                : exchange;
    }
}
