package dev.latchkey.gateway.ops;

import java.util.Objects;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Where there is no collector there is no tracer, and no request knows of any. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(TracingProperties.class)
@ConditionalOnProperty("latchkey.tracing.endpoint")
class TracingConfiguration {

    @Bean
    Tracing tracing(TracingProperties properties) {
        return new Tracing(Objects.requireNonNull(properties.endpoint()), properties.sampling());
    }
}
