package dev.latchkey.gateway.vault;

import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Time that passes only when a test says so, and everything that is under way in it, on one thread. What comes of a seed is
 * always the same.
 */
final class SimulatedTime {

    /** Far from zero, so that nothing depends on it. */
    private static final long START = 1_800_000_000_000L;

    private final @Nullable SplittableRandom random;
    private final PriorityQueue<Event> events = new PriorityQueue<>();
    private final @Nullable List<String> tale;
    private long now = START;
    private long count;

    private record Event(long at, long number, Runnable run) implements Comparable<Event> {

        @Override
        public int compareTo(Event other) {
            int byTime = Long.compare(at, other.at);
            return byTime != 0 ? byTime : Long.compare(number, other.number);
        }
    }

    private SimulatedTime(@Nullable SplittableRandom random, @Nullable List<String> tale) {
        this.random = random;
        this.tale = tale;
    }

    static SimulatedTime of(long seed) {
        return new SimulatedTime(new SplittableRandom(seed), null);
    }

    /** One that notes what happens, for people to read. */
    static SimulatedTime told(long seed) {
        return new SimulatedTime(new SplittableRandom(seed), new ArrayList<>());
    }

    /** One in which nothing is left to chance: every way takes a millisecond and what can go well does. */
    static SimulatedTime steady() {
        return new SimulatedTime(null, new ArrayList<>());
    }

    long now() {
        return now;
    }

    /** Milliseconds that something takes: mostly a few, now and then seconds, never more than that. */
    long takes(long most) {
        if (random == null) {
            return 1;
        }
        int kind = random.nextInt(20);
        long bound = kind < 14 ? 8 : kind < 18 ? 200 : most;
        return random.nextLong(Math.min(bound, most) + 1);
    }

    boolean chance(int percent) {
        return random != null && random.nextInt(100) < percent;
    }

    long upTo(long most) {
        return random == null ? 0 : random.nextLong(most + 1);
    }

    void after(long millis, Runnable run) {
        events.add(new Event(now + millis, count++, run));
    }

    /** Lets that time pass, with all that happens in it. */
    void pass(long millis) {
        long end = now + millis;
        for (Event next = events.peek(); next != null && next.at() <= end; next = events.peek()) {
            events.remove();
            now = next.at();
            next.run().run();
        }
        now = end;
    }

    void tell(Supplier<String> what) {
        if (tale != null) {
            tale.add(String.format("%10.3f  %s", (now - START) / 1000.0, what.get()));
        }
    }

    List<String> tale() {
        return tale == null ? List.of() : List.copyOf(tale);
    }
}
