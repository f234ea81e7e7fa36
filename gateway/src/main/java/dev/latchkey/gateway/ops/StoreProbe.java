package dev.latchkey.gateway.ops;

import dev.latchkey.gateway.store.Store;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Asks the store now and then whether it is there, and how long that takes. Its calls are not measured one by one: the few
 * that a request makes would pay for it.
 */
final class StoreProbe implements AutoCloseable {

    private static final Duration EVERY = Duration.ofSeconds(5);
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final Store store;
    private final Timer took;
    private Disposable work = Disposables.disposed();
    private volatile boolean up;

    StoreProbe(Store store, MeterRegistry meters) {
        this.store = store;
        this.took = Metric.STORE_PING.timer(meters);
        Gauge.builder(Metric.STORE_UP.meter(), this, probe -> probe.up ? 1 : 0)
                .description(Metric.STORE_UP.description())
                .register(meters);
    }

    /** Asks from now on. */
    StoreProbe start() {
        work = Flux.interval(Duration.ZERO, EVERY)
                .onBackpressureDrop()
                .concatMap(tick -> look())
                .subscribe();
        return this;
    }

    /** Asks once; never fails. */
    Mono<Void> look() {
        return Mono.defer(() -> {
            long begun = System.nanoTime();
            return Mono.defer(store::ping)
                    .timeout(PATIENCE)
                    .doOnSuccess(answered -> {
                        up = true;
                        took.record(Duration.ofNanos(System.nanoTime() - begun));
                    })
                    .doOnError(away -> up = false)
                    .onErrorComplete();
        });
    }

    @Override
    public void close() {
        work.dispose();
    }
}
