package dev.latchkey.gateway.web;

import dev.latchkey.gateway.problem.Problem;
import io.netty.util.NetUtil;
import java.net.InetSocketAddress;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/**
 * The first stage: gives the request an id and reads, once, who speaks to us and what they ask for.
 *
 * <p>Nothing a stranger says about themselves is believed: the address is the connection's, and the {@code Forwarded}
 * family counts only where a trusted proxy wrote it.
 */
public final class RequestDoor implements Stage {

    private static final char[] HEX = "0123456789abcdef".toCharArray();

    private final GatewayAddress address;
    private final TrustedProxies proxies;

    RequestDoor(GatewayAddress address, TrustedProxies proxies) {
        this.address = address;
        this.proxies = proxies;
    }

    @Override
    public Mono<Void> handle(ServerWebExchange exchange, Next next) {
        ServerHttpRequest request = exchange.getRequest();
        scopeOf(request).attachTo(exchange);
        Problem refusal = RefusedRequest.in(request.getHeaders());
        if (refusal != null) {
            throw refusal;
        }
        return next.proceed(exchange);
    }

    private RequestScope scopeOf(ServerHttpRequest request) {
        InetSocketAddress remote = request.getRemoteAddress();
        String peer = addressOf(remote);
        return proxies.trusts(remote) ? behindProxy(request, peer) : direct(request, peer);
    }

    private RequestScope direct(ServerHttpRequest request, String peer) {
        String id = randomHex(32);
        return scope(
                request, id, peer, peer, scheme(request), request.getHeaders().getFirst(HttpHeaders.HOST), null);
    }

    private RequestScope behindProxy(ServerHttpRequest request, String peer) {
        HttpHeaders headers = request.getHeaders();
        ForwardedBy by = ForwardedBy.read(headers, peer, proxies);
        String chain = by.addresses().isEmpty() ? peer : String.join(", ", by.addresses()) + ", " + peer;
        return scope(
                request,
                traceIdOf(headers.getFirst("traceparent")),
                by.client(),
                chain,
                by.scheme() == null ? scheme(request) : by.scheme(),
                by.authority() == null ? headers.getFirst(HttpHeaders.HOST) : by.authority(),
                by.port());
    }

    private RequestScope scope(
            ServerHttpRequest request,
            String id,
            String client,
            String chain,
            String scheme,
            @Nullable String authority,
            @Nullable String port) {
        String host = authority == null ? address.externalUrl().getHost() : authority;
        Authority asked = Authority.split(host);
        return new RequestScope(
                id,
                "00-" + id + '-' + randomHex(16) + "-00",
                client,
                chain,
                scheme,
                asked.host(),
                port == null ? asked.port() : Authority.portOf(port),
                request.getURI().getRawPath());
    }

    private static String scheme(ServerHttpRequest request) {
        return request.getSslInfo() == null ? "http" : "https";
    }

    private static String addressOf(@Nullable InetSocketAddress remote) {
        return remote == null || remote.isUnresolved() ? "unknown" : NetUtil.toAddressString(remote.getAddress());
    }

    /** Goes on with a trusted proxy's trace (W3C Trace Context, section 3.2), so that its logs and ours join. */
    private static String traceIdOf(@Nullable String traceParent) {
        if (traceParent == null) {
            return randomHex(32);
        }
        boolean valid = traceParent.length() == 55
                && traceParent.startsWith("00-")
                && traceParent.chars().skip(3).limit(32).allMatch(RequestDoor::isLowerHex)
                && !traceParent.startsWith("00000000000000000000000000000000", 3);
        return valid ? traceParent.substring(3, 35) : randomHex(32);
    }

    private static boolean isLowerHex(int c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    }

    /** An id only has to be unlikely to repeat, so the cheap generator will do. */
    private static String randomHex(int digits) {
        char[] text = new char[digits];
        for (int i = 0; i < digits; i += 16) {
            long bits = ThreadLocalRandom.current().nextLong();
            for (int j = 0; j < 16; j++) {
                text[i + j] = HEX[(int) (bits >>> (j * 4)) & 0xf];
            }
        }
        return new String(text);
    }
}
