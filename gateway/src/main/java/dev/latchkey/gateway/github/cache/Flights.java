package dev.latchkey.gateway.github.cache;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Predicate;
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

    /** @param joined whether somebody else had begun the flight */
    record Landed<T>(T result, boolean joined) {}

    /**
     * The result of a flight that is under way, or else of one that begins now.
     *
     * @param since the number of the newest change that is known
     * @param current whether a flight that began under that number still brings what is sought
     */
    Mono<Landed<T>> board(K key, long since, Predicate<Long> current, Function<K, Mono<T>> takeOff) {
        return Mono.defer(() -> {
            Flight mine = new Flight(key, since, takeOff.apply(key));
            Flight running =
                    flights.compute(key, (k, other) -> other != null && current.test(other.since) ? other : mine);
            return running.result.map(result -> new Landed<>(result, running != mine));
        });
    }

    private final class Flight {

        private final long since;
        private final Mono<T> result;

        Flight(K key, long since, Mono<T> work) {
            this.since = since;
            this.result = work.doFinally(end -> flights.remove(key, this))
                    .flux()
                    .replay(1)
                    .refCount(1)
                    .single();
        }
    }

    int underWay() {
        return flights.size();
    }
}
