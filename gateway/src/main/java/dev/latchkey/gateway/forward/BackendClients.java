package dev.latchkey.gateway.forward;

import io.netty.util.concurrent.FastThreadLocal;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.cloud.gateway.config.HttpClientProperties;
import org.springframework.cloud.gateway.filter.NettyRoutingFilter;
import org.springframework.cloud.gateway.filter.headers.HttpHeadersFilter;
import org.springframework.cloud.gateway.route.Route;
import org.springframework.web.server.ServerWebExchange;
import reactor.netty.http.HttpProtocol;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;

/**
 * Spring Cloud Gateway's client, with clients beside it for backends that speak HTTP/2. As {@link LoopConnections} has it for
 * HTTP/1.1, each connection serves one event loop only, so there is a client for each.
 */
final class BackendClients extends NettyRoutingFilter implements AutoCloseable {

    static final String PROTOCOL = BackendProtocol.class.getName();

    private final Queue<ConnectionProvider> all = new ConcurrentLinkedQueue<>();
    private final FastThreadLocal<HttpClient> http2;
    private final FastThreadLocal<HttpClient> negotiated;

    /**
     * @param http1 for HTTP/1.1
     * @param filters what is changed of every answer's head
     * @param rest what else Spring Cloud Gateway applies to each request
     */
    BackendClients(
            HttpClient http1,
            Http2Clients making,
            ObjectProvider<List<HttpHeadersFilter>> filters,
            HttpClientProperties rest) {
        super(BackendChannels.on(http1), filters, rest);
        this.http2 = each(() -> making.make().protocol(HttpProtocol.H2C));
        this.negotiated = each(making::make);
    }

    private FastThreadLocal<HttpClient> each(Supplier<HttpClient> making) {
        return new FastThreadLocal<>() {
            @Override
            protected HttpClient initialValue() {
                HttpClient client = making.get();
                all.add(client.configuration().connectionProvider());
                return BackendChannels.on(client);
            }
        };
    }

    @Override
    protected HttpClient getHttpClient(Route route, ServerWebExchange exchange) {
        Object protocol = route.getMetadata().get(PROTOCOL);
        if (protocol == BackendProtocol.HTTP_2) {
            return http2.get();
        }
        return protocol == BackendProtocol.NEGOTIATED ? negotiated.get() : super.getHttpClient(route, exchange);
    }

    @Override
    public void close() {
        all.forEach(ConnectionProvider::dispose);
    }
}
