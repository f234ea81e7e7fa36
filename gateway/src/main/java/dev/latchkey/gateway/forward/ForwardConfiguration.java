package dev.latchkey.gateway.forward;

import dev.latchkey.gateway.route.AccessGate;
import dev.latchkey.gateway.session.OpenStreams;
import dev.latchkey.gateway.web.Drain;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.boot.web.server.autoconfigure.ServerProperties;
import org.springframework.cloud.gateway.config.GatewayProperties;
import org.springframework.cloud.gateway.config.HttpClientCustomizer;
import org.springframework.cloud.gateway.config.HttpClientFactory;
import org.springframework.cloud.gateway.config.HttpClientProperties;
import org.springframework.cloud.gateway.config.HttpClientSslConfigurer;
import org.springframework.cloud.gateway.filter.GlobalFilter;
import org.springframework.cloud.gateway.filter.NettyWriteResponseFilter;
import org.springframework.cloud.gateway.filter.headers.HttpHeadersFilter;
import org.springframework.cloud.gateway.route.RouteLocator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.socket.client.WebSocketClient;
import org.springframework.web.reactive.socket.server.WebSocketService;
import reactor.core.publisher.Flux;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;

/** Spring Cloud Gateway with the filters that carrying a request takes. */
@Configuration(proxyBeanMethods = false)
class ForwardConfiguration {

    @Bean
    Forward forward(
            BackendClients clients,
            GatewayProperties properties,
            WebSocketClient webSocketClient,
            WebSocketService webSocketService,
            SessionStreams streams) {
        List<GlobalFilter> filters = List.of(
                new GrpcAnswers(),
                new NettyWriteResponseFilter(streaming(properties), given(new BackendAnswer(streams))),
                new BackendUrl(),
                new WebSockets(webSocketClient, streams.watching(webSocketService), new BackendAnswer(streams)),
                clients);
        return new Forward(new RouteFilters(filters), streams);
    }

    /** Beside the flushed types that Spring Cloud Gateway knows, what one of gRPC's is called in practice. */
    private static List<MediaType> streaming(GatewayProperties properties) {
        List<MediaType> types = new ArrayList<>(properties.getStreamingMediaTypes());
        types.add(MediaType.valueOf("application/grpc+proto"));
        return types;
    }

    /** For HTTP/1.1, whatever the gateway's own server speaks. */
    @Bean
    HttpClientFactory gatewayHttpClientFactory(
            HttpClientProperties properties, List<HttpClientCustomizer> customizers, SslBundles bundles) {
        ServerProperties http1 = speaking(false);
        HttpClientSslConfigurer ssl = new HttpClientSslConfigurer(properties.getSsl(), http1, bundles);
        return new HttpClientFactory(properties, http1, ssl, customizers) {
            @Override
            protected ConnectionProvider buildConnectionProvider(HttpClientProperties properties) {
                return new LoopConnections(() -> super.buildConnectionProvider(properties));
            }
        };
    }

    @Bean
    BackendClients backendClients(
            HttpClient client,
            HttpClientProperties properties,
            List<HttpClientCustomizer> customizers,
            SslBundles bundles,
            SessionStreams streams) {
        ServerProperties http2 = speaking(true);
        HttpClientSslConfigurer ssl = new HttpClientSslConfigurer(properties.getSsl(), http2, bundles);
        return new BackendClients(
                client,
                new Http2Clients(properties, http2, ssl, customizers),
                given(new BackendAnswer(streams)),
                perRequest(properties));
    }

    @Bean
    SessionStreams sessionStreams(OpenStreams openStreams, StandingAccess standing, Drain drain) {
        return new SessionStreams(openStreams, standing, drain);
    }

    /** Spring Cloud Gateway lets its server's properties decide what its client speaks. */
    private static ServerProperties speaking(boolean http2) {
        ServerProperties properties = new ServerProperties();
        properties.getHttp2().setEnabled(http2);
        return properties;
    }

    @Bean
    SignedDeliveries signedDeliveries() {
        return new SignedDeliveries();
    }

    @Bean
    StandingAccess standingAccess(AccessGate gate) {
        return new StandingAccess(gate);
    }

    @Bean
    Resilience resilience(Clock clock) {
        return new Resilience(clock);
    }

    /** Nothing is found by Spring Cloud Gateway itself: a route of its own would go round the access gate. */
    @Bean
    @Primary
    RouteLocator cachedCompositeRouteLocator() {
        return Flux::empty;
    }

    /** Without the connect timeout, which the client has: set once more, it would cost each request a client anew. */
    private static HttpClientProperties perRequest(HttpClientProperties properties) {
        HttpClientProperties rest = new HttpClientProperties();
        rest.setResponseTimeout(properties.getResponseTimeout());
        return rest;
    }

    private static ObjectProvider<List<HttpHeadersFilter>> given(HttpHeadersFilter filter) {
        List<HttpHeadersFilter> filters = new ArrayList<>(List.of(filter));
        return new ObjectProvider<>() {
            @Override
            public List<HttpHeadersFilter> getObject() {
                return filters;
            }
        };
    }
}
