package dev.latchkey.gateway.web;

import dev.latchkey.gateway.problem.ConfigurationFaults;
import dev.latchkey.gateway.watch.RequestSpans;
import java.time.Duration;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.reactor.netty.NettyReactiveWebServerFactory;
import org.springframework.boot.reactor.netty.NettyServerCustomizer;
import org.springframework.boot.reactor.netty.autoconfigure.NettyServerProperties;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.web.server.autoconfigure.ServerProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import reactor.core.scheduler.Schedulers;

@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties({WebProperties.class, DrainProperties.class})
class WebConfiguration {

    /** Requests of one connection at once. */
    private static final long STREAMS = 100;

    /** A connection with a stream that is silent is not over as long as its client answers. */
    private static final Duration PING = Duration.ofSeconds(10);

    @Bean
    TrustedProxies trustedProxies(WebProperties properties) {
        ConfigurationFaults faults = new ConfigurationFaults();
        TrustedProxies proxies = TrustedProxies.parse(properties.trustedProxies(), faults);
        faults.throwIfAny();
        return proxies;
    }

    @Bean
    FurtherHosts furtherHosts(WebProperties properties, GatewayAddress address) {
        ConfigurationFaults faults = new ConfigurationFaults();
        FurtherHosts hosts = FurtherHosts.parse(properties.domains(), address, faults);
        faults.throwIfAny();
        return hosts;
    }

    @Bean
    RequestDoor requestDoor(GatewayAddress address, TrustedProxies proxies, ObjectProvider<RequestSpans> spans) {
        return new RequestDoor(address, proxies, spans.getIfAvailable());
    }

    @Bean
    ProblemBoundary problemBoundary(
            ProblemDocument document, Pages pages, SecurityHeaders security, GatewayAddress address) {
        return new ProblemBoundary(document, pages, security, address);
    }

    @Bean
    @ConditionalOnMissingBean
    Drain drain(DrainProperties properties) {
        return new Drain(properties.notice(), Schedulers.parallel());
    }

    @Bean
    NettyServerCustomizer connectionDoor(
            ServerProperties server, NettyServerProperties netty, ObjectProvider<EscapedSlashes> slashes, Drain drain) {
        // Asked for when a path holds one: the routes are not there yet when the server is made.
        EscapedSlashes known =
                path -> slashes.getIfAvailable(() -> EscapedSlashes.NOWHERE).areDataIn(path);
        ConnectionDoor door = new ConnectionDoor(HeadBounds.of(server, netty), known, drain);
        return web -> web.doOnChannelInit((observer, channel, remote) -> door.open(channel.pipeline()));
    }

    /** After Boot's own customizer, whose settings for HTTP/2 these stand in place of. */
    @Bean
    @Order(Ordered.LOWEST_PRECEDENCE)
    WebServerFactoryCustomizer<NettyReactiveWebServerFactory> http2Bounds(
            ServerProperties server, NettyServerProperties netty) {
        HeadBounds bounds = HeadBounds.of(server, netty);
        return factory ->
                factory.addServerCustomizers(web -> web.http2Settings(settings -> settings.maxConcurrentStreams(STREAMS)
                        .maxHeaderListSize(2L * bounds.head())
                        .pingAckTimeout(PING)));
    }
}
