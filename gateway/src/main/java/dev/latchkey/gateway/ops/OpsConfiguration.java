package dev.latchkey.gateway.ops;

import dev.latchkey.gateway.store.Store;
import dev.latchkey.gateway.web.InternalRoutes;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.List;
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
    InternalRoutes metricsRoutes(PrometheusMeterRegistry meters) {
        return new Metrics(meters).routes();
    }

    @Bean
    InstallationMetrics installationMetrics(MeterRegistry meters) {
        return new InstallationMetrics(meters);
    }

    @Bean
    InternalServer internalServer(InternalProperties properties, List<InternalRoutes> routes) {
        return new InternalServer(properties, routes);
    }
}
