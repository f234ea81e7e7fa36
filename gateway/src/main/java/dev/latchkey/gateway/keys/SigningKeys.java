package dev.latchkey.gateway.keys;

import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.store.EmbeddedStore;
import dev.latchkey.gateway.store.Store;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;

/**
 * The keys that sign identity JWTs: made on first start, shared by all nodes through the store, sealed there, and changed
 * as planned without a restart; or an operator's own, from a file that may change at any time.
 *
 * <p>A change is one compare-and-set of the whole schedule; who loses takes up what the winner wrote. Nodes hear of it at
 * once and look for themselves each minute. What is in memory serves on while the store is away.
 */
public final class SigningKeys implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(SigningKeys.class);

    /** Record, topic and purpose of the seal. */
    private static final String NAME = "signing-keys";

    private static final Duration LOOK_EVERY = Duration.ofMinutes(1);
    private static final Duration PATIENCE_AT_START = Duration.ofSeconds(5);
    private static final Duration FIRST_RETRY = Duration.ofMillis(500);
    private static final Duration LONGEST_RETRY = Duration.ofSeconds(10);

    /** Every change writes the record anew; only a gateway that was gone that long starts over. */
    private static final Duration KEPT = Duration.ofDays(3650);

    private final Store store;
    private final KeyRing ring;
    private final SigningPlan plan;
    private final @Nullable Supplier<GivenKeys> given;
    private final Clock clock;
    private final Disposable.Swap work = Disposables.swap();
    private final AtomicReference<@Nullable SigningSchedule> known = new AtomicReference<>();
    private volatile boolean told;

    /** Knows nothing yet: {@link #refresh} or the work in the background loads the keys. */
    SigningKeys(Store store, KeyRing ring, SigningPlan plan, Clock clock) {
        this.given = plan.file() == null ? null : plan.given(clock);
        this.store = store;
        this.ring = ring;
        this.plan = plan;
        this.clock = clock;
    }

    /** The same on the standard plan: 30 days each, published a day ahead. */
    public SigningKeys(Store store, KeyRing ring, Clock clock) {
        this(store, ring, new SigningPlan(Duration.ofDays(30), Duration.ofDays(1), null), clock);
    }

    /**
     * The key to sign with now, from memory.
     *
     * @throws Problem {@code store.unavailable} if the keys could never be loaded
     */
    public SigningKey current() {
        return given == null ? known().current(clock.instant()) : given.get().first();
    }

    /**
     * The JWKS as JSON (RFC 7517): public halves only, of the keys that sign, will sign, and signed what may be alive.
     *
     * @throws Problem {@code store.unavailable} if the keys could never be loaded
     */
    public String jwks() {
        return given == null ? known().jwks(clock.instant()) : given.get().jwks();
    }

    /** Whether an operator's file has them, and they change with it and by nothing else. */
    public boolean areGiven() {
        return given != null;
    }

    /** The next key signs from now on, on all nodes, and a new next one is made. Fails with {@code store.unavailable}. */
    public Mono<Void> rotate() {
        return stored().flatMap(this::rotate);
    }

    /** Takes up what is stored, and makes or drops keys where that is due. Happens by itself, each minute. */
    public Mono<Void> refresh() {
        return Mono.defer(() -> {
            SigningSchedule before = known.get();
            return stored().flatMap(stored -> putInOrder(stored, before));
        });
    }

    /** Loads the keys, if the store answers soon, and works in the background from now on, until closed. */
    void start() {
        if (given != null) {
            return;
        }
        // A start may wait: a request that came before the keys would fail for nothing.
        refresh().timeout(PATIENCE_AT_START).onErrorComplete().block();
        work.update(occasions()
                .onBackpressureLatest()
                .concatMap(occasion -> refreshInTheEnd(), 1)
                .subscribe());
    }

    @Override
    public void close() {
        work.dispose();
    }

    private Flux<?> occasions() {
        return Flux.merge(Flux.just(NAME), Flux.interval(LOOK_EVERY), store.listen(NAME));
    }

    private Mono<Void> refreshInTheEnd() {
        return Mono.defer(this::refresh)
                .doOnSuccess(done -> told = false)
                .retryWhen(Retry.backoff(Long.MAX_VALUE, FIRST_RETRY)
                        .maxBackoff(LONGEST_RETRY)
                        .doBeforeRetry(failed -> tell(failed.failure())));
    }

    private void tell(Throwable failure) {
        if (told) {
            return;
        }
        told = true;
        if (failure instanceof Unsealable) {
            log.error(
                    "The stored signing keys were sealed with a key that latchkey.secret-keys no longer has. Put it back"
                            + " behind the first, or delete the record latchkey:{} to start with new ones",
                    NAME);
        } else {
            log.warn("The signing keys cannot be read or renewed for now; those in memory stay in use", failure);
        }
    }

    private SigningSchedule known() {
        SigningSchedule schedule = known.get();
        if (schedule == null) {
            throw Problem.of(ProblemCode.STORE_UNAVAILABLE).retryAfter(LONGEST_RETRY);
        }
        return schedule;
    }

    private Mono<byte[]> stored() {
        return store.get(NAME).switchIfEmpty(Mono.defer(this::begin));
    }

    /** A store that has lost everything gets back what is in use, so that no JWT becomes worthless. */
    private Mono<byte[]> begin() {
        SigningSchedule inUse = known.get();
        Instant now = clock.instant();
        byte[] sealed =
                seal(inUse != null ? inUse : SigningSchedule.startingAt(now).inOrder(plan, now));
        return store.putIfAbsent(NAME, sealed, end())
                .flatMap(first -> first ? announce().thenReturn(sealed) : store.get(NAME));
    }

    /** @param before what was known when these bytes were asked for; if it has changed since, they may be older */
    private Mono<Void> putInOrder(byte[] stored, @Nullable SigningSchedule before) {
        SigningSchedule schedule = open(stored);
        SigningSchedule ordered = schedule.inOrder(plan, clock.instant());
        if (ordered == schedule && ring.isSealedByFirst(stored)) {
            return known.compareAndSet(before, schedule) ? Mono.empty() : refresh();
        }
        return change(stored, ordered).flatMap(won -> won ? Mono.empty() : refresh());
    }

    private Mono<Void> rotate(byte[] stored) {
        Instant now = clock.instant();
        SigningSchedule schedule = open(stored);
        return change(stored, schedule.rotated(plan, now))
                .flatMap(won -> won
                        ? Mono.empty()
                        : rotateUnlessDone(schedule.current(now).kid()));
    }

    /** The winner may have rotated, or have changed something else. */
    private Mono<Void> rotateUnlessDone(String kid) {
        return stored().flatMap(
                        stored -> open(stored).current(clock.instant()).kid().equals(kid) ? rotate(stored) : refresh());
    }

    private Mono<Boolean> change(byte[] stored, SigningSchedule schedule) {
        return store.replace(NAME, stored, seal(schedule), end())
                .flatMap(won -> won ? takeUp(schedule).thenReturn(true) : Mono.just(false));
    }

    private Mono<Void> takeUp(SigningSchedule schedule) {
        known.set(schedule);
        return announce();
    }

    /** Who does not hear of it looks within the minute. */
    private Mono<Void> announce() {
        return store.publish(NAME, "changed").onErrorComplete();
    }

    private byte[] seal(SigningSchedule schedule) {
        return ring.seal(NAME, schedule.write());
    }

    private SigningSchedule open(byte[] stored) {
        try {
            return SigningSchedule.read(ring.open(NAME, stored));
        } catch (Unsealable e) {
            // A node that shares nothing harms nobody by starting over; one that does would fight the others.
            if (store instanceof EmbeddedStore) {
                log.warn("The secret keys have changed: identity JWTs are signed with a new key from now on");
                return SigningSchedule.startingAt(clock.instant());
            }
            throw e;
        }
    }

    private Instant end() {
        return clock.instant().plus(KEPT);
    }
}
