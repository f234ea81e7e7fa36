package dev.latchkey.gateway.forward;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.util.List;
import org.springframework.cloud.gateway.filter.GatewayFilter;
import org.springframework.cloud.gateway.filter.GlobalFilter;
import org.springframework.cloud.gateway.handler.FilteringWebHandler;
import org.springframework.cloud.gateway.route.Route;

/** Spring Cloud Gateway's chain of filters, put in order once for each route and forgotten together with it. */
final class RouteFilters extends FilteringWebHandler {

    private final Cache<Route, List<GatewayFilter>> ordered =
            Caffeine.newBuilder().weakKeys().build();

    RouteFilters(List<GlobalFilter> everyRoutes) {
        super(everyRoutes, false);
    }

    @Override
    protected List<GatewayFilter> getCombinedFilters(Route route) {
        return ordered.get(route, this::getAllFilters);
    }
}
