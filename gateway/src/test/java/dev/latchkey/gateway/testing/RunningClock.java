package dev.latchkey.gateway.testing;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicReference;
import reactor.core.scheduler.Scheduler;

/**
 * The system's clock, which a test can put forward, and make go faster or slower. For tests with a real Redis, whose own
 * clock runs: what is to end soon by a clock that stands still has ended there long ago.
 */
public final class RunningClock extends Clock {

    private final AtomicReference<Going> going = new AtomicReference<>(Going.asTheSystems());

    /** From a moment of the system's on, that many times as fast. */
    private record Going(Instant since, Instant from, double speed) {

        static Going asTheSystems() {
            Instant now = Instant.now();
            return new Going(now, now, 1);
        }

        Instant at(Instant system) {
            return from.plusNanos((long) (Duration.between(since, system).toNanos() * speed));
        }

        Going andFurther(Duration duration, double newSpeed) {
            Instant now = Instant.now();
            return new Going(now, at(now).plus(duration), newSpeed);
        }
    }

    public void advance(Duration duration) {
        going.updateAndGet(before -> before.andFurther(duration, before.speed()));
    }

    /** From now on so many times as fast as the system's. */
    public void speed(double times) {
        going.updateAndGet(before -> before.andFurther(Duration.ZERO, times));
    }

    /** Does things when this clock says that it is time; to be disposed of. */
    public Scheduler timers() {
        return new ClockTimers(this);
    }

    @Override
    public Instant instant() {
        return going.get().at(Instant.now());
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        throw new UnsupportedOperationException();
    }
}
