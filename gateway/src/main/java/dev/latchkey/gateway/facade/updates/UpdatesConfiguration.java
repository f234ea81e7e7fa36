package dev.latchkey.gateway.facade.updates;

import dev.latchkey.gateway.github.GitHubReads;
import dev.latchkey.gateway.route.BuiltInServer;
import dev.latchkey.gateway.route.Challenger;
import dev.latchkey.gateway.web.SecurityHeaders;
import java.time.Clock;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(UpdatesProperties.class)
class UpdatesConfiguration {

    @Bean
    UpdateCheck updateCheck(GitHubReads gitHub, UpdatesProperties properties, Clock clock) {
        return new UpdateCheck(gitHub, properties, clock);
    }

    @Bean
    AutomaticChecks automaticChecks(UpdateCheck check, UpdatesProperties properties, Clock clock) {
        SemanticVersion current =
                SemanticVersion.parse(properties.currentVersion()).orElseThrow();
        return new AutomaticChecks(check, current, properties.interval(), clock);
    }

    @Bean
    BuiltInServer updatesServer(
            UpdateCheck check,
            AutomaticChecks automatic,
            UpdatesProperties properties,
            Challenger challenger,
            SecurityHeaders security) {
        return new UpdatesServer(check, automatic, properties, challenger, security);
    }
}
