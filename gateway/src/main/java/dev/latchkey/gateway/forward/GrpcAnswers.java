package dev.latchkey.gateway.forward;

import dev.latchkey.gateway.web.GrpcCall;
import org.reactivestreams.Publisher;
import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.cloud.gateway.filter.GlobalFilter;
import org.springframework.cloud.gateway.filter.NettyWriteResponseFilter;
import org.springframework.core.Ordered;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.http.server.reactive.ServerHttpResponseDecorator;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Answers calls of gRPC in the shape that their callers need: the head as soon as it is there, since a caller may say
 * nothing before it has seen it; and a call that is over with its head as a head that ends the stream, since behind any
 * other the outcome is looked for after the body.
 */
final class GrpcAnswers implements GlobalFilter, Ordered {

    /** Before the filter that writes the answer. */
    @Override
    public int getOrder() {
        return NettyWriteResponseFilter.WRITE_RESPONSE_FILTER_ORDER - 2;
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, GatewayFilterChain chain) {
        return GrpcCall.isIn(exchange.getRequest())
                ? chain.filter(exchange.mutate()
                        .response(new Answer(exchange.getResponse()))
                        .build())
                : chain.filter(exchange);
    }

    private static final class Answer extends ServerHttpResponseDecorator {

        Answer(ServerHttpResponse response) {
            super(response);
        }

        @Override
        public Mono<Void> writeWith(Publisher<? extends DataBuffer> body) {
            return GrpcCall.isOver(getHeaders()) ? over(Flux.from(body)) : super.writeWith(body);
        }

        @Override
        public Mono<Void> writeAndFlushWith(Publisher<? extends Publisher<? extends DataBuffer>> body) {
            if (GrpcCall.isOver(getHeaders())) {
                return over(Flux.from(body).concatMap(part -> part));
            }
            Flux<Publisher<? extends DataBuffer>> head = Flux.just(Mono.fromSupplier(this::nothing));
            return super.writeAndFlushWith(head.concatWith(body));
        }

        private Mono<Void> over(Flux<? extends DataBuffer> none) {
            return none.doOnNext(DataBufferUtils::release).then(Mono.defer(super::setComplete));
        }

        private DataBuffer nothing() {
            return bufferFactory().allocateBuffer(0);
        }
    }
}
