package dev.latchkey.gateway.forward;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.latchkey.gateway.route.Permit;
import dev.latchkey.gateway.route.PermittedStage;
import dev.latchkey.gateway.route.Route;
import dev.latchkey.gateway.watch.Span;
import dev.latchkey.gateway.web.Passage;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.cloud.gateway.filter.GatewayFilter;
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
    /** Compared by identity, and forgotten together with a route that is no longer in force. */
    private final Cache<Route, org.springframework.cloud.gateway.route.Route> carried =
            Caffeine.newBuilder().weakKeys().build();

    Forward(FilteringWebHandler handler, SessionStreams streams) {
        this.handler = handler;
        this.streams = streams;
    }

    @Override
    public Mono<Void> handle(Permit permit, ServerWebExchange exchange, Next next) {
        org.springframework.cloud.gateway.route.Route route = carried.get(permit.route(), Forward::carriedBySpring);
        exchange.getAttributes().put(ServerWebExchangeUtils.GATEWAY_ROUTE_ATTR, route);
        StandingAccess.remember(permit, exchange);
        Passage passage = Passage.of(exchange);
        passage.backendAsked();
        return OwnLoop.begin(exchange, Mono.defer(() -> carry(permit, exchange, passage.span())))
                // Before whoever looks at it when all is over; a client that leaves is told of further down.
                .doOnTerminate(passage::backendLeft)
                .onErrorMap(BackendFailure::asProblem)
                .doFinally(signal -> {
                    passage.backendLeft();
                    streams.ended(exchange);
                });
    }

    private Mono<Void> carry(Permit permit, ServerWebExchange exchange, @Nullable Span request) {
        streams.underWay(exchange);
        return carried(permit, exchange, request);
    }

    /** Each attempt is a span of its own, and the app's spans hang on that. */
    private Mono<Void> carried(Permit permit, ServerWebExchange exchange, @Nullable Span request) {
        if (request == null) {
            return handler.handle(exchange);
        }
        Span attempt =
                request.call("upstream").with("latchkey.route", permit.route().id());
        return Span.within(attempt, handler.handle(TracedRequest.in(exchange, attempt)));
    }

    private static org.springframework.cloud.gateway.route.Route carriedBySpring(Route route) {
        BackendProtocol protocol = BackendProtocol.of(route.backend());
        return org.springframework.cloud.gateway.route.Route.async()
                .id(route.id())
                .uri(protocol.address(route.backend()))
                .metadata(BackendClients.PROTOCOL, protocol)
                .predicate(exchange -> true)
                .filters(filters(route))
                .build();
    }

    private static List<GatewayFilter> filters(Route route) {
        List<GatewayFilter> filters = new ArrayList<>(route.filters());
        if (route.limits().idle() != null) {
            filters.add(new IdleLimit(route.limits().idle()));
        }
        if (route.limits().timeout() != null) {
            filters.add(new HeadLimit(route.limits().timeout()));
        }
        return filters;
    }
}
