package dev.latchkey.gateway.web;

import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/**
 * One step of a request's way through the gateway: it answers, throws or emits a
 * {@link dev.latchkey.gateway.problem.Problem}, or calls the next.
 *
 * <p>Stages are shared by all requests and keep nothing of one in a field. What a later stage needs is a typed entry of
 * {@link RequestScope}. Where nothing has to be awaited a stage calls {@code next} directly: every {@code Mono} operator
 * between two stages costs each request.
 */
public interface Stage {

    Mono<Void> handle(ServerWebExchange exchange, Next next);

    /** The stages after this one. */
    @FunctionalInterface
    interface Next {
        Mono<Void> proceed(ServerWebExchange exchange);
    }
}
