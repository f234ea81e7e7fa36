package dev.latchkey.gateway.forward;

import io.netty.channel.EventLoop;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.http.server.reactive.ServerHttpResponseDecorator;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.netty.Connection;

/**
 * The event loop of a client's connection. What a request waits for may end on any thread; what it does with a backend
 * happens here, its time limits included, so that nothing of it can meet itself on two threads.
 */
final class OwnLoop {

    private OwnLoop() {}

    /** The same, begun on the loop. */
    static <T> Mono<T> begin(ServerWebExchange exchange, Mono<T> work) {
        EventLoop loop = of(exchange);
        return loop.inEventLoop() ? work : work.subscribeOn(scheduler(loop));
    }

    static Scheduler scheduler(ServerWebExchange exchange) {
        return scheduler(of(exchange));
    }

    private static Scheduler scheduler(EventLoop loop) {
        return Schedulers.fromExecutorService(loop);
    }

    private static EventLoop of(ServerWebExchange exchange) {
        ServerHttpResponse response = exchange.getResponse();
        Connection client = ServerHttpResponseDecorator.getNativeResponse(response);
        return client.channel().eventLoop();
    }
}
