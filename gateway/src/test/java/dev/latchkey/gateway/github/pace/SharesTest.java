package dev.latchkey.gateway.github.pace;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** The bounds of start-time fair queueing, on many random mixes of apps. */
class SharesTest {

    private static final int SEEDS = 1_000;
    private static final int TURNS = 200;
    private static final int DEAREST = 10;

    @Test
    void appsThatAlwaysWantMoreStayWithinOneTurnOfTheirShares() {
        for (int seed = 0; seed < SEEDS; seed++) {
            Mix mix = new Mix(seed);
            for (int turn = 0; turn < TURNS; turn++) {
                mix.turn(mix.apps);
                for (int i = 0; i < mix.apps; i++) {
                    for (int j = 0; j < mix.apps; j++) {
                        assertThat(mix.served(i) - mix.served(j))
                                .as("seed %d, turn %d, apps %d and %d", seed, turn, i, j)
                                .isLessThanOrEqualTo(mix.dearest(i) + mix.dearest(j) + 0.01);
                    }
                }
            }
        }
    }

    @Test
    void anAppThatWasQuietNeitherWaitsForTheOthersNorMakesUpForIt() {
        for (int seed = 0; seed < SEEDS; seed++) {
            Mix mix = new Mix(seed);
            int quiet = mix.apps - 1;
            for (int turn = 0; turn < TURNS; turn++) {
                mix.turn(quiet);
            }
            double[] before = mix.used.clone();
            for (int turn = 0; turn < TURNS; turn++) {
                mix.turn(mix.apps);
            }
            double own = mix.used[quiet] / mix.weights[quiet];
            for (int i = 0; i < quiet; i++) {
                double other = (mix.used[i] - before[i]) / mix.weights[i];
                assertThat(Math.abs(own - other))
                        .as("seed %d, app %d", seed, i)
                        .isLessThanOrEqualTo(2 * (mix.dearest(i) + mix.dearest(quiet)));
            }
        }
    }

    @Test
    void oneIsBehindWhoWouldHaveNoMoreThanAnotherAfterOneMoreTurn() {
        Shares shares = new Shares();
        assertThat(shares.isBehind("quiet")).as("nobody has had anything").isFalse();

        shares.take("busy", 1, 1, false);
        assertThat(shares.isBehind("busy")).isFalse();
        assertThat(shares.isBehind("quiet")).isTrue();
        shares.take("quiet", 1, 1, false);
        assertThat(shares.isBehind("quiet")).isFalse();

        shares.take("busy", 1, 1, true);
        shares.take("quiet", 1, 1, false);
        assertThat(shares.isBehind("quiet"))
                .as("what is no person's doing counts twice")
                .isTrue();
        shares.take("quiet", 1, 1, false);
        assertThat(shares.isBehind("quiet")).isFalse();
    }

    /** Apps of random weights whose calls cost at random. */
    private static final class Mix {

        private final Random random;
        private final Shares shares = new Shares();
        private final int apps;
        private final int[] weights;
        private final double[] used;

        Mix(long seed) {
            random = new Random(seed);
            apps = 2 + random.nextInt(4);
            weights = random.ints(apps, 1, 6).toArray();
            used = new double[apps];
        }

        /** One of the first so many apps has a turn. */
        void turn(int wanting) {
            int next = 0;
            for (int i = 1; i < wanting; i++) {
                next = shares.tag("app" + i) < shares.tag("app" + next) ? i : next;
            }
            boolean batch = random.nextBoolean();
            int cost = random.nextBoolean() ? 1 : DEAREST / 2;
            shares.take("app" + next, cost, weights[next], batch);
            used[next] += batch ? 2 * cost : cost;
        }

        double served(int app) {
            return used[app] / weights[app];
        }

        double dearest(int app) {
            return (double) DEAREST / weights[app];
        }
    }
}
