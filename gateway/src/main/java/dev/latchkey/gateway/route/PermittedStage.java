package dev.latchkey.gateway.route;

import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/** A stage behind the gate: like {@link dev.latchkey.gateway.web.Stage}, but it cannot be entered without a permit. */
public interface PermittedStage {

    Mono<Void> handle(Permit permit, ServerWebExchange exchange, Next next);

    /** The stages after this one. */
    @FunctionalInterface
    interface Next {
        Mono<Void> proceed(Permit permit, ServerWebExchange exchange);
    }
}
