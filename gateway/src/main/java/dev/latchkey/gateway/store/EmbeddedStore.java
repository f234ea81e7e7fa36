package dev.latchkey.gateway.store;

import dev.latchkey.gateway.problem.ConfigurationRefused;
import dev.latchkey.gateway.problem.Problem;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.h2.mvstore.MVStore;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * The state of a single node, in one file of its data folder. Needs no server and survives a restart, {@code kill -9}
 * included.
 *
 * <p>Its own few threads do all reading and writing. A thread of the caller must not: when a request is cancelled, Reactor
 * interrupts the thread that works for it, and an interrupt in the midst of reading closes the file for everybody.
 */
public final class EmbeddedStore implements Store, AutoCloseable {

    private static final Duration SWEEP_EVERY = Duration.ofSeconds(1);
    private static final int SWEEP_AT_MOST = 10_000;
    private static final int READERS = 2;
    private static final char SET_END = '\0';

    private final Path folder;
    private final Clock clock;
    private final MVStore file;
    private final EndingRecords records;
    private final EndingRecords members;
    private final EndingRecords due;
    private final GroupCommit writer;
    private final ExecutorService readers;
    private final Announcements announcements = new Announcements();

    /**
     * Opens the store in that folder, which is made where there is none.
     *
     * @throws ConfigurationRefused if the folder cannot be used, or another process uses it
     */
    public EmbeddedStore(Path folder, Clock clock) {
        this.folder = folder;
        this.clock = clock;
        this.file = StoreFile.open(folder);
        this.records = new EndingRecords(file, "records");
        this.members = new EndingRecords(file, "members");
        this.due = new EndingRecords(file, "due");
        this.writer = new GroupCommit(file);
        this.readers = Executors.newFixedThreadPool(READERS, task -> GroupCommit.daemon(task, "latchkey-store-read"));
        writer.every(SWEEP_EVERY, this::deleteEnded);
    }

    /** The folder where this node keeps its files. */
    public Path folder() {
        return folder;
    }

    @Override
    public Mono<byte[]> get(String key) {
        return reading(() -> find(key));
    }

    @Override
    public Mono<Void> put(String key, byte[] value, Instant end) {
        return changing(() -> overwrite(key, value, end)).then();
    }

    @Override
    public Mono<Boolean> putIfAbsent(String key, byte[] value, Instant end) {
        return changing(() -> find(key) == null && overwrite(key, value, end));
    }

    @Override
    public Mono<Boolean> replace(String key, byte[] expected, byte[] value, Instant end) {
        return changing(() -> {
            Stored known = records.find(key, now());
            return known != null && known.holds(expected) && overwrite(key, value, end);
        });
    }

    @Override
    public Mono<Boolean> replace(String key, byte[] expected, byte[] value) {
        return changing(() -> {
            Stored known = records.find(key, now());
            if (known == null || !known.holds(expected)) {
                return false;
            }
            records.put(key, new Stored(known.end(), value.clone()));
            return true;
        });
    }

    @Override
    public Mono<Boolean> extend(String key, Instant end) {
        return changing(() -> {
            Stored known = records.find(key, now());
            if (known != null && Ends.millis(end) > known.end()) {
                overwrite(key, known.value(), end);
            }
            return known != null;
        });
    }

    @Override
    public Mono<Boolean> delete(String key) {
        return changing(() -> records.remove(key, now()));
    }

    @Override
    public Mono<Boolean> deleteIf(String key, byte[] expected) {
        return changing(() -> {
            Stored known = records.find(key, now());
            return known != null && known.holds(expected) && records.remove(key, now());
        });
    }

    @Override
    public Mono<Void> addMember(String set, String member, Instant end) {
        Stored stored = new Stored(Ends.millis(end), Stored.NOTHING);
        return changing(() -> {
                    members.put(first(set) + member, stored);
                    return true;
                })
                .then();
    }

    @Override
    public Mono<Void> removeMember(String set, String member) {
        return changing(() -> members.remove(first(set) + member, now())).then();
    }

    @Override
    public Flux<String> members(String set) {
        String first = first(set);
        return reading(() -> members.keys(first, now()))
                .flatMapIterable(keys -> keys)
                .map(key -> key.substring(first.length()));
    }

    @Override
    public Mono<Void> schedule(String queue, String entry, Instant at) {
        Stored stored = new Stored(Ends.millis(at), Stored.NOTHING);
        return changing(() -> {
                    due.put(first(queue) + entry, stored);
                    return true;
                })
                .then();
    }

    @Override
    public Mono<Boolean> cancel(String queue, String entry) {
        return changing(() -> due.drop(first(queue) + entry));
    }

    @Override
    public Flux<String> takeDue(String queue, int most) {
        String first = first(queue);
        return changing(() -> due.takeEnded(first, now(), most))
                .flatMapIterable(keys -> keys)
                .map(key -> key.substring(first.length()));
    }

    @Override
    public Mono<Void> publish(String topic, String message) {
        return Mono.fromRunnable(() -> announcements.announce(topic, message));
    }

    @Override
    public Flux<String> listen(String topic) {
        return announcements.on(topic);
    }

    @Override
    public Mono<Void> ping() {
        return changing(() -> true).then();
    }

    /**
     * The record, or null if there is none or its end has come. Blocks while the disk is read.
     *
     * @throws Problem {@code store.unavailable}
     */
    public byte @Nullable [] read(String key) {
        return waitFor(() -> CompletableFuture.supplyAsync(() -> find(key), readers));
    }

    /**
     * Writes the record, whatever was there. Blocks until it is in the file.
     *
     * @throws Problem {@code store.unavailable}
     */
    public void write(String key, byte[] value, Instant end) {
        waitFor(() -> writer.submit(() -> overwrite(key, value, end)));
    }

    /**
     * Deletes the record; true for exactly one of many callers. Blocks until it is gone from the file.
     *
     * @throws Problem {@code store.unavailable}
     */
    public boolean remove(String key) {
        return Boolean.TRUE.equals(waitFor(() -> writer.submit(() -> records.remove(key, now()))));
    }

    /** Finishes what was asked for and closes the file. */
    @Override
    public void close() {
        writer.close();
        readers.shutdown();
        file.close();
    }

    /** How many records and members the file holds, with those that ended since the last sweep. */
    int kept() {
        return records.size() + members.size();
    }

    private void deleteEnded() {
        long now = now();
        records.sweep(now, SWEEP_AT_MOST);
        members.sweep(now, SWEEP_AT_MOST);
    }

    private byte @Nullable [] find(String key) {
        Stored stored = records.find(key, now());
        return stored == null ? null : stored.value().clone();
    }

    private boolean overwrite(String key, byte[] value, Instant end) {
        records.put(key, new Stored(Ends.millis(end), value.clone()));
        return true;
    }

    /** Where the members of that set begin; no set's name holds the character that ends it. */
    private static String first(String set) {
        if (set.indexOf(SET_END) >= 0) {
            throw new IllegalArgumentException("the name of a set holds a NUL character");
        }
        return set + SET_END;
    }

    private long now() {
        return clock.millis();
    }

    private <T> Mono<T> reading(Supplier<@Nullable T> step) {
        return outcome(() -> CompletableFuture.supplyAsync(step, readers));
    }

    private <T> Mono<T> changing(Supplier<T> step) {
        return outcome(() -> writer.submit(step));
    }

    /** A change goes on when its caller goes away; the threads of the store serve no subscriber. */
    private static <T> Mono<T> outcome(Supplier<CompletableFuture<T>> work) {
        return Mono.fromFuture(work, true).onErrorMap(StoreUnavailable::because).publishOn(Schedulers.boundedElastic());
    }

    private static <T> @Nullable T waitFor(Supplier<CompletableFuture<T>> work) {
        try {
            return work.get().get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw StoreUnavailable.because(e);
        } catch (ExecutionException e) {
            throw StoreUnavailable.because(e.getCause() == null ? e : e.getCause());
        } catch (RuntimeException e) {
            throw StoreUnavailable.because(e);
        }
    }
}
