package dev.latchkey.gateway.session;

import dev.latchkey.gateway.watch.Span;
import dev.latchkey.gateway.web.RequestScope;
import dev.latchkey.gateway.web.Stage;
import org.jspecify.annotations.Nullable;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/**
 * The stage that turns a cookie into a session. A store that cannot be reached fails the request; it never makes a
 * person look signed out.
 */
public final class SessionLoader implements Stage {

    private static final String ATTRIBUTE = BrowserSession.class.getName();

    private final Sessions sessions;
    private final SessionCookie cookie;

    SessionLoader(Sessions sessions, SessionCookie cookie) {
        this.sessions = sessions;
        this.cookie = cookie;
    }

    /** The session that this request came with, or null. */
    public static @Nullable BrowserSession sessionOf(ServerWebExchange exchange) {
        return exchange.getAttribute(ATTRIBUTE);
    }

    @Override
    public Mono<Void> handle(ServerWebExchange exchange, Next next) {
        String host = RequestScope.of(exchange).host();
        String value = cookie.read(exchange.getRequest().getHeaders(), host);
        if (value == null) {
            return next.proceed(exchange);
        }
        BrowserSession near = sessions.near(value, host);
        if (near != null) {
            attach(exchange, near, value);
            return next.proceed(exchange);
        }
        return Span.around("session load", sessions.load(value, host))
                .doOnNext(session -> attach(exchange, session, value))
                .then(Mono.defer(() -> next.proceed(exchange)));
    }

    /** The session of a request that does not pass this stage, or empty if it has none. */
    public Mono<BrowserSession> load(ServerWebExchange exchange) {
        String host = RequestScope.of(exchange).host();
        String value = cookie.read(exchange.getRequest().getHeaders(), host);
        if (value == null) {
            return Mono.empty();
        }
        BrowserSession near = sessions.near(value, host);
        return near == null ? sessions.load(value, host) : Mono.just(near);
    }

    private void attach(ServerWebExchange exchange, BrowserSession session, String value) {
        exchange.getAttributes().put(ATTRIBUTE, session);
        if (!cookie.isCurrent(value)) {
            renew(
                    exchange.getResponse(),
                    cookie.valueOf(session.id(), RequestScope.of(exchange).host()));
        }
    }

    /** A new signature for the same session; no cache may keep the answer that carries it. */
    private void renew(ServerHttpResponse response, String value) {
        response.addCookie(cookie.set(value));
        response.beforeCommit(() -> {
            response.getHeaders().setCacheControl("no-store");
            return Mono.empty();
        });
    }
}
