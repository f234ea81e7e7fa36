package dev.latchkey.gateway.testing;

import java.time.Clock;
import java.util.concurrent.PriorityBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/** A scheduler whose delays are those of a clock, whatever a test does to that: it looks at the clock every millisecond. */
final class ClockTimers implements Scheduler {

    private final Clock clock;
    private final PriorityBlockingQueue<Timer> timers = new PriorityBlockingQueue<>();
    private final AtomicLong numbers = new AtomicLong();
    private final Scheduler looking = Schedulers.newSingle("clock-timers", true);

    ClockTimers(Clock clock) {
        this.clock = clock;
        looking.schedulePeriodically(this::look, 1, 1, TimeUnit.MILLISECONDS);
    }

    private record Timer(long due, long number, Runnable task, Disposable cancelled) implements Comparable<Timer> {

        @Override
        public int compareTo(Timer other) {
            return due == other.due ? Long.compare(number, other.number) : Long.compare(due, other.due);
        }
    }

    private void look() {
        long now = clock.millis();
        for (Timer next = timers.peek(); next != null && next.due() <= now; next = timers.peek()) {
            Timer timer = timers.poll();
            if (timer != null && !timer.cancelled().isDisposed()) {
                Schedulers.parallel().schedule(timer.task());
            }
        }
    }

    @Override
    public Disposable schedule(Runnable task) {
        return Schedulers.parallel().schedule(task);
    }

    @Override
    public Disposable schedule(Runnable task, long delay, TimeUnit unit) {
        Disposable cancelled = Disposables.single();
        add(task, unit.toMillis(delay), cancelled);
        return cancelled;
    }

    @Override
    public Disposable schedulePeriodically(Runnable task, long initialDelay, long period, TimeUnit unit) {
        Disposable cancelled = Disposables.single();
        add(() -> repeat(task, unit.toMillis(period), cancelled), unit.toMillis(initialDelay), cancelled);
        return cancelled;
    }

    private void repeat(Runnable task, long period, Disposable cancelled) {
        task.run();
        add(() -> repeat(task, period, cancelled), period, cancelled);
    }

    private void add(Runnable task, long delay, Disposable cancelled) {
        timers.add(new Timer(clock.millis() + delay, numbers.incrementAndGet(), task, cancelled));
    }

    @Override
    public Worker createWorker() {
        throw new UnsupportedOperationException("Nothing here works in order");
    }

    @Override
    public void dispose() {
        looking.dispose();
    }
}
