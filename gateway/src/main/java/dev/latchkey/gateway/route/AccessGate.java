package dev.latchkey.gateway.route;

import dev.latchkey.gateway.membership.Memberships;
import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.watch.Span;
import dev.latchkey.gateway.web.Passage;
import dev.latchkey.gateway.web.RequestScope;
import java.time.Clock;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * The one place where it is decided who may pass. It decides on the route that {@link RouteMatcher} found and the raw
 * path that will be forwarded, for every request anew, so that a narrower rule works at once.
 */
public final class AccessGate {

    private static final String ASKED = AccessGate.class.getName();

    private final Challenger challenger;
    private final Policy policy;
    private final Routes routes;
    private final Memberships memberships;
    private final Clock clock;

    AccessGate(Challenger challenger, Routes routes, Memberships memberships, Clock clock) {
        this.challenger = challenger;
        this.routes = routes;
        this.memberships = memberships;
        this.clock = clock;
        this.policy = new Policy(memberships);
    }

    /** Passes the request on with a permit, challenges it, or fails with the problem that says why not. */
    public Mono<Void> decide(ServerWebExchange exchange, PermittedStage.Next next) {
        Route route = RouteMatcher.routeOf(exchange);
        Caller caller = CredentialLoader.callerOf(exchange);
        Decision decision = policy.decideNow(
                route,
                exchange.getRequest().getMethod(),
                RequestScope.of(exchange).path(),
                caller);
        return decision instanceof Decision.Undecided
                ? ask(route, Objects.requireNonNull(caller), exchange, next)
                : act(decision, exchange, next);
    }

    /**
     * Whether what was permitted before would be permitted now, by the route that is there now and what that demands of a
     * request. That GitHub cannot be asked takes nothing away from anybody.
     */
    public Mono<Boolean> stillPermits(Permit permit, ServerWebExchange exchange) {
        ServerWebExchange asked = exchange.getRequiredAttribute(ASKED);
        RequestScope scope = RequestScope.of(asked);
        Route route = routes.find(scope.host(), scope.path());
        if (route == null
                || !route.id().equals(permit.route().id())
                || isOver(permit.caller())
                || !routes.isSameInBothReadings(route, scope.host(), scope.path())) {
            return Mono.just(false);
        }
        return route.condition() == null
                ? stillPermits(permit, route, asked)
                : Mono.from(route.condition().apply(asked))
                        // Whom a condition that fails would let in, nobody knows.
                        .onErrorReturn(false)
                        .defaultIfEmpty(false)
                        .flatMap(fulfilled -> fulfilled ? stillPermits(permit, route, asked) : Mono.just(false));
    }

    private Mono<Boolean> stillPermits(Permit permit, Route route, ServerWebExchange asked) {
        Caller caller = permit.caller();
        Decision decision = policy.decideNow(
                route, asked.getRequest().getMethod(), RequestScope.of(asked).path(), caller);
        if (caller == null || !(decision instanceof Decision.Undecided)) {
            return Mono.just(decision instanceof Decision.Permitted);
        }
        return policy.decideByAsking(route, caller)
                .map(Decision.Permitted.class::isInstance)
                .onErrorResume(failure -> Mono.just(!isSignInRequired(failure)));
    }

    /** A session moves its end while it is used, and says itself when it is over. */
    private boolean isOver(@Nullable Caller caller) {
        return caller != null
                && !(caller instanceof Caller.InSession)
                && !clock.instant().isBefore(caller.end());
    }

    /** Emits when {@link #stillPermits} may have come to say something else. */
    public Flux<?> changes() {
        return Flux.merge(routes.changes(), memberships.changes());
    }

    private Mono<Void> ask(Route route, Caller caller, ServerWebExchange exchange, PermittedStage.Next next) {
        return Span.around("policy", policy.decideByAsking(route, caller))
                .onErrorResume(AccessGate::isSignInRequired, failure -> Mono.just(new Decision.Challenged()))
                .flatMap(decision -> act(decision, exchange, next));
    }

    /** The session or token goes on, but what GitHub is asked with has ended: a new sign-in brings it back. */
    private static boolean isSignInRequired(Throwable failure) {
        return failure instanceof Problem problem && problem.code() == ProblemCode.SIGN_IN_REQUIRED;
    }

    private Mono<Void> act(Decision decision, ServerWebExchange exchange, PermittedStage.Next next) {
        Passage passage = Passage.of(exchange);
        if (decision instanceof Decision.Permitted permitted) {
            passage.decided(Passage.Decision.PERMITTED);
            // As it came: what follows takes away what a condition may ask for.
            exchange.getAttributes().put(ASKED, exchange);
            return next.proceed(permitted.permit(), exchange);
        }
        if (decision instanceof Decision.Denied denied) {
            passage.decided(Passage.Decision.DENIED);
            throw denied.why();
        }
        passage.decided(Passage.Decision.CHALLENGED);
        return challenger.challenge(exchange);
    }
}
