package dev.latchkey.gateway.route;

import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/** Answers a request that would be let in if the person signed in. */
@FunctionalInterface
public interface Challenger {

    Mono<Void> challenge(ServerWebExchange exchange);
}
