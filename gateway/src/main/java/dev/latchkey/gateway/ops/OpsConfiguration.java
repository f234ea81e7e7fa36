package dev.latchkey.gateway.ops;

import dev.latchkey.gateway.github.pace.PaceGauges;
import dev.latchkey.gateway.keys.SecretSource;
import dev.latchkey.gateway.login.ProviderChanges;
import dev.latchkey.gateway.provider.Providers;
import dev.latchkey.gateway.route.Explainer;
import dev.latchkey.gateway.route.Routes;
import dev.latchkey.gateway.session.Sessions;
import dev.latchkey.gateway.store.Store;
import dev.latchkey.gateway.tls.InternalTls;
import dev.latchkey.gateway.watch.Audit;
import dev.latchkey.gateway.web.GatewayAddress;
import dev.latchkey.gateway.web.GuardedRoutes;
import dev.latchkey.gateway.web.InternalRoutes;
import dev.latchkey.gateway.web.ProblemDocument;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Clock;
import java.util.List;
import java.util.stream.Stream;
import org.springframework.boot.availability.ApplicationAvailability;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(InternalProperties.class)
class OpsConfiguration {

    @Bean
    InternalRoutes healthRoutes(ApplicationAvailability availability, Store store) {
        return new Health(availability, store).routes();
    }

    @Bean
    PrometheusMeterRegistry meters() {
        return new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    }

    @Bean
    InternalRoutes metricsRoutes(PrometheusMeterRegistry meters, CircuitMetrics circuits) {
        return new Metrics(meters, circuits).routes();
    }

    @Bean
    InstallationMetrics installationMetrics(MeterRegistry meters) {
        return new InstallationMetrics(meters);
    }

    @Bean
    PaceMetrics paceMetrics(MeterRegistry meters, PaceGauges gauges) {
        return new PaceMetrics(meters, gauges);
    }

    @Bean
    RouteMetrics routeMetrics(Routes routes, MeterRegistry meters) {
        return new RouteMetrics(routes, meters);
    }

    @Bean
    InternalDoor internalDoor(InternalProperties properties, GatewayAddress address, Clock clock, Audit audit) {
        List<SecretSource> tokens = properties.token().stream()
                .map(token -> SecretSource.of(token, clock))
                .toList();
        return new InternalDoor(tokens, new ProblemDocument(address), audit);
    }

    @Bean
    AdminProblems adminProblems(GatewayAddress address) {
        return new AdminProblems(new ProblemDocument(address));
    }

    @Bean
    InternalRoutes routeAdmin(
            Routes routes, Explainer explainer, Sessions sessions, InternalDoor door, AdminProblems problems) {
        return new RouteAdmin(routes, explainer, sessions).routes(door, problems);
    }

    @Bean
    InternalRoutes providerAdmin(
            Providers providers, ProviderChanges changes, InternalDoor door, AdminProblems problems) {
        return new ProviderAdmin(providers, changes, problems).routes(door);
    }

    @Bean
    InternalServer internalServer(
            InternalProperties properties,
            InternalTls tls,
            List<InternalRoutes> routes,
            List<GuardedRoutes> guarded,
            InternalDoor door) {
        Stream<InternalRoutes> behindTheDoor =
                guarded.stream().map(one -> new InternalRoutes(one.routes().filter(door)));
        return new InternalServer(
                properties, tls, Stream.concat(routes.stream(), behindTheDoor).toList());
    }
}
