package dev.latchkey.gateway.ops;

import dev.latchkey.gateway.forward.Resilience;
import dev.latchkey.gateway.route.Routes;
import dev.latchkey.gateway.session.OpenStreams;
import dev.latchkey.gateway.session.Sessions;
import dev.latchkey.gateway.store.Store;
import dev.latchkey.gateway.watch.Audit;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

/** What the gateway writes and counts of itself. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(LogProperties.class)
class RecordingConfiguration {

    private static final String ACCESS_LOG = "latchkey.access-log";

    @Bean
    AuditStream audit(Environment environment, MeterRegistry meters, Clock clock) {
        return new AuditStream(LogFields.of(environment), meters, clock);
    }

    @Bean
    @ConditionalOnProperty(name = ACCESS_LOG, havingValue = "true")
    AccessLog accessLog(Environment environment, MeterRegistry meters) {
        return new AccessLog(LogFields.of(environment), meters);
    }

    @Bean
    Recording recording(Routes routes, MeterRegistry meters, Audit audit, ObjectProvider<AccessLog> access) {
        return new Recording(routes, meters, audit, access.getIfAvailable());
    }

    @Bean
    SessionMetrics sessionMetrics(Sessions sessions, OpenStreams streams, MeterRegistry meters) {
        return new SessionMetrics(sessions, streams, meters);
    }

    @Bean
    StoreProbe storeProbe(Store store, MeterRegistry meters) {
        return new StoreProbe(store, meters).start();
    }

    @Bean
    CircuitMetrics circuitMetrics(Resilience resilience, MeterRegistry meters) {
        return new CircuitMetrics(resilience, meters);
    }
}
