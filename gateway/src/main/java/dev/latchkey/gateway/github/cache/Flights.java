package dev.latchkey.gateway.github.cache;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * One call to GitHub for all who ask the same at the same time. It goes on as long as one of them waits, whoever began it,
 * and ends when nobody does.
 *
 * @param <K> what is the same
 * @param <T> what a flight brings
 */
final class Flights<K, T> {

    private final Map<K, Flight> flights = new ConcurrentHashMap<>();
    private final Predicate<T> goesOn;

    /** @param goesOn of a result, whether others may still join the flight that brought it, until it is told that it is over */
    Flights(Predicate<T> goesOn) {
        this.goesOn = goesOn;
    }

    /** @param joined whether somebody else had begun the flight */
    record Landed<T>(T result, boolean joined) {}

    /**
     * The result of a flight that is under way, or else of one that begins now.
     *
     * @param since the number of the newest change that is known
     * @param current whether a flight that began under that number still brings what is sought
     * @param takeOff begins a flight, and is given what to run when one that went on is over
     */
    Mono<Landed<T>> board(K key, long since, Predicate<Long> current, BiFunction<K, Runnable, Mono<T>> takeOff) {
        return Mono.defer(() -> {
            Flight mine = new Flight(key, since, takeOff);
            Flight running =
                    flights.compute(key, (k, other) -> other != null && current.test(other.since) ? other : mine);
            return running.landing().map(result -> new Landed<>(result, running != mine));
        });
    }

    private final class Flight {

        private final K key;
        private final long since;
        private final Mono<T> result;
        private volatile @Nullable T goingOn;

        Flight(K key, long since, BiFunction<K, Runnable, Mono<T>> takeOff) {
            this.key = key;
            this.since = since;
            this.result = Mono.defer(() -> takeOff.apply(key, this::over))
                    .doOnNext(this::mayGoOn)
                    // Before anybody hears of it: whoever asks then asks anew.
                    .doOnTerminate(() -> {
                        if (goingOn == null) {
                            over();
                        }
                    })
                    .doOnCancel(this::over)
                    .flux()
                    .replay(1)
                    .refCount(1)
                    .single();
        }

        private void mayGoOn(T brought) {
            if (goesOn.test(brought)) {
                goingOn = brought;
            }
        }

        private Mono<T> landing() {
            T brought = goingOn;
            return brought == null ? result : Mono.just(brought);
        }

        private void over() {
            flights.remove(key, this);
        }
    }

    int underWay() {
        return flights.size();
    }
}
