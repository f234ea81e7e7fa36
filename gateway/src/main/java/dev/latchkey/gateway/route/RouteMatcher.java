package dev.latchkey.gateway.route;

import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.web.EscapedSlashes;
import dev.latchkey.gateway.web.FurtherHosts;
import dev.latchkey.gateway.web.RequestScope;
import dev.latchkey.gateway.web.Stage;
import dev.latchkey.gateway.web.TargetCheck;
import org.jspecify.annotations.Nullable;
import org.springframework.cloud.gateway.handler.AsyncPredicate;
import org.springframework.http.HttpHeaders;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/** The stage that finds the route of a request; without one there is nothing here (404). */
public final class RouteMatcher implements Stage {

    private static final String ATTRIBUTE = Route.class.getName();

    private final Routes routes;
    private final FurtherHosts furtherHosts;

    RouteMatcher(Routes routes, FurtherHosts furtherHosts) {
        this.routes = routes;
        this.furtherHosts = furtherHosts;
    }

    /** The route of this request. Every stage behind this one may rely on it. */
    public static Route routeOf(ServerWebExchange exchange) {
        return exchange.getRequiredAttribute(ATTRIBUTE);
    }

    /** The route of this request, or null if it has none, or did not come as far. */
    public static @Nullable Route find(ServerWebExchange exchange) {
        return exchange.getAttribute(ATTRIBUTE);
    }

    @Override
    public Mono<Void> handle(ServerWebExchange exchange, Next next) {
        RequestScope scope = RequestScope.of(exchange);
        Route route = routes.find(scope.host(), scope.path());
        if (EscapedSlashes.areIn(scope.path()) && !routes.isSameInBothReadings(route, scope.host(), scope.path())) {
            throw TargetCheck.escapedSlash();
        }
        if (route == null || (route.isForwardAuthOnly() && !ForwardAuth.isAsked(exchange))) {
            throw unknown(exchange);
        }
        exchange.getAttributes().put(ATTRIBUTE, route);
        if (!ForwardAuth.isAsked(exchange)) {
            // A proxy knows statuses, and no app's way to word them.
            route.errors().attachTo(exchange);
        }
        ServerWebExchange known =
                route.isServedHere() && furtherHosts.include(scope.host()) ? withoutCookies(exchange) : exchange;
        return route.condition() == null ? next.proceed(known) : onCondition(route.condition(), known, next);
    }

    /**
     * What the gateway itself does in a person's name, such as asking for consent, changing a registry or calling GitHub, it
     * does for no cookie of a further host: whoever runs that one could show the cookie, and has pages of the same origin.
     */
    private static ServerWebExchange withoutCookies(ServerWebExchange exchange) {
        return exchange.mutate()
                .request(request -> request.headers(headers -> headers.remove(HttpHeaders.COOKIE)))
                .build();
    }

    private static Mono<Void> onCondition(
            AsyncPredicate<ServerWebExchange> condition, ServerWebExchange exchange, Next next) {
        return Mono.from(condition.apply(exchange))
                .defaultIfEmpty(false)
                .flatMap(fulfilled -> fulfilled ? next.proceed(exchange) : Mono.error(unknown(exchange)));
    }

    private static Problem unknown(ServerWebExchange exchange) {
        return Problem.of(ForwardAuth.isAsked(exchange) ? ProblemCode.FORWARD_AUTH_ROUTE : ProblemCode.ROUTE_UNKNOWN);
    }
}
