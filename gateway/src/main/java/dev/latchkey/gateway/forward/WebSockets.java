package dev.latchkey.gateway.forward;

import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.route.Route;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.websocketx.WebSocketClientHandshakeException;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.cloud.gateway.filter.GlobalFilter;
import org.springframework.cloud.gateway.support.ServerWebExchangeUtils;
import org.springframework.core.Ordered;
import org.springframework.http.HttpHeaders;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.http.server.reactive.ServerHttpResponseDecorator;
import org.springframework.web.reactive.socket.WebSocketHandler;
import org.springframework.web.reactive.socket.WebSocketSession;
import org.springframework.web.reactive.socket.client.WebSocketClient;
import org.springframework.web.reactive.socket.server.WebSocketService;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.netty.Connection;

/**
 * Carries WebSockets: asks the app first, and switches the client's connection only if the app has switched its own.
 * Spring Cloud Gateway's own filter does it the other way round, so that a client is told of success before there is any.
 */
final class WebSockets implements GlobalFilter, Ordered {

    private static final String PROTOCOLS = "Sec-WebSocket-Protocol";

    private final WebSocketClient client;
    private final WebSocketService service;
    private final BackendAnswer answers;

    WebSockets(WebSocketClient client, WebSocketService service, BackendAnswer answers) {
        this.client = client;
        this.service = service;
        this.answers = answers;
    }

    /** Before the filter that would carry it as a plain request. */
    @Override
    public int getOrder() {
        return Ordered.LOWEST_PRECEDENCE - 1;
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, GatewayFilterChain chain) {
        HttpHeaders headers = exchange.getRequest().getHeaders();
        if (!"websocket".equalsIgnoreCase(headers.getUpgrade()) || ServerWebExchangeUtils.isAlreadyRouted(exchange)) {
            return chain.filter(exchange);
        }
        ServerWebExchangeUtils.setAlreadyRouted(exchange);
        Route route = StandingAccess.permitOf(exchange).route();
        AtomicBoolean answered = new AtomicBoolean();
        Mono<Void> carried = client.execute(
                address(exchange), toBackend(headers), new Switched(exchange, protocols(headers), route, answered));
        return limited(carried, route.limits().timeout(), answered, exchange)
                .onErrorResume(
                        WebSocketClientHandshakeException.class, declined -> decline(exchange, declined.response()));
    }

    private static URI address(ServerWebExchange exchange) {
        URI url = exchange.getRequiredAttribute(ServerWebExchangeUtils.GATEWAY_REQUEST_URL_ATTR);
        // http becomes ws, https wss.
        return URI.create("ws" + url.toString().substring("http".length()));
    }

    /** The client makes its own handshake with the backend. */
    private static HttpHeaders toBackend(HttpHeaders headers) {
        HttpHeaders kept = new HttpHeaders();
        headers.forEach((name, values) -> {
            String lower = name.toLowerCase(Locale.ROOT);
            boolean handshake = lower.equals("connection") || lower.equals("upgrade") || lower.equals("host");
            if (!handshake && !lower.startsWith("sec-websocket-")) {
                kept.put(name, values);
            }
        });
        return kept;
    }

    private static List<String> protocols(HttpHeaders headers) {
        return headers.getOrEmpty(PROTOCOLS).stream()
                .flatMap(line -> Arrays.stream(line.split(",")))
                .map(String::trim)
                .filter(protocol -> !protocol.isEmpty())
                .toList();
    }

    /** The app has so long to answer the handshake; what comes after it may last. */
    private static Mono<Void> limited(
            Mono<Void> carried, @Nullable Duration timeout, AtomicBoolean answered, ServerWebExchange exchange) {
        if (timeout == null) {
            return carried;
        }
        Mono<Long> late = Mono.delay(timeout, OwnLoop.scheduler(exchange))
                .flatMap(waited -> answered.get() ? Mono.never() : Mono.just(waited));
        return carried.timeout(late, Mono.error(() -> Problem.of(ProblemCode.BACKEND_TIMEOUT)));
    }

    /** What the app says instead; its body has gone with the handshake. */
    private Mono<Void> decline(ServerWebExchange exchange, @Nullable HttpResponse said) {
        if (said == null || said.status().code() < 200) {
            return Mono.error(Problem.of(ProblemCode.BACKEND_BROKEN));
        }
        HttpHeaders received = new HttpHeaders();
        said.headers().forEach(header -> received.add(header.getKey(), header.getValue()));
        ServerHttpResponse response = exchange.getResponse();
        response.setRawStatusCode(said.status().code());
        HttpHeaders headers = response.getHeaders();
        headers.putAll(answers.filter(received, exchange));
        headers.remove(HttpHeaders.CONTENT_ENCODING);
        headers.remove(HttpHeaders.CONTENT_TYPE);
        headers.setContentLength(0);
        return response.setComplete();
    }

    /** The app has answered 101: now the client is. */
    private final class Switched implements WebSocketHandler {

        private final ServerWebExchange exchange;
        private final List<String> offered;
        private final Route route;
        private final AtomicBoolean answered;

        Switched(ServerWebExchange exchange, List<String> offered, Route route, AtomicBoolean answered) {
            this.exchange = exchange;
            this.offered = offered;
            this.route = route;
            this.answered = answered;
        }

        @Override
        public List<String> getSubProtocols() {
            return offered;
        }

        @Override
        public Mono<Void> handle(WebSocketSession app) {
            answered.set(true);
            String chosen = app.getHandshakeInfo().getSubProtocol();
            List<String> spoken = chosen == null ? List.of() : List.of(chosen);
            Sinks.Empty<Void> over = Sinks.empty();
            whenGone(() -> over.tryEmitEmpty());
            // The server is done with the switch alone; the app's connection is for the whole conversation.
            return service.handleRequest(exchange, conversation(app, spoken, over))
                    .then(over.asMono());
        }

        /** Also where the client goes before there is a conversation. */
        private void whenGone(Disposable end) {
            if (ServerHttpResponseDecorator.getNativeResponse(exchange.getResponse()) instanceof Connection browser) {
                browser.onDispose(end);
            }
        }

        private WebSocketHandler conversation(WebSocketSession app, List<String> spoken, Sinks.Empty<Void> over) {
            return new WebSocketHandler() {
                @Override
                public List<String> getSubProtocols() {
                    return spoken;
                }

                @Override
                public Mono<Void> handle(WebSocketSession browser) {
                    Duration idle = route.sockets().idle();
                    return new SocketPair(browser, app, idle, OwnLoop.scheduler(exchange))
                            .carry()
                            .doFinally(signal -> over.tryEmitEmpty());
                }
            };
        }
    }
}
