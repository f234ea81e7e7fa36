package dev.latchkey.gateway.forward;

import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import java.time.Duration;
import org.reactivestreams.Publisher;
import org.springframework.cloud.gateway.filter.GatewayFilter;
import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.cloud.gateway.filter.NettyWriteResponseFilter;
import org.springframework.core.Ordered;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.http.server.reactive.ServerHttpResponseDecorator;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/** Ends what has fallen silent: a client that no longer sends its body, an app that no longer sends its answer. */
final class IdleLimit implements GatewayFilter, Ordered {

    private final Duration idle;

    IdleLimit(Duration idle) {
        this.idle = idle;
    }

    /** Before the filter that writes the answer. */
    @Override
    public int getOrder() {
        return NettyWriteResponseFilter.WRITE_RESPONSE_FILTER_ORDER - 1;
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, GatewayFilterChain chain) {
        Watch watch = new Watch(OwnLoop.scheduler(exchange));
        return chain.filter(exchange.mutate()
                .request(new Request(exchange.getRequest(), watch))
                .response(new Response(exchange.getResponse(), watch))
                .build());
    }

    private final class Watch {

        private final Scheduler timer;

        Watch(Scheduler timer) {
            this.timer = timer;
        }

        <T> Flux<T> over(Publisher<? extends T> body, ProblemCode code) {
            return Flux.<T>from(body).timeout(idle, Mono.error(() -> Problem.of(code)), timer);
        }
    }

    private static final class Request extends ServerHttpRequestDecorator {

        private final Watch watch;

        Request(ServerHttpRequest request, Watch watch) {
            super(request);
            this.watch = watch;
        }

        @Override
        public Flux<DataBuffer> getBody() {
            return watch.over(super.getBody(), ProblemCode.REQUEST_TOO_SLOW);
        }
    }

    private static final class Response extends ServerHttpResponseDecorator {

        private final Watch watch;

        Response(ServerHttpResponse response, Watch watch) {
            super(response);
            this.watch = watch;
        }

        @Override
        public Mono<Void> writeWith(Publisher<? extends DataBuffer> body) {
            return super.writeWith(watch.over(body, ProblemCode.BACKEND_TIMEOUT));
        }

        @Override
        public Mono<Void> writeAndFlushWith(Publisher<? extends Publisher<? extends DataBuffer>> body) {
            return super.writeAndFlushWith(watch.over(body, ProblemCode.BACKEND_TIMEOUT));
        }
    }
}
