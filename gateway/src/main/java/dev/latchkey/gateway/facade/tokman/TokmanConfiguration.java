package dev.latchkey.gateway.facade.tokman;

import dev.latchkey.gateway.installation.InstallationTokens;
import dev.latchkey.gateway.problem.ConfigurationFaults;
import dev.latchkey.gateway.watch.Audit;
import dev.latchkey.gateway.web.InternalRoutes;
import java.time.Clock;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import reactor.core.publisher.Mono;

@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties({TokmanProperties.class, InternalTokenProperties.class})
class TokmanConfiguration {

    /** Without an App there is nothing to hand out, and nothing is served. */
    @Bean
    InternalRoutes tokmanRoutes(
            InstallationTokens tokens,
            TokmanProperties properties,
            InternalTokenProperties internal,
            Clock clock,
            Audit audit) {
        if (!tokens.isOn()) {
            return new InternalRoutes(request -> Mono.empty());
        }
        ConfigurationFaults faults = new ConfigurationFaults();
        Callers callers = Callers.read(properties, internal, faults, clock);
        faults.throwIfAny();
        return new InternalRoutes(new TokmanEndpoints(tokens, callers, properties, audit).routes());
    }
}
