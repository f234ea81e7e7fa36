package dev.latchkey.gateway.github.pace;

import dev.latchkey.gateway.store.EmbeddedStore;
import dev.latchkey.gateway.store.Store;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * Where ledgers are kept for all nodes, and how many nodes there are. While the store does not answer, it is left alone for a
 * while that grows, and each node goes by its own ledgers with its share of every limit.
 */
final class Home {

    private static final Logger LOG = LoggerFactory.getLogger(Home.class);
    private static final Duration PATIENCE = Duration.ofMillis(500);
    private static final long FIRST_PAUSE = 1_000;
    private static final long LONGEST_PAUSE = 5_000;
    private static final long CAREFUL = LONGEST_PAUSE + 1_000;
    private static final long COUNT_EVERY = 5_000;
    private static final Duration ALIVE = Duration.ofSeconds(20);
    private static final String NODES = "pace-nodes";

    private final Store store;
    private final Clock clock;
    private final Scheduler scheduler;
    private final Scheduler deadlines;
    private final boolean alone;
    private final long node;
    private volatile int nodes;
    private volatile long awayUntil;
    private volatile long carefulUntil;
    private long pause = FIRST_PAUSE;

    /**
     * A home of nothing yet.
     *
     * @param scheduler goes by the same time as the clock
     * @param deadlines goes by that of the store
     * @param nodes how many there are thought to be until they have been counted
     */
    Home(Store store, Clock clock, Scheduler scheduler, Scheduler deadlines, long node, int nodes) {
        this.store = store;
        this.clock = clock;
        this.scheduler = scheduler;
        this.deadlines = deadlines;
        this.node = node;
        this.alone = store instanceof EmbeddedStore;
        this.nodes = alone ? 1 : nodes;
    }

    /** The stored ledger of that principal, if there is one. */
    Mono<Optional<byte[]>> load(String principal) {
        return noticing(store.get(key(principal)).map(Optional::of).defaultIfEmpty(Optional.empty()));
    }

    /** Writes the ledger if it is still the expected one. */
    Mono<Boolean> save(String principal, byte @Nullable [] expected, byte[] value) {
        Instant end = clock.instant().plusMillis(Ledger.KEPT);
        return noticing(
                expected == null
                        ? store.putIfAbsent(key(principal), value, end)
                        : store.replace(key(principal), expected, value, end));
    }

    boolean isAway() {
        return clock.millis() < awayUntil;
    }

    /** Among how many to divide the limits: while the store is away, and until the others must have found it again too. */
    int sharers() {
        return clock.millis() < carefulUntil ? nodes : 1;
    }

    int nodes() {
        return nodes;
    }

    /** Says that this node is there, and counts the others. */
    Disposable countNowAndAgain() {
        return alone
                ? Disposables.disposed()
                : scheduler.schedulePeriodically(this::count, 0, COUNT_EVERY, TimeUnit.MILLISECONDS);
    }

    private void count() {
        if (isAway()) {
            return;
        }
        noticing(store.addMember(NODES, Long.toString(node), clock.instant().plus(ALIVE))
                        .then(store.members(NODES).count()))
                .subscribe(
                        count -> nodes = Math.max(1, count.intValue()),
                        failure -> LOG.debug("Nodes were not counted", failure));
    }

    private <T> Mono<T> noticing(Mono<T> step) {
        return step.timeout(PATIENCE, deadlines).doOnSuccess(done -> comeBack()).doOnError(this::stayAway);
    }

    private synchronized void comeBack() {
        if (!isAway()) {
            pause = FIRST_PAUSE;
        }
    }

    private synchronized void stayAway(Throwable failure) {
        if (isAway()) {
            return;
        }
        if (pause == FIRST_PAUSE) {
            LOG.warn(
                    "Calls to GitHub cannot be written down for all nodes, so this one keeps to 1/{} of the limits: {}",
                    nodes,
                    failure.toString());
        }
        awayUntil = clock.millis() + pause;
        carefulUntil = awayUntil + CAREFUL;
        pause = Math.min(LONGEST_PAUSE, pause * 2);
    }

    private static String key(String principal) {
        return "pace:" + principal;
    }
}
