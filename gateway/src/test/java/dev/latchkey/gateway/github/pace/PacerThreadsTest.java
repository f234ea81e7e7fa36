package dev.latchkey.gateway.github.pace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.gateway.store.EmbeddedStore;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** Real threads, a real clock and the store of a single node. */
class PacerThreadsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    private Path folder;

    @Test
    void manyThreadsComeAndGoAndNoPlaceIsLost() {
        AtomicInteger inFlight = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        AtomicInteger made = new AtomicInteger();
        try (EmbeddedStore store = new EmbeddedStore(folder, Clock.systemUTC());
                SharedPacer pacer = new SharedPacer(
                        World.defaults(),
                        store,
                        Clock.systemUTC(),
                        Schedulers.parallel(),
                        Schedulers.parallel(),
                        new Random(),
                        event -> {})) {
            pacer.start();
            Mono<Void> call = Mono.usingWhen(
                    pacer.enter(new Call(
                            World.OCTOCAT, "x", HttpMethod.GET, "/repos/o/r", Kind.REST, Duration.ofSeconds(20))),
                    slot -> {
                        most.accumulateAndGet(inFlight.incrementAndGet(), Math::max);
                        made.incrementAndGet();
                        return Mono.delay(Duration.ofMillis(2))
                                .doOnNext(tick -> slot.answered(200, headers(), () -> null))
                                // Before the place is given back, which doFinally would come after.
                                .doOnTerminate(inFlight::decrementAndGet)
                                .doOnCancel(inFlight::decrementAndGet)
                                .then();
                    },
                    Slot::left);

            Flux.range(0, 600)
                    .flatMap(
                            i -> i % 3 == 0
                                    ? call.timeout(Duration.ofMillis(i % 40)).onErrorComplete()
                                    : call,
                            100)
                    .blockLast(PATIENCE);

            assertThat(made.get()).isGreaterThanOrEqualTo(400);
            assertThat(most.get()).isBetween(2, 8);
            Flux.interval(Duration.ofMillis(10))
                    .takeUntil(tick -> pacer.waiting() == 0 && pacer.underWay() == 0)
                    .blockLast(PATIENCE);
            call.block(PATIENCE);
            assertThat(pacer.quota(World.OCTOCAT, "core").limit()).isEqualTo(5_000);
        }
    }

    private static HttpHeaders headers() {
        HttpHeaders headers = new HttpHeaders();
        headers.set("x-ratelimit-limit", "5000");
        headers.set("x-ratelimit-remaining", "4900");
        headers.set(
                "x-ratelimit-reset", Long.toString(Clock.systemUTC().instant().getEpochSecond() + 3_000));
        headers.set("x-ratelimit-resource", "core");
        return headers;
    }
}
