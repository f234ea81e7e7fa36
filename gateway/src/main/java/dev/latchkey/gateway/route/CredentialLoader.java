package dev.latchkey.gateway.route;

import dev.latchkey.gateway.keys.Secret;
import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.session.BrowserSession;
import dev.latchkey.gateway.session.SessionLoader;
import dev.latchkey.gateway.web.Stage;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/**
 * The stage that asks whether somebody is calling by a credential rather than a cookie. One that is known wins over the
 * cookie, since a program that sends it on purpose means it; one that nobody here knows is none of the gateway's business.
 */
public final class CredentialLoader implements Stage {

    private static final String ATTRIBUTE = Caller.class.getName();

    private final List<CredentialReader> readers;

    CredentialLoader(List<CredentialReader> readers) {
        this.readers = List.copyOf(readers);
    }

    /** Who is calling, by credential or else by session; null if that is not known. */
    public static @Nullable Caller callerOf(ServerWebExchange exchange) {
        Caller caller = exchange.getAttribute(ATTRIBUTE);
        if (caller != null) {
            return caller;
        }
        BrowserSession session = SessionLoader.sessionOf(exchange);
        if (session == null) {
            return null;
        }
        Caller inSession = new Caller.InSession(session);
        exchange.getAttributes().put(ATTRIBUTE, inSession);
        return inSession;
    }

    @Override
    public Mono<Void> handle(ServerWebExchange exchange, Next next) {
        List<String> lines = exchange.getRequest().getHeaders().get(HttpHeaders.AUTHORIZATION);
        if (lines == null) {
            return next.proceed(exchange);
        }
        Mono<? extends Caller> caller = read(lines, exchange);
        return caller == null
                ? next.proceed(exchange)
                : caller.switchIfEmpty(Mono.error(() -> new IllegalStateException("a credential is nobody's")))
                        .flatMap(known -> {
                            exchange.getAttributes().put(ATTRIBUTE, known);
                            return next.proceed(exchange);
                        });
    }

    private @Nullable Mono<? extends Caller> read(List<String> lines, ServerWebExchange exchange) {
        Route route = RouteMatcher.routeOf(exchange);
        for (String line : lines) {
            Secret credential = Presented.in(line);
            Mono<? extends Caller> caller = credential == null ? null : read(route, credential, exchange);
            if (caller != null) {
                return lines.size() == 1 ? caller : Mono.error(CredentialLoader::severalLines);
            }
        }
        return null;
    }

    private @Nullable Mono<? extends Caller> read(Route route, Secret credential, ServerWebExchange exchange) {
        for (CredentialReader reader : readers) {
            Mono<? extends Caller> caller = reader.read(route, credential, exchange);
            if (caller != null) {
                return caller;
            }
        }
        return null;
    }

    /** The gateway and the app could each believe another one. */
    private static Problem severalLines() {
        return Problem.of(ProblemCode.REQUEST_MALFORMED, "The request has more than one Authorization header");
    }
}
