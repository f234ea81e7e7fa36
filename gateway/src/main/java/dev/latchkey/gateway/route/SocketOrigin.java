package dev.latchkey.gateway.route;

import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.web.RequestScope;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/**
 * The stage that refuses a WebSocket which another site's page wants to open in somebody's name. Whoever sends no
 * {@code Origin} is no browser.
 *
 * @see Sockets
 */
public final class SocketOrigin implements PermittedStage {

    SocketOrigin() {}

    @Override
    public Mono<Void> handle(Permit permit, ServerWebExchange exchange, Next next) {
        HttpHeaders headers = exchange.getRequest().getHeaders();
        if (headers.getFirst(HttpHeaders.UPGRADE) != null && isForeign(permit, exchange, headers)) {
            throw Problem.of(ProblemCode.CROSS_SITE_REFUSED, "Another site's page may not open this WebSocket");
        }
        return next.proceed(permit, exchange);
    }

    private static boolean isForeign(Permit permit, ServerWebExchange exchange, HttpHeaders headers) {
        Sockets sockets = permit.route().sockets();
        boolean matters = permit.caller() != null || !sockets.origins().isEmpty();
        if (!matters || sockets.origins().contains(Sockets.ALL)) {
            return false;
        }
        List<String> origins = headers.getOrEmpty(HttpHeaders.ORIGIN);
        return origins.size() > 1 || (origins.size() == 1 && !isKnown(origins.get(0), sockets, exchange));
    }

    private static boolean isKnown(@Nullable String origin, Sockets sockets, ServerWebExchange exchange) {
        RequestScope scope = RequestScope.of(exchange);
        if (origin == null
                || sockets.origins().contains(origin)
                || origin.equals(Sockets.origin(scope.scheme(), scope.host(), scope.port()))) {
            return origin != null;
        }
        // A proxy that ends TLS and is not trusted leaves us to think that the page came by http.
        return scope.scheme().equals("http") && origin.equals(Sockets.origin("https", scope.host(), scope.port()));
    }
}
