package dev.latchkey.gateway.forward;

import dev.latchkey.gateway.route.Caller;
import dev.latchkey.gateway.route.CredentialLoader;
import dev.latchkey.gateway.session.OpenStreams;
import dev.latchkey.gateway.web.Drain;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.handler.codec.http.LastHttpContent;
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
import reactor.core.Disposables;
import reactor.core.publisher.Mono;
import reactor.netty.Connection;
import reactor.netty.http.server.HttpServerResponse;

/**
 * Lets nothing that stays open outlive the session or credential it was opened with, or the access: a WebSocket is closed
 * with status 4401, an event stream by closing its connection. When the gateway itself leaves, a WebSocket hears of the
 * restart by status 1012, and an event stream ends as if it had come to its end, after which a browser asks for it again.
 */
final class SessionStreams {

    private static final CloseStatus SESSION_ENDED = new CloseStatus(4401, "The session has ended");
    private static final CloseStatus WITHDRAWN = new CloseStatus(4401, "Access was withdrawn");
    private static final CloseStatus RESTART = CloseStatus.SERVICE_RESTARTED.withReason("Connect again");
    private static final String ATTRIBUTE = SessionStreams.class.getName();

    private final OpenStreams streams;
    private final StandingAccess standing;
    private final Drain drain;

    SessionStreams(OpenStreams streams, StandingAccess standing, Drain drain) {
        this.streams = streams;
        this.standing = standing;
        this.drain = drain;
    }

    /** The same service, for WebSockets that end with their session or their access. */
    WebSocketService watching(WebSocketService service) {
        return (exchange, handler) -> service.handleRequest(exchange, watched(exchange, handler));
    }

    private WebSocketHandler watched(ServerWebExchange exchange, WebSocketHandler handler) {
        return new WebSocketHandler() {
            @Override
            public List<String> getSubProtocols() {
                return handler.getSubProtocols();
            }

            @Override
            public Mono<Void> handle(WebSocketSession socket) {
                Disposable tracked = Disposables.composite(
                        track(exchange, () -> close(socket, SESSION_ENDED), () -> close(socket, WITHDRAWN)),
                        drain.remember(() -> close(socket, RESTART)));
                return standing.stillHolds(exchange)
                        .flatMap(holds ->
                                holds ? OwnLoop.begin(exchange, handler.handle(socket)) : socket.close(WITHDRAWN))
                        .doFinally(signal -> tracked.dispose());
            }
        };
    }

    private Disposable track(ServerWebExchange exchange, Runnable sessionEnded, Runnable withdrawn) {
        Caller caller = CredentialLoader.callerOf(exchange);
        Disposable access = standing.track(exchange, withdrawn);
        return caller == null ? access : Disposables.composite(access, streams.track(caller.handle(), sessionEnded));
    }

    private static void close(WebSocketSession socket, CloseStatus status) {
        socket.close(status).subscribe(done -> {}, alreadyClosed -> {});
    }

    /** Watches an answer that turns out to be an event stream, until {@link #ended}. */
    void begun(ServerWebExchange exchange, HttpHeaders answer) {
        if (exchange.getAttribute(ATTRIBUTE) != null || !isEventStream(answer.getFirst(HttpHeaders.CONTENT_TYPE))) {
            return;
        }
        if (ServerHttpResponseDecorator.getNativeResponse(exchange.getResponse()) instanceof Connection client) {
            Channel channel = client.channel();
            Runnable cut = () -> channel.close();
            Disposable tracked = Disposables.composite(
                    track(exchange, cut, cut),
                    drain.remember(() -> channel.eventLoop().execute(() -> finish(client))));
            exchange.getAttributes().put(ATTRIBUTE, tracked);
        }
    }

    /** On the loop that writes the events, so between two of them; what has not begun is only closed. */
    private static void finish(Connection client) {
        if (client instanceof HttpServerResponse answer && answer.hasSentHeaders()) {
            client.channel().writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT).addListener(ChannelFutureListener.CLOSE);
        } else {
            client.channel().close();
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
