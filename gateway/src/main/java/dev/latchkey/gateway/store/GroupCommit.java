package dev.latchkey.gateway.store;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.h2.mvstore.MVStore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that changes the file. One thread makes every change atomic; and whatever was asked for while it wrote
 * the last commit goes into the next one together, so that a commit is paid for by all who wait.
 *
 * <p>A change is answered after its commit, so what was answered survives the death of the process. Once a second,
 * housekeeping runs in the same turn, and the file is forced to the disk: the death of the machine costs at most the
 * last second.
 */
final class GroupCommit implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(GroupCommit.class);

    /** Below this share of live data, the oldest chunks are written anew, a mebibyte a second. */
    private static final int FILL_RATE = 50;

    private static final int COMPACT_BYTES = 1 << 20;
    private static final long CLOSE_SECONDS = 30;

    private final MVStore file;
    private final Queue<Change<?>> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean turnDue = new AtomicBoolean();
    private final ScheduledExecutorService thread;
    private long synced;
    private boolean told;

    GroupCommit(MVStore file) {
        this.file = file;
        this.thread = Executors.newSingleThreadScheduledExecutor(task -> daemon(task, "latchkey-store-write"));
    }

    static Thread daemon(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    /** Has that done now and again, in turn with the changes. */
    void every(Duration pause, Runnable housekeeping) {
        thread.scheduleWithFixedDelay(
                () -> keepHouse(housekeeping), pause.toMillis(), pause.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Makes the change in its turn; completes, on the writing thread, once it is in the file. */
    <T> CompletableFuture<T> submit(Supplier<T> step) {
        Change<T> change = new Change<>(step);
        waiting.add(change);
        if (turnDue.compareAndSet(false, true)) {
            askForTurn();
        }
        return change.done;
    }

    private void askForTurn() {
        try {
            thread.execute(this::turn);
        } catch (RejectedExecutionException e) {
            turnDue.set(false);
            takeWaiting().forEach(change -> change.done.completeExceptionally(e));
        }
    }

    private void turn() {
        turnDue.set(false);
        List<Change<?>> changes = takeWaiting();
        changes.forEach(Change::make);
        try {
            commit();
            changes.forEach(Change::answer);
        } catch (RuntimeException e) {
            tell(e);
            changes.forEach(change -> change.done.completeExceptionally(e));
        }
    }

    private List<Change<?>> takeWaiting() {
        List<Change<?>> taken = new ArrayList<>();
        for (Change<?> change = waiting.poll(); change != null; change = waiting.poll()) {
            taken.add(change);
        }
        return taken;
    }

    private void commit() {
        file.commit();
        // A file that could not be written has closed itself, and then says nothing more.
        if (file.isClosed()) {
            throw new IllegalStateException("the file of the store is closed", file.getPanicException());
        }
    }

    private void keepHouse(Runnable housekeeping) {
        try {
            housekeeping.run();
            commit();
            file.compact(FILL_RATE, COMPACT_BYTES);
            file.commit();
            if (file.getCurrentVersion() != synced) {
                file.sync();
                synced = file.getCurrentVersion();
            }
        } catch (RuntimeException e) {
            tell(e);
        }
    }

    private void tell(RuntimeException e) {
        if (!told) {
            told = true;
            log.error("The file of the store cannot be written; mend the disk and start again", e);
        }
    }

    /** Finishes what was asked for; what is asked for later is rejected. */
    @Override
    public void close() {
        thread.shutdown();
        try {
            if (!thread.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                log.warn("The store took longer than {} s to finish its last writes", CLOSE_SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** One asked-for change, from the queue to the answer. */
    private static final class Change<T> {

        private final Supplier<T> step;
        private final CompletableFuture<T> done = new CompletableFuture<>();
        private @Nullable T outcome;

        Change(Supplier<T> step) {
            this.step = step;
        }

        void make() {
            try {
                outcome = step.get();
            } catch (RuntimeException e) {
                done.completeExceptionally(e);
            }
        }

        void answer() {
            done.complete(outcome);
        }
    }
}
