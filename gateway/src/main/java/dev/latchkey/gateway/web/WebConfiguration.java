package dev.latchkey.gateway.web;

import dev.latchkey.gateway.problem.ConfigurationFaults;
import dev.latchkey.gateway.watch.RequestSpans;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.reactor.netty.NettyServerCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import reactor.core.scheduler.Schedulers;
import reactor.netty.NettyPipeline;

@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties({WebProperties.class, DrainProperties.class})
class WebConfiguration {

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

    /** Behind what decides, by the answer, whether a connection goes on. */
    @Bean
    NettyServerCustomizer lastAnswers(Drain drain) {
        return server -> server.doOnChannelInit((observer, channel, remote) ->
                channel.pipeline().addAfter(NettyPipeline.HttpTrafficHandler, "latchkey.last", new LastAnswers(drain)));
    }

    /** Puts the guard where a request has been decoded and nothing has looked at it yet. */
    @Bean
    NettyServerCustomizer requestGuard() {
        return server -> KeptConnection.on(server.doOnChannelInit((observer, channel, remote) ->
                channel.pipeline().addAfter(NettyPipeline.HttpCodec, "latchkey.guard", new RequestGuard())));
    }
}
