package dev.latchkey.gateway.forward;

import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.web.GrpcCall;
import dev.latchkey.gateway.web.OwnCookie;
import dev.latchkey.gateway.web.Passage;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.cloud.gateway.filter.headers.HttpHeadersFilter;
import org.springframework.cloud.gateway.filter.headers.TrailerHeadersFilter;
import org.springframework.cloud.gateway.support.ServerWebExchangeUtils;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.web.server.ServerWebExchange;
import reactor.netty.Connection;

/**
 * What of a backend's answer reaches the browser: everything but what concerns the connection (RFC 9110, section
 * 7.6.1), cookies that bear the gateway's names, and its mark on answers of its own.
 */
final class BackendAnswer implements HttpHeadersFilter, TrailerHeadersFilter {

    /** What a trailer must not say (RFC 9110, section 6.5.1): the server would then send none at all. */
    private static final Set<String> NO_TRAILERS = Set.of(
            "age",
            "authorization",
            "cache-control",
            "content-encoding",
            "content-length",
            "content-range",
            "content-type",
            "date",
            "expires",
            "host",
            "location",
            "retry-after",
            "set-cookie",
            "vary",
            "warning",
            "www-authenticate");

    private static final Set<String> HOP_BY_HOP = Set.of(
            "connection",
            "keep-alive",
            "proxy-authenticate",
            "proxy-connection",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade");

    private final SessionStreams streams;

    BackendAnswer(SessionStreams streams) {
        this.streams = streams;
    }

    @Override
    public boolean supports(Type type) {
        return type == Type.RESPONSE;
    }

    @Override
    public HttpHeaders filter(HttpHeaders received, ServerWebExchange exchange) {
        Passage.of(exchange).backendAnswered();
        refuseSwitch(exchange);
        streams.begun(exchange, received);
        HttpHeaders passed = new HttpHeaders();
        List<String> named = received.getConnection();
        for (Map.Entry<String, List<String>> header : received.headerSet()) {
            String name = header.getKey().toLowerCase(Locale.ROOT);
            if (name.equals("set-cookie")) {
                header.getValue().stream()
                        .filter(cookie -> !OwnCookie.isIn(pairOf(cookie)))
                        .forEach(cookie -> passed.add(header.getKey(), cookie));
            } else if (!isHopByHop(name, named) && !name.startsWith("x-latchkey-")) {
                passed.put(header.getKey(), header.getValue());
            }
        }
        return passed;
    }

    /** Only to calls of gRPC, whose outcome they are: other clients read answers without them, and caches too. */
    @Override
    public HttpHeaders trailers(@Nullable HttpHeaders received, ServerWebExchange exchange) {
        HttpHeaders passed = new HttpHeaders();
        if (received != null && GrpcCall.isIn(exchange.getRequest())) {
            received.forEach((name, values) -> {
                String lower = name.toLowerCase(Locale.ROOT);
                if (!HOP_BY_HOP.contains(lower) && !NO_TRAILERS.contains(lower) && !lower.startsWith("x-latchkey-")) {
                    passed.put(name, values);
                }
            });
        }
        return passed;
    }

    /**
     * WebSockets go another way: here nobody has asked for another protocol. What comes after such an answer is no HTTP,
     * so the connection must not carry a request of anybody else.
     */
    private static void refuseSwitch(ServerWebExchange exchange) {
        HttpStatusCode status = exchange.getResponse().getStatusCode();
        if (status != null && status.isSameCodeAs(HttpStatus.SWITCHING_PROTOCOLS)) {
            Connection connection = exchange.getRequiredAttribute(ServerWebExchangeUtils.CLIENT_RESPONSE_CONN_ATTR);
            connection.dispose();
            throw Problem.of(ProblemCode.BACKEND_BROKEN);
        }
    }

    private static boolean isHopByHop(String name, List<String> named) {
        return HOP_BY_HOP.contains(name) || named.stream().anyMatch(name::equalsIgnoreCase);
    }

    private static String pairOf(String setCookie) {
        int attributes = setCookie.indexOf(';');
        return attributes < 0 ? setCookie : setCookie.substring(0, attributes);
    }
}
