package dev.latchkey.gateway.github.pace;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Against a list of everything that was used. */
class WindowTest {

    private static final int SEEDS = 1_000;
    private static final long WIDTH = 60_000;
    private static final long CELL = 1_000;

    private record Use(long at, long amount) {}

    private static long within(List<Use> uses, long now, long width) {
        return uses.stream()
                .filter(use -> use.at > now - width)
                .mapToLong(Use::amount)
                .sum();
    }

    @Test
    void countsNothingTooShortAndNothingLongerThanACell() {
        for (int seed = 0; seed < SEEDS; seed++) {
            Random random = new Random(seed);
            Window window = new Window(WIDTH, CELL);
            List<Use> uses = new ArrayList<>();
            long now = 1_000_000;
            for (int i = 0; i < 100; i++) {
                now += random.nextInt(4_000);
                uses.add(new Use(now, 1 + random.nextInt(5)));
                window.add(now, uses.get(i).amount);
                assertThat(window.sum(now))
                        .as("seed %d", seed)
                        .isBetween(within(uses, now, WIDTH), within(uses, now, WIDTH + CELL));
            }
        }
    }

    @Test
    void tellsTheFirstMomentAtWhichSoMuchIsFree() {
        for (int seed = 0; seed < SEEDS; seed++) {
            Random random = new Random(seed);
            Window window = new Window(WIDTH, CELL);
            long now = 1_000_000;
            for (int i = 0; i < 30; i++) {
                now += random.nextInt(2_000);
                window.add(now, 1 + random.nextInt(5));
            }
            long sum = window.sum(now);
            long wanted = 1 + random.nextInt((int) sum);
            long free = window.freedAt(wanted);
            assertThat(window.freedAt(sum + 1)).isEqualTo(Gate.UNKNOWN);
            assertThat(window.sum(free - 1)).as("seed %d, before", seed).isGreaterThan(sum - wanted);
            assertThat(window.sum(free)).as("seed %d, then", seed).isLessThanOrEqualTo(sum - wanted);
        }
    }

    @Test
    void takesTheSameOnceAndWhatEachAddedForItself() {
        Window here = new Window(WIDTH, CELL);
        Window there = new Window(WIDTH, CELL);
        here.add(10_000, 3);
        there.add(10_000, 3);
        here.add(30_000, 2);
        there.add(30_000, 4);
        here.takeIn(there, 20_000);
        assertThat(here.sum(30_000)).isEqualTo(3 + 2 + 4);
    }
}
