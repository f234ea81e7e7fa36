package dev.latchkey.gateway.route;

import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/** Serves the routes that lead to one {@link BuiltIn}. */
public interface BuiltInServer {

    /** The built-in's name. */
    String name();

    /**
     * Answers a request that the gate has let in.
     *
     * @param path what is asked for as the built-in knows it, raw: without the path at which the route has put it
     * @return fails with a problem, which is worded in the route's dialect
     */
    Mono<Void> serve(Permit permit, String path, ServerWebExchange exchange);
}
