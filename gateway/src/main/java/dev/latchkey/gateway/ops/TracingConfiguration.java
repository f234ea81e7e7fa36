package dev.latchkey.gateway.ops;

import dev.latchkey.gateway.problem.ConfigurationFaults;
import java.net.URI;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
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
        String endpoint = Objects.requireNonNullElse(properties.endpoint(), "");
        ConfigurationFaults faults = new ConfigurationFaults();
        if (!isAddress(endpoint)) {
            faults.add(
                    "latchkey.tracing.endpoint",
                    "\"" + endpoint + "\" is not an address",
                    "Write the collector's address for traces, as http://collector:4318/v1/traces.");
        }
        if (!(properties.sampling() >= 0 && properties.sampling() <= 1)) {
            faults.add(
                    "latchkey.tracing.sampling",
                    properties.sampling() + " is not a part of the requests",
                    "Write a number from 0 to 1.");
        }
        faults.throwIfAny();
        return new Tracing(endpoint, properties.sampling());
    }

    private static boolean isAddress(String text) {
        @Nullable URI address;
        try {
            address = URI.create(text);
        } catch (IllegalArgumentException e) {
            return false;
        }
        return address.getHost() != null && ("http".equals(address.getScheme()) || "https".equals(address.getScheme()));
    }
}
