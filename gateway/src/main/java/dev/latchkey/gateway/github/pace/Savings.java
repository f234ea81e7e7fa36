package dev.latchkey.gateway.github.pace;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.latchkey.gateway.store.EmbeddedStore;
import dev.latchkey.gateway.store.Store;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * How many answers have cost a principal nothing of a quota since its window began, on all nodes: what the cache is worth to
 * that person.
 *
 * <p>Counting is a matter of this node's memory. Every few seconds what was counted is added to the store, where it is read
 * only when somebody asks to see it; what a node has counted since is known to that node alone, and ends with it.
 */
public final class Savings implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Savings.class);

    /** What becomes of a call, as {@code X-Latchkey-Cache} tells it, where GitHub counts nothing. */
    private static final Set<String> FREE = Set.of("hit", "revalidated", "stale", "coalesced");

    private static final int MOST = 50_000;

    /** GitHub tells the end of one window by different answers a second apart. */
    private static final Duration SAME = Duration.ofSeconds(30);

    private static final long TELL_EVERY = 10_000;
    private static final int AT_ONCE = 8;
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final Pacer pacer;
    private final Store store;
    private final Scheduler scheduler;
    private final boolean alone;
    private final Resources resources = new Resources();
    private final AtomicBoolean telling = new AtomicBoolean();
    private final Cache<Key, Saved> saved =
            Caffeine.newBuilder().maximumSize(MOST).executor(Runnable::run).build();
    private volatile Disposable planned = Disposables.disposed();

    Savings(Pacer pacer, Store store, Scheduler scheduler) {
        this.pacer = pacer;
        this.store = store;
        this.scheduler = scheduler;
        this.alone = store instanceof EmbeddedStore;
    }

    private record Key(String principal, String resource) {

        String stored() {
            return "saved:" + resource + ':' + principal;
        }
    }

    /**
     * A count.
     *
     * @param end of the window that it was counted in
     * @param told how much all nodes had counted when this one last added to it
     * @param untold how much this one has counted since
     */
    private record Saved(Instant end, long told, long untold) {

        boolean isOf(Instant other) {
            return Duration.between(end, other).abs().compareTo(SAME) < 0;
        }

        Saved plusOne() {
            return new Saved(end, told, untold + 1);
        }

        long count() {
            return told + untold;
        }

        byte[] write() {
            return new Ink().write(end.toEpochMilli()).write(count()).toBytes();
        }

        static @Nullable Saved read(byte[] bytes) {
            try {
                Ink ink = new Ink(bytes);
                return new Saved(Instant.ofEpochMilli(ink.read()), ink.read(), 0);
            } catch (RuntimeException e) {
                LOG.warn("A count of what was saved cannot be read and is begun anew: {}", e.toString());
                return null;
            }
        }
    }

    /** From now on other nodes are told of what this one counts, until it is closed. */
    void start() {
        if (!alone) {
            planned = scheduler.schedulePeriodically(this::tell, TELL_EVERY, TELL_EVERY, TimeUnit.MILLISECONDS);
        }
    }

    @Override
    public void close() {
        planned.dispose();
    }

    /** Whether an answer with that outcome costs nothing. */
    public static boolean isFree(@Nullable String outcome) {
        return outcome != null && FREE.contains(outcome);
    }

    /** An answer about that path came for nothing. Nothing is counted before a window is known. */
    public void add(String principal, String path) {
        String resource = resources.of(path);
        QuotaView quota = pacer.quota(principal, resource);
        if (quota != null) {
            saved.asMap()
                    .merge(
                            new Key(principal, resource),
                            new Saved(quota.reset(), 0, 1),
                            (old, one) -> old.isOf(one.end()) ? old.plusOne() : one);
        }
    }

    /**
     * How many did in the window of that quota that ends then, by GitHub's clock; where the store does not answer, as far as
     * this node has heard.
     */
    public Mono<Long> of(String principal, String resource, Instant reset) {
        Key key = new Key(principal, resource);
        Saved own = saved.getIfPresent(key);
        Saved counted = own != null && own.isOf(reset) ? own : new Saved(reset, 0, 0);
        return alone
                ? Mono.just(counted.count())
                : stored(key, counted.end())
                        .map(all -> Math.max(all, counted.told()) + counted.untold())
                        .timeout(PATIENCE)
                        .onErrorReturn(counted.count());
    }

    /** How much all nodes have counted in the window that ends then. */
    private Mono<Long> stored(Key key, Instant end) {
        return store.get(key.stored())
                .mapNotNull(Saved::read)
                .filter(found -> found.isOf(end))
                .map(Saved::told)
                .defaultIfEmpty(0L);
    }

    /** One round after the other: where there is much to tell, the store sets the pace. */
    private void tell() {
        if (!telling.compareAndSet(false, true)) {
            return;
        }
        List<Map.Entry<Key, Saved>> untold = saved.asMap().entrySet().stream()
                .filter(entry -> entry.getValue().untold() > 0)
                .toList();
        Flux.fromIterable(untold)
                .flatMap(entry -> add(entry.getKey(), entry.getValue()), AT_ONCE)
                .doFinally(end -> telling.set(false))
                .subscribe(done -> {}, failure -> LOG.debug("What was saved was not told", failure));
    }

    /** What loses to another node's telling has its turn in the next round. */
    private Mono<Boolean> add(Key key, Saved counted) {
        byte[] none = {};
        return store.get(key.stored())
                .defaultIfEmpty(none)
                .flatMap(before -> replace(key, before, counted))
                .timeout(PATIENCE);
    }

    private Mono<Boolean> replace(Key key, byte[] before, Saved counted) {
        Saved there = before.length == 0 ? null : Saved.read(before);
        if (there != null && !there.isOf(counted.end()) && there.end().isAfter(counted.end())) {
            // Others are in a later window already: what was saved in this one is nobody's concern any more.
            told(key, counted, 0);
            return Mono.just(true);
        }
        long all = (there != null && there.isOf(counted.end()) ? there.told() : 0) + counted.untold();
        byte[] sum = new Saved(counted.end(), all, 0).write();
        Instant end = counted.end().plus(SAME);
        Mono<Boolean> written = before.length == 0
                ? store.putIfAbsent(key.stored(), sum, end)
                : store.replace(key.stored(), before, sum, end);
        return written.doOnNext(won -> {
            if (won) {
                told(key, counted, all);
            }
        });
    }

    /** What was counted meanwhile is still to be told. */
    private void told(Key key, Saved counted, long all) {
        saved.asMap()
                .computeIfPresent(
                        key,
                        (same, now) -> now.isOf(counted.end())
                                ? new Saved(now.end(), all, now.untold() - counted.untold())
                                : now);
    }
}
