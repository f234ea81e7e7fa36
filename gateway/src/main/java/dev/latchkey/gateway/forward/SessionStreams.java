package dev.latchkey.gateway.forward;

import dev.latchkey.gateway.route.Caller;
import dev.latchkey.gateway.route.CredentialLoader;
import dev.latchkey.gateway.session.OpenStreams;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpResponseDecorator;
import org.springframework.web.reactive.socket.CloseStatus;
import org.springframework.web.reactive.socket.WebSocketHandler;
import org.springframework.web.reactive.socket.WebSocketSession;
import org.springframework.web.reactive.socket.server.WebSocketService;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.netty.Connection;

/**
 * Lets nothing that stays open outlive the session or credential it was opened with: a WebSocket is closed with status 4401, an event
 * stream by closing its connection.
 */
final class SessionStreams {

    private static final CloseStatus SESSION_ENDED = new CloseStatus(4401, "The session has ended");
    private static final String ATTRIBUTE = SessionStreams.class.getName();

    private final OpenStreams streams;

    SessionStreams(OpenStreams streams) {
        this.streams = streams;
    }

    /** The same service, for WebSockets that end with their session. */
    WebSocketService watching(WebSocketService service) {
        return (exchange, handler) -> {
            Caller caller = CredentialLoader.callerOf(exchange);
            return service.handleRequest(exchange, caller == null ? handler : watched(caller, handler));
        };
    }

    private WebSocketHandler watched(Caller caller, WebSocketHandler handler) {
        return new WebSocketHandler() {
            @Override
            public List<String> getSubProtocols() {
                return handler.getSubProtocols();
            }

            @Override
            public Mono<Void> handle(WebSocketSession socket) {
                Disposable tracked = streams.track(caller.handle(), () -> close(socket));
                return handler.handle(socket).doFinally(signal -> tracked.dispose());
            }
        };
    }

    private static void close(WebSocketSession socket) {
        socket.close(SESSION_ENDED).subscribe(done -> {}, alreadyClosed -> {});
    }

    /** Watches an answer that turns out to be an event stream, until {@link #ended}. */
    void begun(ServerWebExchange exchange, HttpHeaders answer) {
        Caller caller = CredentialLoader.callerOf(exchange);
        if (caller == null
                || exchange.getAttribute(ATTRIBUTE) != null
                || !isEventStream(answer.getFirst(HttpHeaders.CONTENT_TYPE))) {
            return;
        }
        if (ServerHttpResponseDecorator.getNativeResponse(exchange.getResponse()) instanceof Connection client) {
            exchange.getAttributes()
                    .put(
                            ATTRIBUTE,
                            streams.track(
                                    caller.handle(), () -> client.channel().close()));
        }
    }

    void ended(ServerWebExchange exchange) {
        if (exchange.getAttribute(ATTRIBUTE) instanceof Disposable tracked) {
            tracked.dispose();
        }
    }

    private static boolean isEventStream(@Nullable String contentType) {
        return contentType != null
                && contentType.regionMatches(
                        true, 0, MediaType.TEXT_EVENT_STREAM_VALUE, 0, MediaType.TEXT_EVENT_STREAM_VALUE.length());
    }
}
