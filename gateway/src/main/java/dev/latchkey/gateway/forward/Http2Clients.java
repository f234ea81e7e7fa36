package dev.latchkey.gateway.forward;

import java.util.List;
import org.springframework.boot.web.server.autoconfigure.ServerProperties;
import org.springframework.cloud.gateway.config.HttpClientCustomizer;
import org.springframework.cloud.gateway.config.HttpClientFactory;
import org.springframework.cloud.gateway.config.HttpClientProperties;
import org.springframework.cloud.gateway.config.HttpClientSslConfigurer;
import reactor.netty.http.client.Http2AllocationStrategy;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;

/** Makes clients that speak HTTP/2, set up like Spring Cloud Gateway's own: the same trust, proxy and time to connect. */
final class Http2Clients extends HttpClientFactory {

    /**
     * Requests of one connection at once, whatever more the backend would take: what slow clients have not read yet of them
     * all has to fit into the connection's window, or they would stop each other.
     */
    static final int STREAMS = 100;

    Http2Clients(
            HttpClientProperties properties,
            ServerProperties http2,
            HttpClientSslConfigurer ssl,
            List<HttpClientCustomizer> customizers) {
        super(properties, http2, ssl, customizers);
    }

    /** A client with connections of its own. */
    HttpClient make() {
        return createInstance();
    }

    @Override
    protected ConnectionProvider buildConnectionProvider(HttpClientProperties properties) {
        ConnectionProvider.Builder connections = ConnectionProvider.builder("latchkey.http2")
                .allocationStrategy(Http2AllocationStrategy.builder()
                        .maxConcurrentStreams(STREAMS)
                        .build());
        if (properties.getPool().getMaxIdleTime() != null) {
            connections.maxIdleTime(properties.getPool().getMaxIdleTime());
        }
        return connections.build();
    }
}
