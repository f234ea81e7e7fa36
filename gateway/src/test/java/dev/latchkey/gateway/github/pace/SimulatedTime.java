package dev.latchkey.gateway.github.pace;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.TimeUnit;
import reactor.core.scheduler.Scheduler;
import reactor.test.scheduler.VirtualTimeScheduler;

/** One thread, and a time that passes only when told to. */
public final class SimulatedTime {

    private final VirtualTimeScheduler scheduler = VirtualTimeScheduler.create();
    private final Instant beginning;

    public SimulatedTime(Instant beginning) {
        this.beginning = beginning;
    }

    public Scheduler scheduler() {
        return scheduler;
    }

    public long now() {
        return beginning.toEpochMilli() + scheduler.now(TimeUnit.MILLISECONDS);
    }

    public void pass(Duration time) {
        scheduler.advanceTimeBy(time);
    }

    public void after(long millis, Runnable task) {
        scheduler.schedule(task, millis, TimeUnit.MILLISECONDS);
    }

    /** A clock that is so many milliseconds ahead of true time. */
    public Clock clock(long ahead) {
        return new Clock() {
            @Override
            public Instant instant() {
                return Instant.ofEpochMilli(now() + ahead);
            }

            @Override
            public long millis() {
                return now() + ahead;
            }

            @Override
            public ZoneId getZone() {
                return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(ZoneId zone) {
                throw new UnsupportedOperationException();
            }
        };
    }
}
