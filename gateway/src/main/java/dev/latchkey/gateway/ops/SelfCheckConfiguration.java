package dev.latchkey.gateway.ops;

import dev.latchkey.gateway.keys.SigningKeys;
import dev.latchkey.gateway.provider.GitHub;
import dev.latchkey.gateway.tls.EdgeCertificates;
import dev.latchkey.gateway.web.GatewayAddress;
import dev.latchkey.gateway.web.TrustedProxies;
import java.net.URI;
import java.time.Clock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.web.server.reactive.context.ReactiveWebServerApplicationContext;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(SelfCheckProperties.class)
class SelfCheckConfiguration {

    private static final Logger LOG = LoggerFactory.getLogger(SelfCheckConfiguration.class);

    @Bean
    ApplicationListener<ApplicationReadyEvent> selfCheck(
            SelfCheckProperties properties,
            GatewayAddress address,
            EdgeCertificates certificates,
            TrustedProxies proxies,
            GitHub gitHub,
            SigningKeys keys,
            Clock clock) {
        return ready -> {
            if (!properties.selfCheck()) {
                return;
            }
            SelfCheck.Edge edge = new SelfCheck.Edge(
                    portOf(ready.getApplicationContext()), !certificates.isEmpty(), !proxies.isEmpty());
            new SelfCheck(address, edge, URI.create(gitHub.origin()), keys::jwks, clock)
                    .run()
                    .subscribe(done -> {}, failure -> LOG.warn("The start-up self-check failed", failure));
        };
    }

    private static int portOf(ApplicationContext context) {
        return context instanceof ReactiveWebServerApplicationContext web && web.getWebServer() != null
                ? web.getWebServer().getPort()
                : -1;
    }
}
