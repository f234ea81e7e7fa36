package dev.latchkey.gateway.web;

import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.springframework.http.HttpMethod;
import org.springframework.web.reactive.function.server.RequestPredicates;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/** Where the type of a problem document leads: one page for each code. */
final class ProblemReference {

    static final String PATH = "/problems";

    private static final Map<String, ProblemCode> BY_CODE = Arrays.stream(ProblemCode.values())
            .collect(Collectors.toUnmodifiableMap(ProblemCode::code, Function.identity()));

    private final Pages pages;
    private final SecurityHeaders headers;

    ProblemReference(Pages pages, SecurityHeaders headers) {
        this.pages = pages;
        this.headers = headers;
    }

    RouterFunction<ServerResponse> routes(GatewayAddress address) {
        return RouterFunctions.route(
                RequestPredicates.methods(HttpMethod.GET, HttpMethod.HEAD)
                        .and(RequestPredicates.path(address.path(PATH) + "/{code}")),
                this::explain);
    }

    private Mono<ServerResponse> explain(ServerRequest request) {
        ProblemCode code = BY_CODE.get(request.pathVariable("code"));
        if (code == null) {
            return Mono.error(Problem.of(ProblemCode.ROUTE_UNKNOWN));
        }
        return ServerResponse.ok()
                .headers(headers::onPage)
                .contentType(Pages.MEDIA_TYPE)
                .bodyValue(pages.explanation(code));
    }
}
