package dev.latchkey.gateway.web;

import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.watch.RequestSpans;
import dev.latchkey.gateway.watch.Span;
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
    private final @Nullable RequestSpans spans;

    /** @param spans null where nothing is traced */
    RequestDoor(GatewayAddress address, TrustedProxies proxies, @Nullable RequestSpans spans) {
        this.address = address;
        this.proxies = proxies;
        this.spans = spans;
    }

    @Override
    public Mono<Void> handle(ServerWebExchange exchange, Next next) {
        ServerHttpRequest request = exchange.getRequest();
        InetSocketAddress remote = request.getRemoteAddress();
        Trace trace = proxies.trusts(remote) ? Trace.in(request.getHeaders()) : Trace.NONE;
        Span span = spans == null ? null : spans.begin(trace.parent());
        scopeOf(request, remote, trace, span).attachTo(exchange);
        if (span != null) {
            Passage.of(exchange).traced(span);
        }
        Problem refusal = RefusedRequest.in(request.getHeaders());
        if (refusal != null) {
            throw refusal;
        }
        Mono<Void> rest = next.proceed(exchange);
        return span == null ? rest : rest.contextWrite(context -> context.put(Span.class, span));
    }

    private RequestScope scopeOf(
            ServerHttpRequest request, @Nullable InetSocketAddress remote, Trace trace, @Nullable Span span) {
        String peer = addressOf(remote);
        return proxies.trusts(remote) ? behindProxy(request, peer, trace, span) : direct(request, peer, trace, span);
    }

    private RequestScope direct(ServerHttpRequest request, String peer, Trace trace, @Nullable Span span) {
        return scope(
                request,
                trace,
                span,
                peer,
                peer,
                scheme(request),
                request.getHeaders().getFirst(HttpHeaders.HOST),
                null);
    }

    private RequestScope behindProxy(ServerHttpRequest request, String peer, Trace trace, @Nullable Span span) {
        HttpHeaders headers = request.getHeaders();
        ForwardedBy by = ForwardedBy.read(headers, peer, proxies);
        String chain = by.addresses().isEmpty() ? peer : String.join(", ", by.addresses()) + ", " + peer;
        return scope(
                request,
                trace,
                span,
                by.client(),
                chain,
                by.scheme() == null ? scheme(request) : by.scheme(),
                by.authority() == null ? headers.getFirst(HttpHeaders.HOST) : by.authority(),
                by.port());
    }

    private RequestScope scope(
            ServerHttpRequest request,
            Trace trace,
            @Nullable Span span,
            String client,
            String chain,
            String scheme,
            @Nullable String authority,
            @Nullable String port) {
        String host = authority == null ? address.externalUrl().getHost() : authority;
        Authority asked = Authority.split(host);
        String id = span == null ? trace.idOr(randomHex(32)) : span.traceId();
        return new RequestScope(
                id,
                span == null ? "00-" + id + '-' + randomHex(16) + "-00" : span.traceParent(),
                trace.state(),
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
