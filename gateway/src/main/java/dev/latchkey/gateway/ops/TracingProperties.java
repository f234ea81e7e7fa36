package dev.latchkey.gateway.ops;

import dev.latchkey.gateway.problem.ConfigurationFaults;
import java.net.URI;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Traces of requests, for a collector of OpenTelemetry.
 *
 * @param endpoint where it takes spans, as {@code http://collector:4318/v1/traces}; without one, nothing is traced
 * @param sampling the part of the requests that is traced, from 0 to 1; what a trusted proxy in front has decided goes before
 */
@ConfigurationProperties("latchkey.tracing")
record TracingProperties(
        @Nullable String endpoint, @DefaultValue("0.1") double sampling) {

    void check(ConfigurationFaults faults) {
        if (endpoint != null && !isAddress(endpoint)) {
            faults.add(
                    "latchkey.tracing.endpoint",
                    "\"" + endpoint + "\" is not an address",
                    "Write the collector's address for traces, as http://collector:4318/v1/traces.");
        }
        if (!(sampling >= 0 && sampling <= 1)) {
            faults.add(
                    "latchkey.tracing.sampling",
                    sampling + " is not a part of the requests",
                    "Write a number from 0 to 1.");
        }
    }

    private static boolean isAddress(String text) {
        try {
            URI address = URI.create(text);
            boolean http = "http".equals(address.getScheme()) || "https".equals(address.getScheme());
            return http && address.getHost() != null;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
