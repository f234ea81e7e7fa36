package dev.latchkey.gateway.identity;

import dev.latchkey.gateway.route.Permit;
import dev.latchkey.gateway.route.PermittedStage;
import dev.latchkey.gateway.web.RequestScope;
import org.springframework.http.HttpHeaders;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;
import org.springframework.http.support.Netty4HeadersAdapter;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServerRequest;

/**
 * The stage that takes away what the client says about identity and puts the gateway's word in its place.
 *
 * <p>The headers are made anew rather than edited: what is not copied on purpose cannot slip through.
 */
public final class IdentityStamp implements PermittedStage {

    private final BackendHeaders headers;

    IdentityStamp(BackendHeaders headers) {
        this.headers = headers;
    }

    @Override
    public Mono<Void> handle(Permit permit, ServerWebExchange exchange, Next next) {
        HttpServerRequest received = ServerHttpRequestDecorator.getNativeRequest(exchange.getRequest());
        ServerHttpRequest stamped = new Stamped(
                exchange.getRequest(),
                new HttpHeaders(new Netty4HeadersAdapter(headers.make(
                        received.requestHeaders(),
                        RequestScope.of(exchange),
                        permit,
                        FreshToken.tokenOf(exchange),
                        FreshToken.endOf(exchange)))));
        return next.proceed(permit, exchange.mutate().request(stamped).build());
    }

    private static final class Stamped extends ServerHttpRequestDecorator {

        private final HttpHeaders headers;

        Stamped(ServerHttpRequest request, HttpHeaders headers) {
            super(request);
            this.headers = headers;
        }

        @Override
        public HttpHeaders getHeaders() {
            return headers;
        }
    }
}
