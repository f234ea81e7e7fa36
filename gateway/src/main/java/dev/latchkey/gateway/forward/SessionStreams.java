package dev.latchkey.gateway.forward;

import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.route.Caller;
import dev.latchkey.gateway.route.CredentialLoader;
import dev.latchkey.gateway.session.OpenStreams;
import dev.latchkey.gateway.web.Drain;
import dev.latchkey.gateway.web.GrpcCall;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelOption;
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
 * with status 4401, and whatever else is under way, be it a stream, a download or a question that waits for its answer, by
 * resetting its connection. Closed in the ordinary way, an answer whose length is not told would look whole. A call of gRPC, which
 * is whole only by what it says last, is told first why it ends.
 *
 * <p>An event stream is among these at once, everything else when it has lasted for a second: what is answered in a moment
 * costs no entry anywhere. An end that falls into that second is remembered, and catches up with it then.
 *
 * <p>When the gateway itself leaves, a WebSocket hears of the restart by status 1012, and an event stream ends as if it had come
 * to its end, after which a browser asks for it again. Everything else is given the time that leaving takes.
 */
final class SessionStreams {

    private static final CloseStatus SESSION_ENDED = new CloseStatus(4401, "The session has ended");
    private static final CloseStatus WITHDRAWN = new CloseStatus(4401, "Access was withdrawn");
    private static final Problem SIGNED_OUT = Problem.of(ProblemCode.SIGN_IN_REQUIRED, "The session has ended");
    private static final Problem SHUT_OUT = Problem.of(ProblemCode.ACCESS_DENIED, "Access was withdrawn");
    private static final CloseStatus RESTART = CloseStatus.SERVICE_RESTARTED.withReason("Connect again");
    private static final String ATTRIBUTE = SessionStreams.class.getName();

    private final Lasting lasting = new Lasting();
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
                ended(exchange);
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

    /** Watches a request from now on, until {@link #ended}. To be called on its event loop. */
    void underWay(ServerWebExchange exchange) {
        if (ServerHttpResponseDecorator.getNativeResponse(exchange.getResponse()) instanceof Connection client) {
            Request request = new Request(exchange, client);
            exchange.getAttributes().put(ATTRIBUTE, request);
            lasting.begin(request, client.channel().eventLoop());
        }
    }

    /** An answer that turns out to be an event stream will last. */
    void begun(ServerWebExchange exchange, HttpHeaders answer) {
        if (isEventStream(answer.getFirst(HttpHeaders.CONTENT_TYPE))
                && exchange.getAttribute(ATTRIBUTE) instanceof Request request) {
            request.lasts();
            request.endsWithTheGateway();
        }
    }

    void ended(ServerWebExchange exchange) {
        if (exchange.getAttribute(ATTRIBUTE) instanceof Request request) {
            request.over();
        }
    }

    /** Holds on to nothing once it is over, since it stays in its list for a while. */
    private final class Request implements Lasting.UnderWay {

        private volatile @Nullable ServerWebExchange exchange;
        private volatile @Nullable Connection client;
        private volatile @Nullable Disposable tracked;
        private volatile @Nullable Disposable leaving;

        Request(ServerWebExchange exchange, Connection client) {
            this.exchange = exchange;
            this.client = client;
        }

        @Override
        public void lasts() {
            ServerWebExchange carried = exchange;
            if (carried == null || tracked != null) {
                return;
            }
            Disposable here = track(carried, () -> cut(SIGNED_OUT), () -> cut(SHUT_OUT));
            tracked = here;
            if (exchange == null) {
                // It ended meanwhile, perhaps by this, and did not see what to dispose of.
                here.dispose();
            } else {
                standing.stillHolds(carried)
                        .filter(holds -> !holds)
                        .subscribe(withdrawn -> cut(SHUT_OUT), unknown -> {});
            }
        }

        void endsWithTheGateway() {
            if (leaving != null) {
                return;
            }
            Disposable here = drain.remember(this::leave);
            leaving = here;
            if (exchange == null) {
                here.dispose();
            }
        }

        void over() {
            exchange = null;
            client = null;
            dispose(tracked);
            dispose(leaving);
        }

        private void leave() {
            Connection connection = client;
            if (connection != null) {
                connection.channel().eventLoop().execute(this::finish);
            }
        }

        /** On the loop that writes the events, so between two of them; what has not begun is only closed. */
        private void finish() {
            Connection connection = client;
            if (connection instanceof HttpServerResponse answer && answer.hasSentHeaders()) {
                connection
                        .channel()
                        .writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT)
                        .addListener(ChannelFutureListener.CLOSE);
            } else if (connection != null) {
                connection.channel().close();
            }
        }

        private void cut(Problem why) {
            Connection connection = client;
            if (connection != null) {
                connection.channel().eventLoop().execute(() -> reset(why));
            }
        }

        /** On the loop, where it is certain whether the connection carries this request or already another. */
        private void reset(Problem why) {
            Connection connection = client;
            ServerWebExchange carried = exchange;
            if (connection == null || carried == null || !connection.channel().isActive()) {
                return;
            }
            if (connection instanceof HttpServerResponse answer && GrpcCall.isIn(carried.getRequest())) {
                tell(answer, connection.channel(), why);
            }
            SessionStreams.reset(connection.channel());
        }

        /** What cannot be sent at once, because the client does not read, goes the way of the stream. */
        private void tell(HttpServerResponse answer, Channel channel, Problem why) {
            channel.writeAndFlush(answer.hasSentHeaders() ? GrpcCall.lastWords(why) : GrpcCall.refusal(why));
        }
    }

    private static void dispose(@Nullable Disposable handle) {
        if (handle != null) {
            handle.dispose();
        }
    }

    /**
     * Below TLS, whose orderly end would make an answer look whole, and would wait for a client that does not read. A stream of
     * HTTP/2 is reset alone (RFC 9113, section 5.4.2), and knows nothing of lingering.
     */
    private static void reset(Channel channel) {
        channel.config().setOption(ChannelOption.SO_LINGER, 0);
        channel.unsafe().close(channel.newPromise());
    }

    private static boolean isEventStream(@Nullable String contentType) {
        return contentType != null
                && contentType.regionMatches(
                        true, 0, MediaType.TEXT_EVENT_STREAM_VALUE, 0, MediaType.TEXT_EVENT_STREAM_VALUE.length());
    }
}
