package dev.latchkey.gateway.ops;

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
        @Nullable String endpoint, @DefaultValue("0.1") double sampling) {}
