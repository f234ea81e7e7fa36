package dev.latchkey.gateway.web;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.web.server.ServerWebExchange;

/**
 * What the gateway knows of the request itself, read once at the door.
 *
 * @param requestId 32 hexadecimal digits; also the trace id
 * @param traceParent the W3C trace context to send on
 * @param traceState what goes with it, from a trusted proxy; null if there is none
 * @param client address of the nearest peer that is not a trusted proxy
 * @param forwardedFor the chain of addresses to send on in {@code X-Forwarded-For}
 * @param scheme {@code http} or {@code https}, as the browser sees it
 * @param host the host asked for, lower case, without port and trailing dot
 * @param port the port asked for, -1 for the scheme's own
 * @param path the raw path, as received and as it will be matched and forwarded
 */
public record RequestScope(
        String requestId,
        String traceParent,
        @Nullable String traceState,
        String client,
        String forwardedFor,
        String scheme,
        String host,
        int port,
        String path) {

    private static final String ATTRIBUTE = RequestScope.class.getName();

    /** The scope of this request. Every stage behind the door may rely on it. */
    public static RequestScope of(ServerWebExchange exchange) {
        return Objects.requireNonNull(find(exchange), "no request scope: the request did not come through the door");
    }

    static @Nullable RequestScope find(ServerWebExchange exchange) {
        return exchange.getAttribute(ATTRIBUTE);
    }

    void attachTo(ServerWebExchange exchange) {
        exchange.getAttributes().put(ATTRIBUTE, this);
    }

    /** From here on another request is meant, which a proxy in front holds; it comes from the same client. */
    public void giveWayTo(String otherScheme, Authority other, String otherPath, ServerWebExchange exchange) {
        new RequestScope(
                        requestId,
                        traceParent,
                        traceState,
                        client,
                        forwardedFor,
                        otherScheme,
                        other.host(),
                        other.port(),
                        otherPath)
                .attachTo(exchange);
    }

    /** Host and, unless it is the scheme's own, port: what a {@code Host} header would say. */
    public String authority() {
        return port < 0 ? host : host + ':' + port;
    }
}
