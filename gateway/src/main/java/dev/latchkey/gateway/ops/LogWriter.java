package dev.latchkey.gateway.ops;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes what event loops hand over, on a thread of its own: a log that takes its time keeps no request waiting. So many
 * may wait to be written; what comes beyond is dropped, counted, and told of in the log as soon as there is room again.
 */
final class LogWriter<T> implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(LogWriter.class);
    private static final long LOOK = 200;
    private static final long LAST_LINES = 5_000;

    private final BlockingQueue<T> waiting;
    private final Consumer<T> sink;
    private final LongConsumer gap;
    private final AtomicLong dropped = new AtomicLong();
    private final Thread thread;
    private long told;
    private volatile boolean closed;

    /** @param gap writes that so many were dropped */
    LogWriter(String name, int most, Consumer<T> sink, LongConsumer gap) {
        this.waiting = new ArrayBlockingQueue<>(most);
        this.sink = sink;
        this.gap = gap;
        this.thread = new Thread(this::work, name);
        this.thread.setDaemon(true);
        this.thread.start();
    }

    /** Never waits. */
    void write(T event) {
        if (!waiting.offer(event)) {
            dropped.incrementAndGet();
        }
    }

    /** The same, but leaves room for so many others: for what anybody may cause as often as they like. */
    void write(T event, int others) {
        if (waiting.remainingCapacity() > others) {
            write(event);
        } else {
            dropped.incrementAndGet();
        }
    }

    /** How many were dropped since the start. */
    long dropped() {
        return dropped.get();
    }

    private void work() {
        try {
            while (!closed || !waiting.isEmpty()) {
                T event = waiting.poll(LOOK, TimeUnit.MILLISECONDS);
                if (event != null) {
                    safely(() -> sink.accept(event));
                }
                tellOfGap();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void tellOfGap() {
        long missing = dropped.get() - told;
        if (missing > 0) {
            told += missing;
            safely(() -> gap.accept(missing));
        }
    }

    /** One event that cannot be written must not be the last. */
    private static void safely(Runnable write) {
        try {
            write.run();
        } catch (RuntimeException e) {
            LOG.error("A line of the log could not be written", e);
        }
    }

    /** Writes what waits, for as long as a stopping gateway may take over it. */
    @Override
    public void close() {
        closed = true;
        try {
            thread.join(LAST_LINES);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (!waiting.isEmpty()) {
            LOG.error("{} lines of the log {} are lost: it takes them too slowly", waiting.size(), thread.getName());
        }
    }
}
