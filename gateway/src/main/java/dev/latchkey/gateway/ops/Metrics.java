package dev.latchkey.gateway.ops;

import dev.latchkey.gateway.web.InternalRoutes;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/** What the gateway has counted and measured, as Prometheus reads it. */
final class Metrics {

    private static final MediaType TEXT = MediaType.parseMediaType("text/plain;version=0.0.4;charset=utf-8");

    private final PrometheusMeterRegistry meters;
    private final CircuitMetrics circuits;

    Metrics(PrometheusMeterRegistry meters, CircuitMetrics circuits) {
        this.meters = meters;
        this.circuits = circuits;
    }

    InternalRoutes routes() {
        return new InternalRoutes(
                RouterFunctions.route().GET("/metrics", this::scrape).build());
    }

    private Mono<ServerResponse> scrape(ServerRequest request) {
        circuits.refresh();
        return ServerResponse.ok().contentType(TEXT).bodyValue(meters.scrape());
    }
}
