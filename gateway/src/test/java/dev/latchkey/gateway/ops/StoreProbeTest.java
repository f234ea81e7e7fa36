package dev.latchkey.gateway.ops;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.store.Store;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

class StoreProbeTest {

    private final PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final AtomicReference<Supplier<Mono<Void>>> answer = new AtomicReference<>(Mono::empty);

    /** Of all the verbs, only this one is asked for. */
    private final Store store = (Store) Proxy.newProxyInstance(
            Store.class.getClassLoader(),
            new Class<?>[] {Store.class},
            (proxy, method, arguments) ->
                    method.getName().equals("ping") ? answer.get().get() : null);

    @Test
    void tellsWhetherTheStoreIsThere() {
        try (StoreProbe probe = new StoreProbe(store, meters)) {
            probe.look().block();
            assertThat(meters.scrape()).contains("latchkey_store_up 1.0");
            answer.set(() -> Mono.error(Problem.of(ProblemCode.STORE_UNAVAILABLE)));
            probe.look().block();
            assertThat(meters.scrape()).contains("latchkey_store_up 0.0");
            answer.set(() -> {
                throw new IllegalStateException("meant for a test");
            });
            probe.look().block();
            assertThat(meters.scrape()).contains("latchkey_store_up 0.0");
            answer.set(Mono::empty);
            probe.look().block();
            assertThat(meters.scrape()).contains("latchkey_store_up 1.0");
        }
    }

    @Test
    void circuitsThatAreGoneAreNotShown() {
        AtomicReference<Map<String, Double>> circuits = new AtomicReference<>(Map.of("http://a", 1.0, "http://b", 0.0));
        CircuitMetrics metrics = new CircuitMetrics(circuits::get, meters);
        metrics.refresh();
        assertThat(meters.scrape()).contains("latchkey_circuit{backend=\"http://a\"} 1.0", "backend=\"http://b\"} 0.0");
        circuits.set(Map.of("http://b", 0.5));
        metrics.refresh();
        assertThat(meters.scrape()).contains("backend=\"http://b\"} 0.5").doesNotContain("http://a");
    }
}
