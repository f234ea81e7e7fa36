package dev.latchkey.gateway.route;

import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.session.SessionLoader;
import dev.latchkey.gateway.web.Authority;
import dev.latchkey.gateway.web.GatewayAddress;
import dev.latchkey.gateway.web.RequestScope;
import dev.latchkey.gateway.web.Stage;
import dev.latchkey.gateway.web.TrustedProxies;
import java.net.URI;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/**
 * The stage at which another proxy's question becomes the request that it asks about. From here on that one is decided on
 * as if it had come here itself: the same routes, session, limits and gate. Only where it would be forwarded the proxy is
 * answered instead.
 *
 * <p>A proxy acts on nothing but the status, and the one most in use knows three kinds: 2xx, 401 and 403 (for any other
 * it fails itself). So what no route knows, and what is not plain, is 403 here.
 */
public final class ForwardAuth implements Stage {

    private static final String ATTRIBUTE = ForwardAuth.class.getName();
    private static final String DEMANDS = AskedDemands.class.getName();
    private static final String FORWARDED_HOST = "X-Forwarded-Host";

    /** Told by no proxy: a line of {@code public} that names a method does not mean it. */
    private static final HttpMethod UNTOLD = HttpMethod.valueOf("UNTOLD");

    private final String answering;
    private final String starting;
    private final GatewayAddress address;
    private final TrustedProxies proxies;
    private final Routes routes;
    private final SessionLoader sessions;

    ForwardAuth(GatewayAddress address, TrustedProxies proxies, Routes routes, SessionLoader sessions) {
        this.answering = address.path("/auth");
        this.starting = address.path("/auth_or_start");
        this.address = address;
        this.proxies = proxies;
        this.routes = routes;
        this.sessions = sessions;
    }

    private enum Manner {
        /** Says 401, which the proxy turns into something else. */
        ANSWERS,
        /** Sends whoever opens a page to the sign-in; for proxies that pass that on. */
        STARTS
    }

    /** True if this request is a proxy's question about another one. */
    public static boolean isAsked(ServerWebExchange exchange) {
        return exchange.getAttribute(ATTRIBUTE) != null;
    }

    /** What the proxy demands of the person besides what the route does, or null. */
    public static @Nullable AskedDemands demandsOf(ServerWebExchange exchange) {
        return exchange.getAttribute(DEMANDS);
    }

    /** True if the proxy passes on a redirect to the sign-in, as it was asked to by which endpoint it uses. */
    public static boolean mayRedirect(ServerWebExchange exchange) {
        return exchange.getAttribute(ATTRIBUTE) == Manner.STARTS;
    }

    @Override
    public Mono<Void> handle(ServerWebExchange exchange, Next next) {
        String path = RequestScope.of(exchange).path();
        if (!path.startsWith(answering)) {
            return next.proceed(exchange);
        }
        Manner manner = isAt(path, answering) ? Manner.ANSWERS : isAt(path, starting) ? Manner.STARTS : null;
        return manner == null ? next.proceed(exchange) : ask(manner, exchange, next);
    }

    private static boolean isAt(String path, String endpoint) {
        return path.startsWith(endpoint)
                && (path.length() == endpoint.length() || path.charAt(endpoint.length()) == '/');
    }

    private Mono<Void> ask(Manner manner, ServerWebExchange exchange, Next next) {
        ServerHttpRequest request = exchange.getRequest();
        String behind = behind(manner, request.getURI());
        if (!proxies.trusts(request.getRemoteAddress())) {
            return behind == null && !AskedTarget.isIn(request.getHeaders())
                    ? nothingAsked(exchange)
                    : Mono.error(Problem.of(ProblemCode.FORWARD_AUTH_UNTRUSTED));
        }
        AskedTarget asked = AskedTarget.read(request.getHeaders(), behind);
        if (asked == null) {
            return nothingAsked(exchange);
        }
        AskedDemands demands = AskedDemands.in(request.getURI());
        if (demands != null && behind == null) {
            exchange.getAttributes().put(DEMANDS, demands);
        }
        exchange.getAttributes().put(ATTRIBUTE, manner);
        return next.proceed(become(exchange, asked, method(asked, request.getMethod(), behind)));
    }

    /** Whoever forgets to say what is asked for must not be told yes, whoever asks. */
    private Mono<Void> nothingAsked(ServerWebExchange exchange) {
        return sessions.load(exchange)
                .hasElement()
                .flatMap(signedIn -> Mono.error(
                        signedIn
                                ? AskedTarget.refused("no target is given")
                                : Problem.of(ProblemCode.SIGN_IN_REQUIRED).solvedBy(address.at("/start"))));
    }

    private @Nullable String behind(Manner manner, URI uri) {
        int endpoint = (manner == Manner.ANSWERS ? answering : starting).length();
        String path = uri.getRawPath();
        if (path.length() == endpoint) {
            return null;
        }
        String query = uri.getRawQuery() == null ? "" : '?' + uri.getRawQuery();
        return path.substring(endpoint) + query;
    }

    /** nginx asks by GET about whatever it holds; where another method comes, or the whole target, it is the real one. */
    private static HttpMethod method(AskedTarget asked, HttpMethod own, @Nullable String behind) {
        if (asked.method() != null) {
            return asked.method();
        }
        return behind == null && own.equals(HttpMethod.GET) ? UNTOLD : own;
    }

    private ServerWebExchange become(ServerWebExchange exchange, AskedTarget asked, HttpMethod method) {
        RequestScope scope = RequestScope.of(exchange);
        Authority authority = authority(exchange.getRequest().getHeaders(), scope, asked);
        String scheme = asked.scheme() == null ? scope.scheme() : asked.scheme();
        String origin = scheme + "://" + authority.host() + (authority.port() < 0 ? "" : ":" + authority.port());
        URI uri = URI.create(origin + asked.target());
        if (address.owns(uri.getRawPath())) {
            throw Problem.of(
                    ProblemCode.FORWARD_AUTH_ROUTE,
                    "The gateway's own pages are open to everybody: let the proxy send them here without asking");
        }
        scope.giveWayTo(scheme, authority, uri.getRawPath(), exchange);
        return exchange.mutate()
                .request(request -> request.method(method).uri(uri))
                .build();
    }

    /** The host asked for, if all who name one name the same. */
    private Authority authority(HttpHeaders headers, RequestScope scope, AskedTarget asked) {
        List<String> forwarded = headers.getOrEmpty(FORWARDED_HOST);
        Authority said = new Authority(scope.host(), scope.port());
        if (!forwarded.isEmpty()) {
            Authority plain = forwarded.size() == 1 ? Authority.of(forwarded.get(0)) : null;
            if (plain == null || !plain.host().equals(said.host())) {
                throw AskedTarget.refused("no one host is given");
            }
        }
        Authority named = asked.authority();
        boolean hasForwarded = !forwarded.isEmpty() || headers.containsHeader("Forwarded");
        if (named != null && hasForwarded && !named.host().equals(said.host())) {
            throw AskedTarget.refused("it is given two hosts that differ");
        }
        Authority host = named == null ? said : named;
        checkAgainstHost(headers, host);
        return host;
    }

    /**
     * A proxy that keeps the {@code Host} it received, and does not write {@code X-Forwarded-Host}, passes on what a
     * client wrote there. The {@code Host} is an app's then, and not the one under which the proxy reaches us.
     */
    private void checkAgainstHost(HttpHeaders headers, Authority asked) {
        Authority own = Authority.of(Objects.requireNonNullElse(headers.getFirst(HttpHeaders.HOST), ""));
        if (own == null || own.host().equals(address.externalUrl().getHost())) {
            return;
        }
        if (!own.host().equals(asked.host()) && routes.names(own.host())) {
            throw AskedTarget.refused("Host names another app than X-Forwarded-Host");
        }
    }
}
