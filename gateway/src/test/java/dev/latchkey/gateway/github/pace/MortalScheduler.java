package dev.latchkey.gateway.github.pace;

import java.util.concurrent.TimeUnit;
import reactor.core.Disposable;
import reactor.core.scheduler.Scheduler;

/** The scheduler of one simulated node; when the node is dead, nothing that was planned is done any more. */
final class MortalScheduler implements Scheduler {

    private final Scheduler real;
    private boolean dead;

    MortalScheduler(Scheduler real) {
        this.real = real;
    }

    void die() {
        dead = true;
    }

    private Runnable alive(Runnable task) {
        return () -> {
            if (!dead) {
                task.run();
            }
        };
    }

    @Override
    public Disposable schedule(Runnable task) {
        return real.schedule(alive(task));
    }

    @Override
    public Disposable schedule(Runnable task, long delay, TimeUnit unit) {
        return real.schedule(alive(task), delay, unit);
    }

    @Override
    public Disposable schedulePeriodically(Runnable task, long initialDelay, long period, TimeUnit unit) {
        return real.schedulePeriodically(alive(task), initialDelay, period, unit);
    }

    @Override
    public Worker createWorker() {
        return real.createWorker();
    }

    @Override
    public void dispose() {
        die();
    }
}
