package dev.latchkey.gateway.github.pace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.springframework.http.HttpMethod;

/** What holds on one node, and on several that share a store. */
abstract class PacingContract {

    static final Duration LONG = Duration.ofMinutes(30);

    /** A world with that many nodes. */
    abstract World world();

    private static List<World.Attempt> call(World world, int calls, HttpMethod method, Duration patience) {
        return IntStream.range(0, calls)
                .mapToObj(i -> world.call(
                        i % world.nodes.size(),
                        World.OCTOCAT,
                        "x",
                        method,
                        "/repos/o/r/milestones",
                        Kind.REST,
                        patience))
                .toList();
    }

    private static long done(List<World.Attempt> attempts) {
        return attempts.stream().filter(World.Attempt::isDone).count();
    }

    @Test
    void twoHundredCallsAtOnceAllCompleteAndFewAreUnderWayAtATime() {
        World world = world();
        List<World.Attempt> reads = call(world, 200, World.GET, LONG);
        world.passSeconds(20);

        assertThat(done(reads)).isEqualTo(200);
        assertThat(world.gitHub().mostInFlight()).isEqualTo(8);
        assertThat(world.gitHub().trips()).isEmpty();
    }

    @Test
    void changesGoOneByOneASecondApartInTheirOrderAndReadsPassThem() {
        World world = world();
        List<World.Attempt> writes = call(world, 40, World.POST, Duration.ofSeconds(20));
        List<World.Attempt> reads = call(world, 10, World.GET, LONG);
        world.passSeconds(3);
        assertThat(done(reads)).isEqualTo(10);
        world.passSeconds(40);

        List<World.Attempt> went = writes.stream().filter(World.Attempt::isDone).toList();
        assertThat(world.gitHub().trips()).isEmpty();
        assertThat(went).hasSizeBetween(10, 21);
        for (int node = 0; node < world.nodes.size(); node++) {
            int which = node;
            assertThat(went.stream()
                            .filter(each -> writes.indexOf(each) % world.nodes.size() == which)
                            .map(each -> each.arrived))
                    .isSorted();
        }
        assertThat(writes).allMatch(each -> each.isDone() || each.refusal != null);
        assertThat(writes.stream().filter(each -> each.refusal != null)).allSatisfy(PacingContract::isLimitedHere);
    }

    @Test
    void twoThousandCallsOfAMinuteNeverMeetThePointsOfAMinute() {
        World world = world();
        List<World.Attempt> reads = call(world, 900, World.GET, LONG);
        world.passSeconds(20);
        List<World.Attempt> more = call(world, 400, World.GET, Duration.ofSeconds(15));
        world.passSeconds(30);
        List<World.Attempt> tail = call(world, 700, World.GET, LONG);
        world.passSeconds(240);

        assertThat(world.gitHub().trips()).isEmpty();
        assertThat(done(reads) + done(tail)).isGreaterThan(850);
        assertThat(world.attempts).allMatch(each -> each.isDone() || each.refusal != null);
        assertThat(more.stream().filter(each -> each.refusal != null))
                .isNotEmpty()
                .allSatisfy(PacingContract::isLimitedHere);
    }

    @Test
    void slowAnswersLeaveFewUnderWay() {
        World world = world().taking(1_000, 1_000);
        call(world, 400, World.GET, LONG);
        world.passSeconds(60);
        long before = world.gitHub().flightTime();
        world.passSeconds(180);

        double meanInFlight = (world.gitHub().flightTime() - before) / 180_000.0;
        assertThat(meanInFlight).isBetween(0.9, 1.5);
        assertThat(world.gitHub().trips()).isEmpty();
    }

    @Test
    void aGreedyAppLeavesAnotherItsCallsAndTheGatewayItsReserve() {
        World world = world();
        world.gitHub().leave("core", 100, Duration.ofMinutes(50).toMillis());
        List<World.Attempt> greedy = IntStream.range(0, 300)
                .mapToObj(
                        i -> world.call(0, World.OCTOCAT, "x", World.GET, "/repos/o/r", Kind.REST, Duration.ofHours(1)))
                .toList();
        int last = world.nodes.size() - 1;
        int rounds = 40;
        for (int minute = 0; minute < rounds; minute++) {
            world.call(last, World.OCTOCAT, "y", World.GET, "/repos/o/r", Kind.REST, Duration.ofMinutes(2));
            world.passSeconds(60);
        }
        world.passSeconds(120);

        List<World.Attempt> modest = world.attempts.stream()
                .filter(each -> each.call.app().equals("y"))
                .toList();
        assertThat(modest).allMatch(World.Attempt::isDone);
        assertThat(modest).allMatch(each -> each.arrived - each.began < 90_000);
        assertThat(done(greedy)).isBetween(20L, 45L);
        assertThat(world.gitHub().remaining("core")).isGreaterThanOrEqualTo(20);
        world.call(last, World.OCTOCAT, Call.OWN, World.GET, "/user", Kind.REST, Duration.ofSeconds(1));
        world.passSeconds(2);
        assertThat(world.attempts.get(world.attempts.size() - 1).isDone()).isTrue();
        assertThat(world.gitHub().trips()).isEmpty();
    }

    @Test
    void anAppThatAsksRarelyAndWaitsForNothingIsServedBesideOneThatAsksAllTheTime() {
        World world = world();
        world.gitHub().leave("core", 100, Duration.ofMinutes(50).toMillis());
        int last = world.nodes.size() - 1;
        List<World.Attempt> modest = new ArrayList<>();
        for (int step = 0; step < 30 * 20; step++) {
            world.call(
                    step % world.nodes.size(),
                    World.OCTOCAT,
                    "x",
                    World.GET,
                    "/repos/o/r",
                    Kind.REST,
                    Duration.ofSeconds(10));
            if (step % 20 == 13) {
                modest.add(world.call(
                        last, World.OCTOCAT, "y", World.GET, "/repos/o/r", Kind.REST, Duration.ofSeconds(1)));
            }
            world.passSeconds(3);
        }

        assertThat(modest).allMatch(World.Attempt::isDone);
        assertThat(world.gitHub().remaining("core")).isGreaterThanOrEqualTo(20);
        assertThat(world.gitHub().trips()).isEmpty();
        long others = done(world.attempts) - modest.size();
        assertThat(others).isBetween(10L, 45L);
    }

    static void isLimitedHere(World.Attempt attempt) {
        Problem refusal = attempt.refusal;
        assertThat(refusal).isNotNull();
        assertThat(refusal.code()).isEqualTo(ProblemCode.GITHUB_LIMITED);
        assertThat(refusal.retryAfter()).isGreaterThanOrEqualTo(Duration.ofSeconds(1));
    }
}
