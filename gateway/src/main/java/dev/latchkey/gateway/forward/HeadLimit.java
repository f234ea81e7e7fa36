package dev.latchkey.gateway.forward;

import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import java.time.Duration;
import org.springframework.cloud.gateway.filter.GatewayFilter;
import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.core.Ordered;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * Waits so long for the head of an answer, counted from the end of the request: a large upload is not a slow app. What
 * comes after the head is the business of {@link IdleLimit}.
 *
 * <p>Its place is directly before Spring Cloud Gateway's client, which completes when the head is there.
 */
final class HeadLimit implements GatewayFilter, Ordered {

    private final Duration timeout;

    HeadLimit(Duration timeout) {
        this.timeout = timeout;
    }

    @Override
    public int getOrder() {
        return Ordered.LOWEST_PRECEDENCE - 1;
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, GatewayFilterChain chain) {
        Sent request = new Sent(exchange.getRequest());
        Mono<Long> late = request.end().then(Mono.delay(timeout, OwnLoop.scheduler(exchange)));
        return chain.filter(exchange.mutate().request(request).build())
                .timeout(late, Mono.error(() -> Problem.of(ProblemCode.BACKEND_TIMEOUT)));
    }

    /** Tells when the last of the body has been handed on. */
    private static final class Sent extends ServerHttpRequestDecorator {

        private final Sinks.Empty<Void> end = Sinks.empty();

        Sent(ServerHttpRequest request) {
            super(request);
        }

        Mono<Void> end() {
            return end.asMono();
        }

        @Override
        public Flux<DataBuffer> getBody() {
            return super.getBody().doOnTerminate(end::tryEmitEmpty);
        }
    }
}
