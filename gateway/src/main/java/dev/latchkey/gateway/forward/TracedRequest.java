package dev.latchkey.gateway.forward;

import dev.latchkey.gateway.watch.Span;
import org.springframework.http.HttpHeaders;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;
import org.springframework.web.server.ServerWebExchange;

/** A request that tells the app on which span its own ones hang. */
final class TracedRequest extends ServerHttpRequestDecorator {

    private final HttpHeaders headers = new HttpHeaders();

    private TracedRequest(ServerHttpRequest request, Span span) {
        super(request);
        request.getHeaders().forEach(headers::addAll);
        headers.set("traceparent", span.traceParent());
    }

    static ServerWebExchange in(ServerWebExchange exchange, Span span) {
        return exchange.mutate()
                .request(new TracedRequest(exchange.getRequest(), span))
                .build();
    }

    @Override
    public HttpHeaders getHeaders() {
        return headers;
    }
}
