package dev.latchkey.gateway.keys;

import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.store.Store;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * The keys of the identity JWT, shared by all nodes through the store and sealed there. Made on first start, changed by
 * whichever node first sees that it is time, by compare and set, so that all nodes always agree.
 */
public final class SigningKeys implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(SigningKeys.class);
    private static final String KEY = "signing-keys";
    private static final Duration LOOK_AGAIN = Duration.ofMinutes(1);
    private static final Duration KEPT_AT_LEAST = Duration.ofDays(400);
    private static final Duration PATIENCE_AT_START = Duration.ofSeconds(5);

    private final Store store;
    private final KeyRing ring;
    private final Clock clock;
    private final Duration period;
    private final Scheduler scheduler = Schedulers.newSingle("signing-keys", true);
    private final Disposable announcements;
    private volatile @Nullable Loaded loaded;

    private record Loaded(SigningKeySet keys, String jwks, Instant at) {}

    SigningKeys(Store store, KeyRing ring, Clock clock, Duration period) {
        this.store = store;
        this.ring = ring;
        this.clock = clock;
        this.period = period;
        this.announcements = store.listen(KEY).subscribe(message -> lookAgain());
    }

    /** Loads or makes the keys, and goes on without them if the store is away: then the gateway is not ready yet. */
    void start() {
        try {
            // Start-up may wait, and a first request that came before the keys would fail for nothing.
            load().block(PATIENCE_AT_START);
        } catch (RuntimeException e) {
            LOG.warn("The signing keys cannot be loaded yet: {}", e.toString());
        }
        scheduler.schedulePeriodically(this::lookAgainIfDue, 1, 1, TimeUnit.SECONDS);
    }

    /**
     * The key to sign with now.
     *
     * @throws Problem {@code store.unavailable} if the keys could not be loaded since the start
     */
    public SigningKey current() {
        return required().keys().current(clock.instant());
    }

    /** The public keys, as JSON (RFC 7517): those that may have signed what is still valid, and the next. */
    public String jwks() {
        return required().jwks();
    }

    private Loaded required() {
        Loaded keys = loaded;
        if (keys == null) {
            throw Problem.of(ProblemCode.STORE_UNAVAILABLE).retryAfter(Duration.ofSeconds(5));
        }
        return keys;
    }

    /** Signs with the next key from now on, on every node. */
    public Mono<Void> rotate() {
        return store.get(KEY)
                .flatMap(
                        stored -> write(stored, SigningKeySet.open(ring, stored).rotated(clock.instant(), period)))
                .then();
    }

    private void lookAgainIfDue() {
        Loaded keys = loaded;
        if (keys == null || !clock.instant().isBefore(keys.at().plus(LOOK_AGAIN))) {
            lookAgain();
        }
    }

    private void lookAgain() {
        load().subscribe(keys -> {}, e -> LOG.warn("The signing keys cannot be loaded: {}", e.toString()));
    }

    private Mono<SigningKeySet> load() {
        return store.get(KEY).flatMap(this::tend).switchIfEmpty(Mono.defer(this::make));
    }

    private Mono<SigningKeySet> make() {
        SigningKeySet keys = SigningKeySet.first(clock.instant(), period);
        return store.putIfAbsent(KEY, keys.seal(ring), end())
                .flatMap(made -> made ? adopt(keys) : store.get(KEY).flatMap(this::tend));
    }

    private Mono<SigningKeySet> tend(byte[] sealed) {
        SigningKeySet stored;
        try {
            stored = SigningKeySet.open(ring, sealed);
        } catch (Unsealable e) {
            LOG.error("The signing keys were sealed by a key that is no longer in the ring; new ones are made");
            return write(sealed, SigningKeySet.first(clock.instant(), period));
        }
        SigningKeySet tended = stored.tended(clock.instant(), period);
        return tended.equals(stored) ? adopt(stored) : write(sealed, tended);
    }

    /** The loser of a race takes over what the winner wrote. */
    private Mono<SigningKeySet> write(byte[] expected, SigningKeySet keys) {
        return store.replace(KEY, expected, keys.seal(ring), end())
                .flatMap(won -> won
                        ? adopt(keys).flatMap(this::announce)
                        : store.get(KEY).flatMap(this::read));
    }

    private Mono<SigningKeySet> announce(SigningKeySet keys) {
        return store.publish(KEY, "changed").thenReturn(keys);
    }

    private Mono<SigningKeySet> read(byte[] sealed) {
        return adopt(SigningKeySet.open(ring, sealed));
    }

    private Mono<SigningKeySet> adopt(SigningKeySet keys) {
        loaded = new Loaded(keys, keys.jwks(), clock.instant());
        return Mono.just(keys);
    }

    private Instant end() {
        Duration kept = period.multipliedBy(4);
        return clock.instant().plus(kept.compareTo(KEPT_AT_LEAST) > 0 ? kept : KEPT_AT_LEAST);
    }

    @Override
    public void close() {
        announcements.dispose();
        scheduler.dispose();
    }
}
