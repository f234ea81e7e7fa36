package dev.latchkey.gateway.vault;

import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.store.Store;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxSink;
import reactor.core.publisher.Mono;

/**
 * A store that several simulated nodes share. Every verb has its effect some time after it was called, in one step, and its
 * answer arrives some time after that; either may fail to happen.
 */
final class SimulatedStore {

    /** The longest way there, and the longest way back. */
    static final long SLOWEST = 1_500;

    private final SimulatedTime time;
    private final Witness witness;
    private final Map<String, Entry> records = new HashMap<>();
    private final List<Listener> listeners = new ArrayList<>();
    private final Map<SimulatedNode, Long> slowness = new HashMap<>();
    private boolean away;
    private int failures;

    /** Sees every change at the moment of its effect. */
    interface Witness {

        void changed(SimulatedNode by, Change change, String key, byte @Nullable [] before, byte @Nullable [] after);

        void heard(SimulatedNode node, String message, long since);
    }

    enum Change {
        PUT,
        REPLACE,
        DELETE
    }

    private record Entry(byte[] value, long end) {}

    private record Listener(SimulatedNode node, String topic, FluxSink<String> sink) {}

    SimulatedStore(SimulatedTime time, Witness witness) {
        this.time = time;
        this.witness = witness;
    }

    /** Nothing reaches it any more, or everything again. */
    void setAway(boolean away) {
        this.away = away;
    }

    /** So many of a hundred calls fail by themselves. */
    void setFailures(int percent) {
        this.failures = percent;
    }

    /** Answers to that node take so long from now on. */
    void setSlow(SimulatedNode node, long millis) {
        slowness.put(node, millis);
    }

    /** As that node sees it. */
    Store as(SimulatedNode node) {
        return new Connection(node);
    }

    byte @Nullable [] read(String key) {
        Entry entry = records.get(key);
        return entry == null || entry.end() <= time.now() ? null : entry.value();
    }

    private final class Connection implements Store {

        private final SimulatedNode node;

        Connection(SimulatedNode node) {
            this.node = node;
        }

        @Override
        public Mono<byte[]> get(String key) {
            return call("get", () -> {
                byte[] value = read(key);
                return value == null ? null : value.clone();
            });
        }

        @Override
        public Mono<Void> put(String key, byte[] value, Instant end) {
            return call("put", () -> write(Change.PUT, key, value, end.toEpochMilli()))
                    .then();
        }

        /** With an end of its own it is a sign-in that replaces the record. */
        @Override
        public Mono<Boolean> replace(String key, byte[] expected, byte[] value, Instant end) {
            return call("replace", () -> holds(key, expected) && write(Change.PUT, key, value, end.toEpochMilli()));
        }

        @Override
        public Mono<Boolean> replace(String key, byte[] expected, byte[] value) {
            return call(
                    "replace",
                    () -> holds(key, expected)
                            && write(
                                    Change.REPLACE, key, value, records.get(key).end()));
        }

        @Override
        public Mono<Boolean> deleteIf(String key, byte[] expected) {
            return call("delete", () -> holds(key, expected) && remove(key));
        }

        @Override
        public Mono<Boolean> extend(String key, Instant end) {
            return call("extend", () -> {
                Entry entry = records.get(key);
                if (read(key) == null || entry == null) {
                    return false;
                }
                records.put(key, new Entry(entry.value(), Math.max(entry.end(), end.toEpochMilli())));
                return true;
            });
        }

        @Override
        public Mono<Void> publish(String topic, String message) {
            return call("publish", () -> {
                        spread(topic, message);
                        return true;
                    })
                    .then();
        }

        @Override
        public Flux<String> listen(String topic) {
            return Flux.create(sink -> listeners.add(new Listener(node, topic, sink)));
        }

        private <T> Mono<T> call(String verb, Supplier<@Nullable T> effect) {
            return Mono.create(sink -> {
                boolean lostOnTheWay = time.chance(failures);
                boolean answerLost = time.chance(failures);
                time.after(time.takes(SLOWEST), () -> {
                    boolean happens = !lostOnTheWay && !away;
                    T result = happens ? effect.get() : null;
                    node.later(time.takes(SLOWEST) + slowness.getOrDefault(node, 0L), () -> {
                        if (!happens || answerLost || away) {
                            time.tell(() -> node + " hears nothing of its " + verb
                                    + (happens ? ", which was done" : ", which was not done"));
                            sink.error(unavailable());
                        } else if (result == null) {
                            sink.success();
                        } else {
                            sink.success(result);
                        }
                    });
                });
            });
        }

        private boolean holds(String key, byte[] expected) {
            return Arrays.equals(read(key), expected);
        }

        private boolean write(Change change, String key, byte[] value, long end) {
            byte[] before = read(key);
            records.put(key, new Entry(value.clone(), end));
            witness.changed(node, change, key, before, value);
            return true;
        }

        private boolean remove(String key) {
            byte[] before = read(key);
            records.remove(key);
            witness.changed(node, Change.DELETE, key, before, null);
            return true;
        }

        @Override
        public Mono<Boolean> putIfAbsent(String key, byte[] value, Instant end) {
            throw unused();
        }

        @Override
        public Mono<Boolean> delete(String key) {
            throw unused();
        }

        @Override
        public Mono<Void> addMember(String set, String member, Instant end) {
            throw unused();
        }

        @Override
        public Mono<Void> removeMember(String set, String member) {
            throw unused();
        }

        @Override
        public Flux<String> members(String set) {
            throw unused();
        }

        @Override
        public Mono<Void> schedule(String queue, String entry, Instant due) {
            throw unused();
        }

        @Override
        public Mono<Boolean> cancel(String queue, String entry) {
            throw unused();
        }

        @Override
        public Flux<String> takeDue(String queue, int most) {
            throw unused();
        }

        @Override
        public Mono<Void> ping() {
            throw unused();
        }
    }

    private void spread(String topic, String message) {
        long sent = time.now();
        for (Listener listener : listeners) {
            if (!listener.topic().equals(topic)) {
                continue;
            }
            if (listener.node().isDeaf()) {
                time.tell(() -> listener.node() + " misses the message of " + message);
                continue;
            }
            listener.node().later(time.takes(SLOWEST), () -> {
                witness.heard(listener.node(), message, sent);
                listener.sink().next(message);
            });
        }
    }

    /** Tells a node that it may have missed something. */
    void gap(SimulatedNode node) {
        long sent = time.now();
        for (Listener listener : listeners) {
            if (listener.node() == node) {
                node.later(0, () -> {
                    witness.heard(node, Store.GAP, sent);
                    listener.sink().next(Store.GAP);
                });
            }
        }
    }

    private static Problem unavailable() {
        return Problem.of(ProblemCode.STORE_UNAVAILABLE).retryAfter(Duration.ofSeconds(5));
    }

    private static UnsupportedOperationException unused() {
        return new UnsupportedOperationException("the vault does not use this");
    }
}
