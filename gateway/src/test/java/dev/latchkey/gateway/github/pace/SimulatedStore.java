package dev.latchkey.gateway.github.pace;

import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.store.Store;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Supplier;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxSink;
import reactor.core.publisher.Mono;

/**
 * A store that several simulated nodes share: a step has its effect some time after it was asked for, and its answer comes
 * some time after that. Away, it fails either before the effect or after it.
 */
public final class SimulatedStore implements Store {

    private final SimulatedTime time;
    private final Random random;
    private final int slowest;
    private final Map<String, byte[]> records = new HashMap<>();
    private final Map<String, Set<String>> sets = new HashMap<>();
    private final Map<String, List<FluxSink<String>>> listeners = new HashMap<>();
    private boolean away;
    private int steps;

    public SimulatedStore(SimulatedTime time, Random random, int slowest) {
        this.time = time;
        this.random = random;
        this.slowest = slowest;
    }

    void setAway(boolean away) {
        this.away = away;
    }

    /** How often it was asked for anything. */
    int steps() {
        return steps;
    }

    private <T> Mono<T> step(Supplier<T> effect) {
        return Mono.create(sink -> {
            steps++;
            time.after(random.nextInt(slowest + 1), () -> {
                boolean lostOnTheWay = away && random.nextBoolean();
                T result = lostOnTheWay ? null : effect.get();
                boolean lost = away;
                time.after(random.nextInt(slowest + 1), () -> {
                    if (lost) {
                        sink.error(Problem.of(ProblemCode.STORE_UNAVAILABLE));
                    } else {
                        sink.success(result);
                    }
                });
            });
        });
    }

    @Override
    public Mono<byte[]> get(String key) {
        return step(() -> records.get(key));
    }

    @Override
    public Mono<Boolean> putIfAbsent(String key, byte[] value, Instant end) {
        return step(() -> records.putIfAbsent(key, value) == null);
    }

    @Override
    public Mono<Boolean> replace(String key, byte[] expected, byte[] value, Instant end) {
        return step(() -> {
            boolean same = Arrays.equals(records.get(key), expected);
            if (same) {
                records.put(key, value);
            }
            return same;
        });
    }

    @Override
    public Mono<Void> addMember(String set, String member, Instant end) {
        return step(() -> sets.computeIfAbsent(set, name -> new HashSet<>()).add(member))
                .then();
    }

    @Override
    public Flux<String> members(String set) {
        return step(() -> Set.copyOf(sets.getOrDefault(set, Set.of()))).flatMapIterable(members -> members);
    }

    @Override
    public Mono<Void> put(String key, byte[] value, Instant end) {
        return step(() -> Optional.ofNullable(records.put(key, value))).then();
    }

    @Override
    public Mono<Boolean> replace(String key, byte[] expected, byte[] value) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Mono<Boolean> extend(String key, Instant end) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Mono<Boolean> delete(String key) {
        return step(() -> records.remove(key) != null);
    }

    @Override
    public Mono<Boolean> deleteIf(String key, byte[] expected) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Mono<Void> removeMember(String set, String member) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Mono<Void> schedule(String queue, String entry, Instant due) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Mono<Boolean> cancel(String queue, String entry) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Flux<String> takeDue(String queue, int most) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Mono<Void> publish(String topic, String message) {
        return step(() -> {
                    List.copyOf(listeners.getOrDefault(topic, List.of()))
                            .forEach(each -> time.after(random.nextInt(slowest + 1), () -> each.next(message)));
                    return true;
                })
                .then();
    }

    @Override
    public Flux<String> listen(String topic) {
        return Flux.create(sink -> {
            listeners.computeIfAbsent(topic, name -> new ArrayList<>()).add(sink);
            sink.onDispose(() -> listeners.get(topic).remove(sink));
        });
    }

    @Override
    public Mono<Void> ping() {
        throw new UnsupportedOperationException();
    }
}
