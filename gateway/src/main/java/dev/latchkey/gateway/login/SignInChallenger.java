package dev.latchkey.gateway.login;

import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.route.Challenger;
import dev.latchkey.gateway.route.ForwardAuth;
import dev.latchkey.gateway.route.RouteMatcher;
import dev.latchkey.gateway.web.GatewayAddress;
import dev.latchkey.gateway.web.Navigation;
import dev.latchkey.gateway.web.RequestScope;
import dev.latchkey.gateway.web.SecurityHeaders;
import java.net.URI;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/**
 * Asks a stranger to sign in: a browser opening a page is sent on its way, with its deep link; everything else is told
 * so, since a program cannot follow a redirect to a sign-in page.
 */
final class SignInChallenger implements Challenger {

    private final GatewayAddress address;
    private final ReturnTarget targets;
    private final HandOffHosts hosts;
    private final SecurityHeaders security;

    SignInChallenger(GatewayAddress address, ReturnTarget targets, HandOffHosts hosts, SecurityHeaders security) {
        this.address = address;
        this.targets = targets;
        this.hosts = hosts;
        this.security = security;
    }

    @Override
    public Mono<Void> challenge(ServerWebExchange exchange) {
        ServerHttpRequest request = exchange.getRequest();
        String host = RequestScope.of(exchange).host();
        if (hosts.take(host)) {
            return challengeAtFurtherHost(host, exchange);
        }
        if (ForwardAuth.isAsked(exchange)) {
            return challengeBehindProxy(exchange);
        }
        if (Navigation.isPage(request)) {
            return redirect(exchange.getResponse(), address.at(targets.startFor(targets.of(pathOf(request.getURI())))));
        }
        URI login = address.at(targets.startFor(targets.of(pageOf(request))));
        return Mono.error(Problem.of(ProblemCode.SIGN_IN_REQUIRED).solvedBy(login));
    }

    /** There the sign-in begins, and there the browser has to be known again when it comes back. */
    private Mono<Void> challengeAtFurtherHost(String host, ServerWebExchange exchange) {
        ServerHttpRequest request = exchange.getRequest();
        if (RouteMatcher.routeOf(exchange).isServedHere()) {
            // No cookie of this host would help.
            return Mono.error(Problem.of(ProblemCode.SIGN_IN_REQUIRED).solvedBy(address.at("/start")));
        }
        String origin = hosts.originOf(host);
        boolean page = Navigation.isPage(request);
        if (page && (!ForwardAuth.isAsked(exchange) || ForwardAuth.mayRedirect(exchange))) {
            String start = targets.startFor(targets.of(pathOf(request.getURI())));
            return redirect(exchange.getResponse(), URI.create(origin + address.path(start)));
        }
        String back = targets.of(page ? origin + pathOf(request.getURI()) : pageOf(request));
        String target = back.equals(ReturnTarget.HOME) ? origin + ReturnTarget.HOME : back;
        return Mono.error(Problem.of(ProblemCode.SIGN_IN_REQUIRED).solvedBy(address.at(targets.startFor(target))));
    }

    /** A proxy's own client is at another host, perhaps; most proxies take a redirect for a failure. */
    private Mono<Void> challengeBehindProxy(ServerWebExchange exchange) {
        ServerHttpRequest request = exchange.getRequest();
        boolean page = Navigation.isPage(request);
        String back = page ? request.getURI().toString() : pageOf(request);
        URI start = address.at(targets.startFor(targets.of(back)));
        return page && ForwardAuth.mayRedirect(exchange)
                ? redirect(exchange.getResponse(), start)
                : Mono.error(Problem.of(ProblemCode.SIGN_IN_REQUIRED).solvedBy(start));
    }

    private Mono<Void> redirect(ServerHttpResponse response, URI start) {
        response.setStatusCode(HttpStatus.FOUND);
        security.onAnswer(response.getHeaders());
        response.getHeaders().setLocation(start);
        response.getHeaders().add(HttpHeaders.VARY, "Accept, Sec-Fetch-Mode, Sec-Fetch-Dest");
        return response.setComplete();
    }

    private static String pathOf(URI uri) {
        return uri.getRawQuery() == null ? uri.getRawPath() : uri.getRawPath() + '?' + uri.getRawQuery();
    }

    /** The page that the request was made from: there, not at an API's address, the person wants to be afterwards. */
    private static @Nullable String pageOf(ServerHttpRequest request) {
        return request.getHeaders().getFirst(HttpHeaders.REFERER);
    }
}
