package dev.latchkey.gateway.installation;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Function;
import reactor.core.publisher.Mono;

/**
 * What is under way in this node, by key: whoever asks meanwhile gets the same outcome. It goes on when those who asked
 * have gone away.
 */
final class Flights<T> {

    private final ConcurrentMap<String, Flight<T>> underWay = new ConcurrentHashMap<>();

    /** One of them. It is outdated once what it is about to bring was forgotten after it began. */
    static final class Flight<T> {

        private final Mono<T> outcome;
        private volatile boolean outdated;

        private Flight(Flights<T> flights, String key, Function<Flight<T>, Mono<T>> start) {
            this.outcome = Mono.defer(() -> start.apply(this))
                    // Before anybody hears of it, so that whoever asks next begins anew.
                    .doOnTerminate(() -> flights.underWay.remove(key, this))
                    .cache();
        }

        boolean isOutdated() {
            return outdated;
        }
    }

    Mono<T> join(String key, Function<Flight<T>, Mono<T>> start) {
        return Mono.defer(() -> underWay.computeIfAbsent(key, k -> new Flight<>(this, k, start)).outcome);
    }

    void outdate(String key) {
        Flight<T> flight = underWay.remove(key);
        if (flight != null) {
            flight.outdated = true;
        }
    }

    void outdateAll() {
        underWay.keySet().forEach(this::outdate);
    }
}
