package dev.latchkey.gateway.github.pace;

import dev.latchkey.gateway.store.Store;
import java.time.Instant;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** A real store whose answers are handed over on the test's own thread, while simulated time stands still. */
final class PumpedStore implements Store {

    private final Store real;
    private final BlockingQueue<Runnable> answers = new LinkedBlockingQueue<>();
    private final AtomicInteger asked = new AtomicInteger();

    PumpedStore(Store real) {
        this.real = real;
    }

    /** Returns when nothing is asked that has not been answered. */
    void settle() {
        while (asked.get() > 0) {
            try {
                Runnable answer = answers.poll(20, TimeUnit.SECONDS);
                if (answer == null) {
                    throw new IllegalStateException("the store does not answer");
                }
                asked.decrementAndGet();
                answer.run();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }
    }

    private <T> Mono<T> pumped(Mono<T> step) {
        return Mono.create(sink -> {
            asked.incrementAndGet();
            step.materialize()
                    .subscribe(signal -> answers.add(() -> {
                        if (signal.isOnError()) {
                            sink.error(signal.getThrowable());
                        } else {
                            sink.success(signal.get());
                        }
                    }));
        });
    }

    @Override
    public Mono<byte[]> get(String key) {
        return pumped(real.get(key));
    }

    @Override
    public Mono<Void> put(String key, byte[] value, Instant end) {
        return pumped(real.put(key, value, end));
    }

    @Override
    public Mono<Boolean> putIfAbsent(String key, byte[] value, Instant end) {
        return pumped(real.putIfAbsent(key, value, end));
    }

    @Override
    public Mono<Boolean> replace(String key, byte[] expected, byte[] value, Instant end) {
        return pumped(real.replace(key, expected, value, end));
    }

    @Override
    public Mono<Boolean> replace(String key, byte[] expected, byte[] value) {
        return pumped(real.replace(key, expected, value));
    }

    @Override
    public Mono<Boolean> extend(String key, Instant end) {
        return pumped(real.extend(key, end));
    }

    @Override
    public Mono<Boolean> delete(String key) {
        return pumped(real.delete(key));
    }

    @Override
    public Mono<Boolean> deleteIf(String key, byte[] expected) {
        return pumped(real.deleteIf(key, expected));
    }

    @Override
    public Mono<Void> addMember(String set, String member, Instant end) {
        return pumped(real.addMember(set, member, end));
    }

    @Override
    public Mono<Void> removeMember(String set, String member) {
        return pumped(real.removeMember(set, member));
    }

    @Override
    public Flux<String> members(String set) {
        return pumped(real.members(set).collectList()).flatMapIterable(members -> members);
    }

    @Override
    public Mono<Void> schedule(String queue, String entry, Instant due) {
        return pumped(real.schedule(queue, entry, due));
    }

    @Override
    public Mono<Boolean> cancel(String queue, String entry) {
        return pumped(real.cancel(queue, entry));
    }

    @Override
    public Flux<String> takeDue(String queue, int most) {
        return pumped(real.takeDue(queue, most).collectList()).flatMapIterable(entries -> entries);
    }

    @Override
    public Mono<Void> publish(String topic, String message) {
        return pumped(real.publish(topic, message));
    }

    @Override
    public Flux<String> listen(String topic) {
        return real.listen(topic);
    }

    @Override
    public Mono<Void> ping() {
        return pumped(real.ping());
    }
}
