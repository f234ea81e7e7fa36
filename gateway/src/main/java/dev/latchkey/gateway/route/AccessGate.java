package dev.latchkey.gateway.route;

import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.session.BrowserSession;
import dev.latchkey.gateway.session.SessionLoader;
import dev.latchkey.gateway.web.RequestScope;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpMethod;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/**
 * The one place where it is decided who may pass. It decides on the route that {@link RouteMatcher} found and the raw
 * path that will be forwarded, for every request anew, so that a narrower rule works at once.
 */
public final class AccessGate {

    private final Challenger challenger;

    AccessGate(Challenger challenger) {
        this.challenger = challenger;
    }

    /** Passes the request on with a permit, challenges it, or fails with {@code access.denied}. */
    public Mono<Void> decide(ServerWebExchange exchange, PermittedStage.Next next) {
        Route route = RouteMatcher.routeOf(exchange);
        Decision decision = decide(
                route,
                exchange.getRequest().getMethod(),
                RequestScope.of(exchange).path(),
                SessionLoader.sessionOf(exchange));
        if (decision instanceof Decision.Permitted permitted) {
            return next.proceed(permitted.permit(), exchange);
        }
        if (decision instanceof Decision.Challenged) {
            return challenger.challenge(exchange);
        }
        throw Problem.of(ProblemCode.ACCESS_DENIED);
    }

    static Decision decide(Route route, HttpMethod method, String path, @Nullable BrowserSession session) {
        boolean admitted = session == null
                ? admitsStrangers(route)
                : route.allow().stream().anyMatch(rule -> rule.admits(session.person()));
        if (admitted || route.isOpen(method, path)) {
            return new Decision.Permitted(new Permit(route, session));
        }
        return session == null ? new Decision.Challenged() : new Decision.Denied();
    }

    private static boolean admitsStrangers(Route route) {
        for (Rule rule : route.allow()) {
            if (rule instanceof Rule.Anyone) {
                return true;
            }
        }
        return false;
    }
}
