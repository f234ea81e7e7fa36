package dev.latchkey.gateway.installation;

import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.store.Store;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Lets each repository's tokens be declared dead a few times a minute, on all nodes together. */
final class Haste {

    private static final int TIMES = 3;
    private static final long MINUTE = Duration.ofMinutes(1).toMillis();
    private static final byte[] TAKEN = {1};

    private final Store store;
    private final Clock clock;

    Haste(Store store, Clock clock) {
        this.store = store;
        this.clock = clock;
    }

    /** Completes, or fails with {@code installation.haste}. */
    Mono<Void> check(App app, RepositoryName repository) {
        long now = clock.millis();
        long minute = now / MINUTE;
        Instant end = Instant.ofEpochMilli((minute + 1) * MINUTE);
        String key = "installation-haste:"
                + Digest.of(List.of(app.api(), app.id(), repository.key(), Long.toString(minute)));
        return Flux.range(1, TIMES)
                .concatMap(time -> store.putIfAbsent(key + ":" + time, TAKEN, end))
                .any(free -> free)
                .flatMap(free -> free
                        ? Mono.empty()
                        : Mono.error(Problem.of(ProblemCode.INSTALLATION_HASTE)
                                .retryAfter(Duration.ofMillis(end.toEpochMilli() - now))));
    }
}
