package dev.latchkey.gateway.web;

import dev.latchkey.gateway.problem.Problem;
import org.springframework.http.HttpStatusCode;
import org.springframework.test.web.reactive.server.WebTestClient;
import org.springframework.web.reactive.function.server.HandlerStrategies;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerResponse;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/** Routes on their own, with just enough of a problem boundary to see the status of a problem. */
final class TestRoutes {

    private TestRoutes() {}

    static WebTestClient client(RouterFunction<ServerResponse> routes) {
        return WebTestClient.bindToRouterFunction(routes)
                .handlerStrategies(HandlerStrategies.builder()
                        .exceptionHandler(TestRoutes::answer)
                        .build())
                .build();
    }

    private static Mono<Void> answer(ServerWebExchange exchange, Throwable failure) {
        if (failure instanceof Problem problem) {
            exchange.getResponse()
                    .setStatusCode(HttpStatusCode.valueOf(problem.code().status()));
            return exchange.getResponse().setComplete();
        }
        return Mono.error(failure);
    }
}
