package dev.latchkey.gateway.login;

import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.session.SessionEnded.Reason;
import dev.latchkey.gateway.session.SessionLoader;
import dev.latchkey.gateway.session.Sessions;
import dev.latchkey.gateway.web.FurtherHosts;
import dev.latchkey.gateway.web.GatewayAddress;
import dev.latchkey.gateway.web.RequestScope;
import dev.latchkey.gateway.web.SecurityHeaders;
import dev.latchkey.gateway.web.Stage;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseCookie;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/**
 * The stage at which a session goes from the sign-in host to a further one, in three steps of the browser:
 *
 * <ol>
 *   <li>{@code /start} at the further host keeps a secret and where the person wanted to go in a cookie, and sends them on
 *       with an errand that has a digest of the secret;
 *   <li>{@code /hand_off} at the sign-in host signs them in, unless they are, and sends them back with a ticket;
 *   <li>{@code /arrive} at the further host spends the ticket, and if that cookie is there too, sets the session's own.
 * </ol>
 *
 * <p>So a ticket is of no use to whoever reads it, and a session that somebody wants to plant does not get in: the cookie is
 * host-only, and under https its name keeps the host's neighbours from writing it. It is the same session at every host, by
 * other cookies: where it ends, it ends for all of them.
 *
 * <p>Of the gateway's own pages a further host has none that change anything. Apps there have pages of the same origin, whose
 * scripts could do by them whatever the person can.
 */
public final class HandOffDoor implements Stage {

    private static final Set<String> PAGES_ELSEWHERE =
            Set.of("account", "account/quota", "account/tokens", "device", "link", "signed_out");
    private static final String NO_VERIFIER = "hand-off";

    private final FurtherHosts furtherHosts;
    private final HandOffHosts hosts;
    private final HandOff handOff;
    private final AttemptCookies attempts;
    private final SessionLoader current;
    private final Sessions sessions;
    private final ReturnTarget targets;
    private final GatewayAddress address;
    private final SecurityHeaders security;
    private final Clock clock;
    private final String below;

    HandOffDoor(
            FurtherHosts furtherHosts,
            HandOffHosts hosts,
            HandOff handOff,
            AttemptCookies attempts,
            SessionLoader current,
            Sessions sessions,
            ReturnTarget targets,
            GatewayAddress address,
            SecurityHeaders security,
            Clock clock) {
        this.furtherHosts = furtherHosts;
        this.hosts = hosts;
        this.handOff = handOff;
        this.attempts = attempts;
        this.current = current;
        this.sessions = sessions;
        this.targets = targets;
        this.address = address;
        this.security = security;
        this.clock = clock;
        this.below = address.path("/");
    }

    @Override
    public Mono<Void> handle(ServerWebExchange exchange, Next next) {
        RequestScope scope = RequestScope.of(exchange);
        if (!scope.path().startsWith(below) || furtherHosts.isEmpty()) {
            return next.proceed(exchange);
        }
        String page = scope.path().substring(below.length());
        boolean get = exchange.getRequest().getMethod().equals(HttpMethod.GET);
        if (furtherHosts.include(scope.host())) {
            return atFurtherHost(scope.host(), page, get, exchange, next);
        }
        return get ? atSignInHost(page, exchange, next) : next.proceed(exchange);
    }

    // At the sign-in host

    private Mono<Void> atSignInHost(String page, ServerWebExchange exchange, Next next) {
        return switch (page) {
            case "hand_off" -> handOff(exchange);
            case "start", "sign_in" -> startThere(exchange, next);
            default -> next.proceed(exchange);
        };
    }

    /** Who wants to be at a further host afterwards begins there, where the browser has to be known again. */
    private Mono<Void> startThere(ServerWebExchange exchange, Next next) {
        String target = targets.of(parameter(exchange, "rd"));
        String host = hosts.hostOf(target);
        if (host == null) {
            return next.proceed(exchange);
        }
        String path = target.substring(hosts.originOf(host).length());
        return redirect(exchange, at(host, targets.startFor(path)));
    }

    private Mono<Void> handOff(ServerWebExchange exchange) {
        String text = parameter(exchange, "errand");
        HandOff.Errand errand = handOff.errand(text).orElse(null);
        if (text == null || errand == null || !hosts.take(errand.host())) {
            return Mono.error(Problem.of(ProblemCode.STATE_INVALID).startOverAt(address.at("/start")));
        }
        if (!ByHand.isDocument(exchange.getRequest().getHeaders())) {
            return Mono.error(
                    Problem.of(ProblemCode.CROSS_SITE_REFUSED, "Signing in goes on in a page that a person opens"));
        }
        return current.load(exchange)
                .map(session -> at(errand.host(), "/arrive?ticket=" + handOff.ticket(errand, session.id())))
                .defaultIfEmpty(address.at(targets.startFor(address.path("/hand_off?errand=" + text))))
                .flatMap(where -> redirect(exchange, where));
    }

    // At a further host

    private Mono<Void> atFurtherHost(String host, String page, boolean get, ServerWebExchange exchange, Next next) {
        if (page.equals("sign_out")) {
            return signOutElsewhere(host, exchange);
        }
        if (page.equals("userinfo")
                || page.equals("jwks.json")
                || page.startsWith("static/")
                || page.startsWith("problems/")) {
            return next.proceed(exchange);
        }
        if (get && hosts.take(host)) {
            switch (page) {
                case "start", "sign_in":
                    return start(host, exchange);
                case "arrive":
                    return arrive(host, exchange);
                default:
            }
        }
        return get && PAGES_ELSEWHERE.contains(page)
                ? redirect(exchange, address.at('/' + page))
                : Mono.error(Problem.of(
                        ProblemCode.ROUTE_UNKNOWN, "This page of the gateway is at " + address.origin() + " only"));
    }

    private Mono<Void> start(String host, ServerWebExchange exchange) {
        String secret = handOff.newSecret();
        String target = targets.of(parameter(exchange, "rd"), hosts.originOf(host));
        attempts.remember(
                new SignInAttempt(secret, NO_VERIFIER, target, clock.millis(), null, null, arrivalAt(host)),
                exchange.getRequest(),
                exchange.getResponse());
        String errand = handOff.errand(host, AttemptCookies.nameOf(secret));
        return redirect(exchange, address.at("/hand_off?errand=" + errand));
    }

    /** The one place at which such an attempt can be finished, so that none is taken for one of another host, or a sign-in. */
    private String arrivalAt(String host) {
        return at(host, "/arrive").toString();
    }

    private Mono<Void> arrive(String host, ServerWebExchange exchange) {
        return handOff.take(parameter(exchange, "ticket"))
                .flatMap(ticket -> arrive(host, ticket, exchange))
                .onErrorMap(Problem.class, problem -> problem.startOverAt(at(host, "/start")));
    }

    private Mono<Void> arrive(String host, HandOff.Ticket ticket, ServerWebExchange exchange) {
        SignInAttempt begun = attempts.findNamed(ticket.browser(), exchange.getRequest())
                .filter(attempt -> arrivalAt(host).equals(attempt.callback()))
                .orElse(null);
        if (begun == null || !ticket.host().equals(host)) {
            return Mono.error(Problem.of(ProblemCode.STATE_MISSING));
        }
        if (begun.isExpired(clock.instant())) {
            return Mono.error(Problem.of(ProblemCode.STATE_EXPIRED));
        }
        return sessions.cookieAt(host, ticket.session())
                .switchIfEmpty(Mono.error(() -> Problem.of(ProblemCode.STATE_EXPIRED)))
                .flatMap(cookie -> endOther(ticket.session(), exchange).thenReturn(cookie))
                .flatMap(cookie -> arrived(begun, cookie, exchange));
    }

    /** A browser has one session, at whichever host it began. */
    private Mono<Void> endOther(String session, ServerWebExchange exchange) {
        return Mono.defer(() -> current.load(exchange))
                .filter(old -> !old.id().equals(session))
                .flatMap(old -> sessions.end(old.person().id(), old.id(), Reason.REPLACED));
    }

    private Mono<Void> arrived(SignInAttempt begun, ResponseCookie cookie, ServerWebExchange exchange) {
        ServerHttpResponse response = exchange.getResponse();
        attempts.forget(begun.state(), response);
        response.addCookie(cookie);
        return redirect(exchange, URI.create(begun.target()));
    }

    /** Signing out takes a form of the sign-in host's own pages. */
    private Mono<Void> signOutElsewhere(String host, ServerWebExchange exchange) {
        String origin = hosts.originOf(host);
        String target = targets.of(parameter(exchange, "rd"), origin);
        String afterwards = target.equals(ReturnTarget.HOME) ? "" : target.startsWith("/") ? origin + target : target;
        String query = afterwards.isEmpty() ? "" : "?rd=" + URLEncoder.encode(afterwards, StandardCharsets.UTF_8);
        return redirect(exchange, address.at("/sign_out" + query), HttpStatus.SEE_OTHER);
    }

    // Both

    private URI at(String host, String pathUnderPrefix) {
        return URI.create(hosts.originOf(host) + address.path(pathUnderPrefix));
    }

    /** Null also where it is given more than once. */
    private static @Nullable String parameter(ServerWebExchange exchange, String name) {
        List<String> values = exchange.getRequest().getQueryParams().getOrDefault(name, List.of());
        return values.size() == 1 ? values.get(0) : null;
    }

    private Mono<Void> redirect(ServerWebExchange exchange, URI target) {
        return redirect(exchange, target, HttpStatus.FOUND);
    }

    private Mono<Void> redirect(ServerWebExchange exchange, URI target, HttpStatus status) {
        ServerHttpResponse response = exchange.getResponse();
        response.setStatusCode(status);
        security.onAnswer(response.getHeaders());
        // Other than the gateway's pages this has no form, and its address is nobody's business.
        response.getHeaders().set("Referrer-Policy", "no-referrer");
        response.getHeaders().setLocation(target);
        return response.setComplete();
    }
}
