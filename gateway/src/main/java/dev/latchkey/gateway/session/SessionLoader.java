package dev.latchkey.gateway.session;

import dev.latchkey.gateway.watch.Span;
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
        String value = cookie.read(exchange.getRequest().getHeaders());
        if (value == null) {
            return next.proceed(exchange);
        }
        BrowserSession near = sessions.near(value);
        if (near != null) {
            attach(exchange, near, value);
            return next.proceed(exchange);
        }
        return Span.around("session load", sessions.load(value))
                .doOnNext(session -> attach(exchange, session, value))
                .then(Mono.defer(() -> next.proceed(exchange)));
    }

    /** The session of a request that does not pass this stage, or empty if it has none. */
    public Mono<BrowserSession> load(ServerWebExchange exchange) {
        String value = cookie.read(exchange.getRequest().getHeaders());
        if (value == null) {
            return Mono.empty();
        }
        BrowserSession near = sessions.near(value);
        return near == null ? sessions.load(value) : Mono.just(near);
    }

    private void attach(ServerWebExchange exchange, BrowserSession session, String value) {
        exchange.getAttributes().put(ATTRIBUTE, session);
        if (!cookie.isCurrent(value)) {
            renew(exchange.getResponse(), session.id());
        }
    }

    /** A new signature for the same session; no cache may keep the answer that carries it. */
    private void renew(ServerHttpResponse response, String id) {
        response.addCookie(cookie.set(cookie.valueOf(id)));
        response.beforeCommit(() -> {
            response.getHeaders().setCacheControl("no-store");
            return Mono.empty();
        });
    }
}
