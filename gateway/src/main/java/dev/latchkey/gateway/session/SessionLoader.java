package dev.latchkey.gateway.session;

import dev.latchkey.gateway.web.Stage;
import org.jspecify.annotations.Nullable;
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
            attach(exchange, near);
            return next.proceed(exchange);
        }
        return sessions.load(value)
                .doOnNext(session -> attach(exchange, session))
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

    private static void attach(ServerWebExchange exchange, BrowserSession session) {
        exchange.getAttributes().put(ATTRIBUTE, session);
    }
}
