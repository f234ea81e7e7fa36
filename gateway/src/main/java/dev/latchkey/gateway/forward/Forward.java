package dev.latchkey.gateway.forward;

import dev.latchkey.gateway.route.Permit;
import dev.latchkey.gateway.route.PermittedStage;
import dev.latchkey.gateway.route.Route;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.cloud.gateway.handler.FilteringWebHandler;
import org.springframework.cloud.gateway.support.ServerWebExchangeUtils;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/**
 * The last stage: Spring Cloud Gateway carries the request to the route's backend.
 *
 * <p>It is handed the very route that was decided on. Its own search for a route, which grows with their number and
 * could come to another result, is not used.
 */
public final class Forward implements PermittedStage {

    private final FilteringWebHandler handler;
    private final SessionStreams streams;
    private final Map<Route, org.springframework.cloud.gateway.route.Route> carried = new ConcurrentHashMap<>();

    Forward(FilteringWebHandler handler, SessionStreams streams) {
        this.handler = handler;
        this.streams = streams;
    }

    @Override
    public Mono<Void> handle(Permit permit, ServerWebExchange exchange, Next next) {
        org.springframework.cloud.gateway.route.Route route =
                carried.computeIfAbsent(permit.route(), Forward::carriedBySpring);
        exchange.getAttributes().put(ServerWebExchangeUtils.GATEWAY_ROUTE_ATTR, route);
        return handler.handle(exchange)
                .onErrorMap(BackendFailure::asProblem)
                .doFinally(signal -> streams.ended(exchange));
    }

    private static org.springframework.cloud.gateway.route.Route carriedBySpring(Route route) {
        return org.springframework.cloud.gateway.route.Route.async()
                .id(route.id())
                .uri(route.backend())
                .predicate(exchange -> true)
                .build();
    }
}
