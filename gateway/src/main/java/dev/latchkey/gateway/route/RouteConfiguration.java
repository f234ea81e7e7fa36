package dev.latchkey.gateway.route;

import dev.latchkey.gateway.actions.ActionsTokens;
import dev.latchkey.gateway.membership.Memberships;
import dev.latchkey.gateway.problem.ConfigurationFaults;
import dev.latchkey.gateway.session.SessionLoader;
import dev.latchkey.gateway.web.EscapedSlashes;
import dev.latchkey.gateway.web.FurtherHosts;
import dev.latchkey.gateway.web.GatewayAddress;
import dev.latchkey.gateway.web.TrustedProxies;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.cloud.gateway.filter.factory.GatewayFilterFactory;
import org.springframework.cloud.gateway.handler.predicate.RoutePredicateFactory;
import org.springframework.cloud.gateway.support.ConfigurationService;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(RouteProperties.class)
class RouteConfiguration {

    private static final Logger LOG = LoggerFactory.getLogger(RouteConfiguration.class);

    @Bean
    RouteFolder routeFolder(
            RouteProperties properties,
            Environment environment,
            ObjectProvider<GatewayFilterFactory<?>> filters,
            ObjectProvider<RoutePredicateFactory<?>> predicates,
            ConfigurationService configuration) {
        SpringParts parts =
                new SpringParts(filters.stream().toList(), predicates.stream().toList(), Set.of(), configuration);
        OwnAddresses own = OwnAddresses.of(Binder.get(environment));
        return new RouteFolder(properties.routes(), new RouteFile.Setting(own, () -> parts));
    }

    @Bean
    Routes routes(RouteFolder folder, RouteProperties properties, Clock clock) {
        ConfigurationFaults faults = new ConfigurationFaults();
        List<Route> routes = folder.read(faults);
        faults.throwIfAny();
        LOG.info("Serving {} routes from {}", routes.size(), properties.routes());
        return new Routes(routes, clock);
    }

    /** Nothing of the gateway's own is among them, in either reading. */
    @Bean
    EscapedSlashes escapedSlashes(Routes routes, GatewayAddress address) {
        return path -> !address.owns(path)
                && !address.owns(EscapedSlashes.asSlashes(path))
                && routes.mayTakeEscapedSlashes(path);
    }

    @Bean
    RouteWatch routeWatch(RouteFolder folder, Routes routes) {
        return new RouteWatch(folder, routes);
    }

    @Bean
    ForwardAuth forwardAuth(GatewayAddress address, TrustedProxies proxies, Routes routes, SessionLoader sessions) {
        return new ForwardAuth(address, proxies, routes, sessions);
    }

    @Bean
    RouteMatcher routeMatcher(Routes routes, FurtherHosts furtherHosts) {
        return new RouteMatcher(routes, furtherHosts);
    }

    @Bean
    CredentialReader jobReader(ActionsTokens tokens) {
        return new JobReader(tokens);
    }

    @Bean
    CredentialLoader credentialLoader(ObjectProvider<CredentialReader> readers) {
        return new CredentialLoader(readers.orderedStream().toList());
    }

    @Bean
    AccessGate accessGate(Challenger challenger, Routes routes, Memberships memberships, Clock clock) {
        return new AccessGate(challenger, routes, memberships, clock);
    }

    @Bean
    BuiltInStage builtInStage(ObjectProvider<BuiltInServer> servers) {
        return new BuiltInStage(servers.stream().toList());
    }

    @Bean
    SocketOrigin socketOrigin() {
        return new SocketOrigin();
    }

    @Bean
    Explainer explainer(Routes routes, Memberships memberships) {
        return Explainer.live(routes, memberships);
    }
}
