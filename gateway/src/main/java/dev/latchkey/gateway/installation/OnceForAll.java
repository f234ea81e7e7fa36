package dev.latchkey.gateway.installation;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.latchkey.gateway.installation.Flights.Flight;
import dev.latchkey.gateway.keys.KeyRing;
import dev.latchkey.gateway.keys.Unsealable;
import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.store.Store;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;

/**
 * Fetches a thing once, however many ask for it and on however many nodes, and keeps it sealed in the store.
 *
 * <p>In a node there is one flight for each key. Among nodes the flights compete for a lease. Its holder looks at the
 * record again, fetches and writes; the others look until the record is there or the lease is free. The lease outlives the
 * longest fetch, so it ends by itself only when its holder has died or stands still. A holder that wakes up too late does no
 * harm: it changes the record only if nobody has since it looked, and otherwise takes what the next one wrote. It gives the
 * lease back only if it is still its own.
 */
final class OnceForAll<T> implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(OnceForAll.class);

    /** What store calls may take, beside the fetch. */
    private static final Duration MARGIN = Duration.ofSeconds(5);

    private static final Duration FIRST_LOOK = Duration.ofMillis(25);
    private static final Duration LONGEST_LOOK = Duration.ofMillis(400);
    private static final Duration NEAR = Duration.ofMinutes(5);
    private static final int NEAR_THINGS = 20_000;
    private static final int FENCE_BYTES = 16;

    /** Failures to fetch that say nothing about what is known already. */
    private static final Set<ProblemCode> NO_ANSWER = Set.of(
            ProblemCode.GITHUB_APP_REFUSED,
            ProblemCode.GITHUB_REFUSED,
            ProblemCode.GITHUB_LIMITED,
            ProblemCode.GITHUB_BROKEN,
            ProblemCode.GITHUB_UNREACHABLE,
            ProblemCode.GITHUB_TIMEOUT);

    private final Store store;
    private final KeyRing keys;
    private final Clock clock;
    private final Duration longestFetch;
    private final String topic;
    private final Runnable hit;
    private final Disposable hearing;
    private final SecureRandom random = new SecureRandom();
    private final String self;
    private final Flights<T> flights = new Flights<>();
    private final Cache<String, T> near = Caffeine.newBuilder()
            .maximumSize(NEAR_THINGS)
            .expireAfterWrite(NEAR)
            .build();

    /**
     * @param kind tells its records and messages from those of others
     * @param hit is told of each that needed no fetch
     */
    OnceForAll(String kind, Store store, KeyRing keys, Clock clock, Duration longestFetch, Runnable hit) {
        this.store = store;
        this.keys = keys;
        this.clock = clock;
        this.longestFetch = longestFetch;
        this.topic = kind + "-changed";
        this.hit = hit;
        this.self = HexFormat.of().toHexDigits(random.nextLong());
        this.hearing = store.listen(topic).subscribe(this::hear);
    }

    /** Fails as the fetch fails, with {@code github.timeout} if it takes too long, or with {@code store.unavailable}. */
    Mono<T> get(Sought<T> sought) {
        T known = near.getIfPresent(sought.key());
        if (known != null && sought.isGood(known)) {
            hit.run();
            return Mono.just(known);
        }
        return flights.join(sought.key(), flight -> start(sought, flight));
    }

    /** Keeps what became known in another way. */
    Mono<Void> put(Sought<T> sought, T value) {
        return forget(sought.key()).then(store.put(sought.key(), seal(sought, value), sought.end(value)));
    }

    /** Everywhere, from now on; what is being fetched is given to those who wait for it and to nobody else. */
    Mono<Void> forget(String key) {
        Mono<Void> here = Mono.fromRunnable(() -> outdate(key));
        // Again after the record is gone: whoever began in between may have read it.
        return here.then(store.delete(key)).then(here).then(store.publish(topic, self + key));
    }

    private void hear(String message) {
        if (message.equals(Store.GAP)) {
            near.invalidateAll();
            flights.outdateAll();
        } else if (!message.startsWith(self)) {
            // What this node says itself it knows already, and by now it may have begun anew.
            outdate(message.substring(self.length()));
        }
    }

    private void outdate(String key) {
        near.invalidate(key);
        flights.outdate(key);
    }

    private Mono<T> start(Sought<T> sought, Flight<T> flight) {
        // A lease that was just taken, and a fetch of its own: nobody has longer to wait than for both.
        Duration patience = longestFetch.multipliedBy(2).plus(MARGIN.multipliedBy(2));
        return look(sought, flight, FIRST_LOOK)
                .timeout(patience)
                .onErrorMap(TimeoutException.class, e -> Problem.of(ProblemCode.GITHUB_TIMEOUT))
                .doOnNext(value -> remember(sought, flight, value));
    }

    private void remember(Sought<T> sought, Flight<T> flight, T value) {
        if (!flight.isOutdated()) {
            near.put(sought.key(), value);
            if (flight.isOutdated()) {
                near.invalidate(sought.key());
            }
        }
    }

    private Mono<T> look(Sought<T> sought, Flight<T> flight, Duration pause) {
        return read(sought).flatMap(record -> {
            T value = record.value();
            if (value != null && sought.isGood(value)) {
                hit.run();
                return Mono.just(value);
            }
            return leadOrWait(sought, flight, pause);
        });
    }

    private Mono<T> leadOrWait(Sought<T> sought, Flight<T> flight, Duration pause) {
        String lease = sought.key() + ":lease";
        byte[] fence = new byte[FENCE_BYTES];
        random.nextBytes(fence);
        Instant end = clock.instant().plus(longestFetch).plus(MARGIN);
        return store.putIfAbsent(lease, fence, end).flatMap(mine -> {
            if (mine) {
                return Mono.usingWhen(Mono.just(fence), f -> lead(sought, flight), f -> giveBack(lease, f));
            }
            Duration longer = pause.multipliedBy(2);
            return Mono.delay(pause)
                    .then(Mono.defer(
                            () -> look(sought, flight, longer.compareTo(LONGEST_LOOK) > 0 ? LONGEST_LOOK : longer)));
        });
    }

    /** Ends the lease if it is still this one; one that cannot be reached ends by itself. */
    private Mono<Boolean> giveBack(String lease, byte[] fence) {
        return store.replace(lease, fence, fence, Instant.EPOCH).onErrorResume(Problem.class, e -> Mono.just(false));
    }

    /** Who led before may have written it between our look and our lease. */
    private Mono<T> lead(Sought<T> sought, Flight<T> flight) {
        return read(sought).flatMap(record -> {
            T value = record.value();
            if (value != null && sought.isGood(value)) {
                hit.run();
                return Mono.just(value);
            }
            return fetch(sought)
                    .flatMap(fetched -> flight.isOutdated() ? Mono.just(fetched) : write(sought, record, fetched))
                    .flatMap(written -> flight.isOutdated() ? unkept(sought, written) : Mono.just(written))
                    .onErrorResume(Problem.class, failure -> instead(sought, value, failure));
        });
    }

    private Mono<T> fetch(Sought<T> sought) {
        return sought.fetch()
                .timeout(longestFetch)
                .onErrorMap(TimeoutException.class, e -> Problem.of(ProblemCode.GITHUB_TIMEOUT));
    }

    private Mono<T> instead(Sought<T> sought, @Nullable T known, Problem failure) {
        boolean useful = known != null && NO_ANSWER.contains(failure.code()) && sought.isBetterThanNothing(known);
        if (!useful) {
            return Mono.error(failure);
        }
        LOG.warn("What is known is used a little longer: {}", failure.code().code());
        return Mono.justOrEmpty(known);
    }

    private Mono<T> write(Sought<T> sought, Known<T> record, T fetched) {
        byte[] before = record.bytes();
        Mono<Boolean> written = before == null
                ? writeNew(sought, fetched)
                : store.replace(sought.key(), before, seal(sought, fetched), sought.end(fetched));
        return written.flatMap(won -> won ? Mono.just(fetched) : winnersOr(sought, fetched))
                // It was fetched and is good, even if nobody else will know.
                .onErrorResume(Problem.class, e -> Mono.just(fetched));
    }

    private Mono<Boolean> writeNew(Sought<T> sought, T fetched) {
        return store.putIfAbsent(sought.key(), seal(sought, fetched), sought.end(fetched));
    }

    private Mono<T> winnersOr(Sought<T> sought, T fetched) {
        return read(sought).flatMap(record -> {
            if (record.bytes() == null) {
                // Nobody won: the record has ended while the next one was fetched.
                return writeNew(sought, fetched).thenReturn(fetched);
            }
            T winners = record.value();
            return Mono.just(winners != null && sought.isGood(winners) ? winners : fetched);
        });
    }

    private Mono<T> unkept(Sought<T> sought, T fetched) {
        return store.delete(sought.key())
                .onErrorResume(Problem.class, e -> Mono.just(false))
                .thenReturn(fetched);
    }

    /** What the store holds: its bytes, and what they mean unless this ring cannot open them. */
    private record Known<T>(
            byte @Nullable [] bytes, @Nullable T value) {}

    private Mono<Known<T>> read(Sought<T> sought) {
        return store.get(sought.key())
                .map(bytes -> new Known<>(bytes, open(sought, bytes)))
                .defaultIfEmpty(new Known<>(null, null));
    }

    private @Nullable T open(Sought<T> sought, byte[] bytes) {
        try {
            return sought.read(keys.open(sought.key(), bytes));
        } catch (Unsealable e) {
            return null;
        }
    }

    private byte[] seal(Sought<T> sought, T value) {
        return keys.seal(sought.key(), sought.write(value));
    }

    @Override
    public void close() {
        hearing.dispose();
    }
}
