package dev.latchkey.gateway.membership;

import dev.latchkey.gateway.keys.KeyRing;
import dev.latchkey.gateway.keys.Unsealable;
import dev.latchkey.gateway.store.Store;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.util.retry.Retry;
import tools.jackson.databind.json.JsonMapper;

/**
 * What has changed at GitHub of late, in one numbered list that all nodes share.
 *
 * <p>Answers about people lie in many places: near on each node, in the store, and on their way from GitHub. Instead of
 * looking for all that a change touches, the change is written down under the next number, and each answer knows up to
 * which number it can be trusted. No clocks are compared, and an answer that was under way when the change happened is
 * found out like any other.
 */
final class Changes implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Changes.class);
    private static final String KEY = "membership-changes";
    private static final String TOPIC = "membership-changed";
    private static final Duration KEPT = Duration.ofHours(26);
    private static final Duration FOREVER = Duration.ofDays(3650);
    private static final int MOST = 1000;
    private static final int TRIES = 20;
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final Store store;
    private final KeyRing keys;
    private final Clock clock;
    private final Disposable hearing;
    private final Sinks.Many<Long> heard = Sinks.many().multicast().directBestEffort();
    private volatile Log log = new Log(-1, List.of());

    /** A change of everything within these scopes. */
    record Change(long seq, long at, Set<String> scopes) {}

    /** All changes of the last day, oldest first. */
    record Log(long seq, List<Change> changes) {

        Log and(Set<String> scopes, Instant now) {
            long next = Math.max(0, seq) + 1;
            List<Change> kept = new ArrayList<>(changes);
            kept.removeIf(change -> change.at() < now.minus(KEPT).toEpochMilli());
            if (kept.size() >= MOST) {
                // Too many to remember one by one: whatever is older is asked for again.
                kept.clear();
                kept.add(new Change(next, now.toEpochMilli(), Set.of(Scopes.EVERYTHING)));
            } else {
                kept.add(new Change(next, now.toEpochMilli(), scopes));
            }
            return new Log(next, List.copyOf(kept));
        }
    }

    Changes(Store store, KeyRing keys, Clock clock) {
        this.store = store;
        this.keys = keys;
        this.clock = clock;
        this.hearing = store.listen(TOPIC)
                .concatMap(message -> load().onErrorResume(failure -> {
                    LOG.warn("What changed at GitHub cannot be read: {}", failure.toString());
                    return Mono.empty();
                }))
                .subscribe();
    }

    /** The number of the newest change that this node knows of. */
    long newest() {
        return log.seq();
    }

    /** The same, read from the store if this node has not yet done so. */
    Mono<Long> known() {
        return log.seq() >= 0 ? Mono.just(log.seq()) : load();
    }

    /** True if something within these scopes changed after that number. */
    boolean touch(Set<String> scopes, long seq) {
        List<Change> changes = log.changes();
        for (int i = changes.size() - 1; i >= 0 && changes.get(i).seq() > seq; i--) {
            if (changes.get(i).scopes().stream().anyMatch(scopes::contains)) {
                return true;
            }
        }
        return false;
    }

    /** Writes a change down and tells every node. */
    Mono<Void> add(Set<String> scopes) {
        return Mono.defer(() -> tryToAdd(scopes))
                .filter(written -> written)
                .switchIfEmpty(Mono.error(() -> new IllegalStateException("others wrote at the same time")))
                .retryWhen(Retry.max(TRIES).filter(IllegalStateException.class::isInstance))
                .then(Mono.defer(() -> store.publish(TOPIC, "")));
    }

    private Mono<Boolean> tryToAdd(Set<String> scopes) {
        Instant now = clock.instant();
        return store.get(KEY)
                .flatMap(bytes -> {
                    Log next = open(bytes).and(scopes, now);
                    return store.replace(KEY, bytes, seal(next), now.plus(FOREVER))
                            .doOnNext(written -> takeUp(written, next));
                })
                .switchIfEmpty(Mono.defer(() -> {
                    Log next = new Log(0, List.of()).and(scopes, now);
                    return store.putIfAbsent(KEY, seal(next), now.plus(FOREVER))
                            .doOnNext(written -> takeUp(written, next));
                }));
    }

    private Mono<Long> load() {
        return store.get(KEY)
                .map(this::open)
                .defaultIfEmpty(new Log(0, List.of()))
                .doOnNext(loaded -> takeUp(true, loaded))
                .map(Log::seq);
    }

    private synchronized void takeUp(boolean written, Log loaded) {
        if (written && loaded.seq() > log.seq()) {
            log = loaded;
            heard.tryEmitNext(loaded.seq());
        }
    }

    /** The number of each change, as soon as this node knows of it. */
    Flux<Long> heard() {
        return heard.asFlux();
    }

    private byte[] seal(Log next) {
        return keys.seal(KEY, JSON.writeValueAsBytes(next));
    }

    /** A list sealed by a key that is gone could hold anything, and so touches everything. */
    private Log open(byte[] bytes) {
        try {
            return JSON.readValue(keys.open(KEY, bytes), Log.class);
        } catch (Unsealable e) {
            long now = clock.millis();
            return new Log(now, List.of(new Change(now, now, Set.of(Scopes.EVERYTHING))));
        }
    }

    @Override
    public void close() {
        hearing.dispose();
    }
}
