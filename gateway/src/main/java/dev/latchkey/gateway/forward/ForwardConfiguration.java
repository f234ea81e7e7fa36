package dev.latchkey.gateway.forward;

import dev.latchkey.gateway.route.AccessGate;
import dev.latchkey.gateway.session.OpenStreams;
import dev.latchkey.gateway.web.Drain;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.web.server.autoconfigure.ServerProperties;
import org.springframework.cloud.gateway.config.GatewayProperties;
import org.springframework.cloud.gateway.config.HttpClientCustomizer;
import org.springframework.cloud.gateway.config.HttpClientFactory;
import org.springframework.cloud.gateway.config.HttpClientProperties;
import org.springframework.cloud.gateway.config.HttpClientSslConfigurer;
import org.springframework.cloud.gateway.filter.GlobalFilter;
import org.springframework.cloud.gateway.filter.NettyRoutingFilter;
import org.springframework.cloud.gateway.filter.NettyWriteResponseFilter;
import org.springframework.cloud.gateway.filter.headers.HttpHeadersFilter;
import org.springframework.cloud.gateway.route.RouteLocator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
import org.springframework.web.reactive.socket.client.WebSocketClient;
import org.springframework.web.reactive.socket.server.WebSocketService;
import reactor.core.publisher.Flux;
import reactor.netty.NettyPipeline;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;

/** Spring Cloud Gateway with the four filters that carrying a request takes. */
@Configuration(proxyBeanMethods = false)
class ForwardConfiguration {

    @Bean
    Forward forward(
            HttpClient client,
            HttpClientProperties clientProperties,
            GatewayProperties properties,
            WebSocketClient webSocketClient,
            WebSocketService webSocketService,
            OpenStreams openStreams,
            StandingAccess standing,
            Drain drain) {
        SessionStreams streams = new SessionStreams(openStreams, standing, drain);
        List<GlobalFilter> filters = List.of(
                new NettyWriteResponseFilter(properties.getStreamingMediaTypes(), given(new BackendAnswer(streams))),
                new BackendUrl(),
                new WebSockets(webSocketClient, streams.watching(webSocketService), new BackendAnswer(streams)),
                new NettyRoutingFilter(
                        toBackends(client), given(new BackendAnswer(streams)), perRequest(clientProperties)));
        return new Forward(new RouteFilters(filters), streams);
    }

    @Bean
    HttpClientFactory gatewayHttpClientFactory(
            HttpClientProperties properties,
            ServerProperties server,
            List<HttpClientCustomizer> customizers,
            HttpClientSslConfigurer ssl) {
        return new HttpClientFactory(properties, server, ssl, customizers) {
            @Override
            protected ConnectionProvider buildConnectionProvider(HttpClientProperties properties) {
                return new LoopConnections(() -> super.buildConnectionProvider(properties));
            }
        };
    }

    private static HttpClient toBackends(HttpClient client) {
        return client.doOnChannelInit((observer, channel, remote) ->
                channel.pipeline().addAfter(NettyPipeline.HttpCodec, "latchkey.interim", new InterimAnswers()));
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
