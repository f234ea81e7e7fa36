package dev.latchkey.gateway.route;

import dev.latchkey.gateway.membership.Memberships;
import dev.latchkey.gateway.problem.ConfigurationFaults;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(RouteProperties.class)
class RouteConfiguration {

    private static final Logger LOG = LoggerFactory.getLogger(RouteConfiguration.class);

    @Bean
    Routes routes(RouteProperties properties) {
        ConfigurationFaults faults = new ConfigurationFaults();
        List<Route> routes = new RouteFolder(properties.routes()).read(faults);
        faults.throwIfAny();
        LOG.info("Serving {} routes from {}", routes.size(), properties.routes());
        return new Routes(new RouteTable(routes));
    }

    @Bean
    RouteMatcher routeMatcher(Routes routes) {
        return new RouteMatcher(routes);
    }

    @Bean
    AccessGate accessGate(Challenger challenger, Memberships memberships) {
        return new AccessGate(challenger, memberships);
    }
}
