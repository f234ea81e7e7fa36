package dev.latchkey.gateway.ops;

import dev.latchkey.gateway.store.Store;
import dev.latchkey.gateway.web.InternalRoutes;
import java.time.Duration;
import java.util.Map;
import org.springframework.boot.availability.ApplicationAvailability;
import org.springframework.boot.availability.LivenessState;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.http.HttpStatus;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/**
 * Whether the process lives, and whether it should get requests. The first never depends on the store: restarting the
 * gateway does not bring Redis back.
 */
final class Health {

    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final ApplicationAvailability availability;
    private final Store store;

    Health(ApplicationAvailability availability, Store store) {
        this.availability = availability;
        this.store = store;
    }

    InternalRoutes routes() {
        return new InternalRoutes(RouterFunctions.route()
                .GET("/ping", request -> ServerResponse.ok().bodyValue("OK"))
                .GET("/ready", this::readiness)
                .GET("/actuator/health", this::readiness)
                .GET("/actuator/health/readiness", this::readiness)
                .GET("/actuator/health/liveness", this::liveness)
                .build());
    }

    private Mono<ServerResponse> liveness(ServerRequest request) {
        return answer(availability.getLivenessState() == LivenessState.CORRECT);
    }

    private Mono<ServerResponse> readiness(ServerRequest request) {
        if (availability.getReadinessState() != ReadinessState.ACCEPTING_TRAFFIC) {
            return answer(false);
        }
        return store.ping()
                .timeout(PATIENCE)
                .thenReturn(true)
                .onErrorReturn(false)
                .flatMap(Health::answer);
    }

    private static Mono<ServerResponse> answer(boolean up) {
        return ServerResponse.status(up ? HttpStatus.OK : HttpStatus.SERVICE_UNAVAILABLE)
                .bodyValue(Map.of("status", up ? "UP" : "DOWN"));
    }
}
