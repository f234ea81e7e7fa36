package dev.latchkey.gateway.github.pace;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.springframework.http.HttpMethod;

/**
 * Many random days against the simulated GitHub: bursts, several nodes with clocks that differ, calls made elsewhere, answers
 * out of order, people who leave, a store that goes away. {@code -Dpace.seeds} and {@code -Dpace.first} choose which.
 */
class PacerSimulationTest {

    private static final int SEEDS = Integer.getInteger("pace.seeds", 100);
    private static final int FIRST = Integer.getInteger("pace.first", 1);
    private static final Duration STEP = Duration.ofMillis(500);

    /** Who cannot ask the others may not know what they do just then; it is bounded all the same. */
    @Test
    void goesBeyondNoLimitByMoreThanAnotherOfItWhileNodesCannotAgree() {
        for (int seed = FIRST; seed < FIRST + SEEDS / 4; seed++) {
            Day day = new Day(seed, true);
            day.pass();
            assertThat(day.faults).as("seed %d: %s", seed, day).isEmpty();
        }
    }

    @Test
    void neverMeetsALimitAndNeverIdlesWhileThereIsWorkAndBudget() {
        for (int seed = FIRST; seed < FIRST + SEEDS; seed++) {
            Day day = new Day(seed, false);
            day.pass();
            assertThat(day.faults).as("seed %d: %s", seed, day).isEmpty();
        }
    }

    /** A few minutes with small limits, so that few calls reach them. */
    private static final class Day {

        private static final List<String> APPS = List.of("x", "y", "z");

        private final Random random;
        private final World world;
        private final List<String> faults = new ArrayList<>();
        private final int concurrency;
        private final int points;
        private final int cpuSeconds;
        private final int limit;
        private final int nodes;
        private final int slowest;
        private final boolean withOutages;
        private long idleSince = -1;

        Day(long seed, boolean withOutages) {
            random = new Random(seed);
            world = new World(seed);
            concurrency = 1 + random.nextInt(8);
            points = 20 + random.nextInt(80);
            cpuSeconds = 15 + random.nextInt(20);
            limit = 60 + random.nextInt(200);
            nodes = 1 + random.nextInt(3);
            slowest = 100 + random.nextInt(1_500);
            this.withOutages = withOutages;
            int times = withOutages ? 2 : 1;
            world.rules(new SimulatedGitHub.Rules(
                            times * concurrency,
                            times * points,
                            times * cpuSeconds * 1_000L + slack(),
                            times * 6,
                            times * 20,
                            withOutages ? 0 : 1_000,
                            limit,
                            600_000))
                    .taking(50, slowest)
                    .gitHubAhead(Duration.ofMillis(random.nextInt(600_000) - 300_000));
            for (int i = 0; i < nodes; i++) {
                world.node(properties(), random.nextInt(400) - 200);
            }
        }

        /** How long a call takes is not known before, so there has to be a margin; here it is what one surprise costs each. */
        private long slack() {
            return (long) concurrency * slowest;
        }

        private PaceProperties properties() {
            return new PaceProperties(
                    concurrency,
                    64,
                    points,
                    points,
                    Duration.ofSeconds(cpuSeconds),
                    Duration.ofSeconds(cpuSeconds),
                    Duration.ofSeconds(1),
                    Duration.ofSeconds(1),
                    6,
                    20,
                    20,
                    0.5,
                    Map.of("y", 2),
                    500,
                    100,
                    3);
        }

        void pass() {
            long end = world.time.now() + 240_000;
            while (world.time.now() < end) {
                happen();
                world.pass(STEP);
                watch();
            }
            world.simulatedStore().setAway(false);
            world.pass(Duration.ofMinutes(31));
            faults.addAll(world.gitHub().trips());
            if (world.waiting() > 0) {
                faults.add(world.waiting() + " calls wait for ever");
            }
        }

        private void happen() {
            if (random.nextInt(12) == 0) {
                burst(1 + random.nextInt(40));
            }
            if (random.nextInt(40) == 0 && world.gitHub().remaining("core") > limit / 2) {
                world.gitHub().useElsewhere("core", 1 + random.nextInt(limit / 40 + 1));
            }
            if (random.nextInt(20) == 0) {
                world.attempts.stream()
                        .filter(World.Attempt::isWaiting)
                        .skip(random.nextInt(3))
                        .limit(3)
                        .forEach(World.Attempt::leave);
            }
            if (withOutages && random.nextInt(60) == 0) {
                world.simulatedStore().setAway(random.nextBoolean());
            }
        }

        private void burst(int calls) {
            String app = APPS.get(random.nextInt(APPS.size()));
            boolean writes = random.nextInt(4) == 0;
            int many = writes ? 1 + calls / 8 : calls;
            for (int i = 0; i < many; i++) {
                HttpMethod method = !writes ? World.GET : random.nextBoolean() ? World.POST : HttpMethod.PATCH;
                Duration patience = random.nextInt(3) == 0 ? Duration.ofSeconds(5) : Duration.ofMinutes(25);
                world.call(random.nextInt(nodes), World.OCTOCAT, app, method, "/repos/o/r/x", Kind.REST, patience);
            }
        }

        /** Calls that only read wait, nothing is under way, and no limit is near: why? */
        private void watch() {
            boolean reads =
                    world.attempts.stream().anyMatch(each -> each.isWaiting() && each.call.method() == World.GET);
            SimulatedGitHub gitHub = world.gitHub();
            boolean budget = gitHub.pointsOfTheMinute(63_000) + 6 <= points
                    && gitHub.cpuOfTheMinute(63_000) * 3 / 2 + 2L * slowest + 1_000 < cpuSeconds * 1_000L
                    && gitHub.remaining("core") > limit / 2;
            if (!reads || !budget || withOutages || gitHub.inFlight() > 0) {
                idleSince = -1;
            } else if (idleSince < 0) {
                idleSince = world.time.now();
            } else if (world.time.now() - idleSince > 1_500) {
                faults.add(world.time.now() + " idle since " + idleSince);
                idleSince = -1;
            }
        }

        @Override
        public String toString() {
            return "concurrency " + concurrency + " points " + points + " cpu " + cpuSeconds + " limit " + limit
                    + " nodes " + nodes + " slowest " + slowest + (withOutages ? " outages" : "");
        }
    }
}
