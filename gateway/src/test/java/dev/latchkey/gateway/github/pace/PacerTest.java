package dev.latchkey.gateway.github.pace;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.springframework.http.HttpHeaders;

/** What the pacer makes of GitHub's answers, call by call. */
class PacerTest {

    private static final String HUBOT = "github:480938";
    private static final String PATH = "/repos/o/r/issues";
    private static final String[] SEARCH_FIELDS = {
        "x-ratelimit-resource", "search", "x-ratelimit-limit", "30", "x-ratelimit-remaining", "21"
    };
    private static final Duration IMPATIENT = Duration.ofSeconds(2);
    private static final Duration LONG = Duration.ofMinutes(30);

    private final World world = new World(1).node();

    private World.Attempt read(String principal, String path, Duration patience) {
        return world.call(0, principal, "x", World.GET, path, Kind.REST, patience);
    }

    /** A call whose answer is as given. */
    private World.Attempt answered(int status, String body, String... fields) {
        world.answering(status, body, fields);
        World.Attempt attempt = world.get(PATH);
        world.passSeconds(1);
        world.answering(null);
        return attempt;
    }

    /** A search meets a secondary limit, and nothing tells for how long. */
    private void limitedBarely() {
        world.answering(403, SimulatedGitHub.SECONDARY, SEARCH_FIELDS);
        world.get("/search/issues");
        world.passSeconds(1);
        world.answering(null);
    }

    private void assertStoppedFor(Duration least, Duration most) {
        World.Attempt patient = world.get(PATH);
        long began = world.time.now();
        world.pass(least.minusMillis(1_500));
        assertThat(patient.arrived).as("too early").isNegative();
        world.pass(most.minus(least).plusMillis(2_500));
        assertThat(patient.isDone()).as("too late, or never").isTrue();
        assertThat(patient.arrived - began).isLessThan(most.toMillis());
    }

    private void assertRefusedAtOnce(World.Attempt attempt, Duration least, Duration most) {
        world.pass(Duration.ofMillis(50));
        PacingContract.isLimitedHere(attempt);
        assertThat(attempt.refusal.retryAfter()).isBetween(least, most);
    }

    @Test
    void aSpentQuotaStopsItsBucketAloneUntilItsReset() {
        world.get(PATH);
        world.passSeconds(1);
        world.gitHub().leave("core", 0, 5_000);
        World.Attempt limited = world.get(PATH);
        world.pass(Duration.ofMillis(500));
        assertThat(limited.status).isEqualTo(403);
        int calls = world.gitHub().arrivals().size();

        World.Attempt impatient = world.get(PATH, Duration.ofMillis(500));
        assertRefusedAtOnce(impatient, Duration.ofSeconds(3), Duration.ofSeconds(6));
        World.Attempt patient = world.get(PATH);
        World.Attempt search = world.get("/search/issues");
        World.Attempt other = read(HUBOT, PATH, IMPATIENT);
        world.passSeconds(2);
        assertThat(search.isDone()).isTrue();
        assertThat(other.isDone()).isTrue();
        assertThat(world.gitHub().arrivals()).hasSize(calls + 1);

        world.passSeconds(5);
        assertThat(patient.status).isEqualTo(200);
    }

    @Test
    void aRetryAfterStopsEverythingOfThatPersonAndNothingOfOthers() {
        answered(403, "{}", "Retry-After", "7", "x-ratelimit-remaining", "4000");
        assertRefusedAtOnce(world.get("/search/issues", IMPATIENT), Duration.ofSeconds(5), Duration.ofSeconds(7));
        assertRefusedAtOnce(world.graphql(), Duration.ofSeconds(5), Duration.ofSeconds(7));
        assertThat(world.gitHub().arrivals()).hasSize(1);
        World.Attempt other = read(HUBOT, PATH, IMPATIENT);
        assertStoppedFor(Duration.ofSeconds(6), Duration.ofSeconds(8));
        assertThat(other.isDone()).isTrue();
    }

    @Test
    void aBareSecondaryLimitStopsAMinuteAndTwiceAsLongEachTimeItIsMetAgain() {
        for (int minutes : new int[] {1, 2, 4, 8, 16, 32, 60, 60}) {
            limitedBarely();
            int calls = world.gitHub().arrivals().size();
            World.Attempt impatient = world.get(PATH, IMPATIENT);
            World.Attempt patient = world.get(PATH);
            assertRefusedAtOnce(impatient, Duration.ofMinutes(minutes).minusSeconds(2), Duration.ofMinutes(minutes));
            assertThat(patient.refusal != null).as("given up").isEqualTo(minutes > 30);
            patient.leave();
            world.pass(Duration.ofMinutes(minutes).minusSeconds(2));
            assertThat(world.gitHub().arrivals()).hasSize(calls);
            world.passSeconds(2);
        }
    }

    @Test
    void afterAStopOneCallGoesAheadOfTheOthers() {
        limitedBarely();
        IntStream.range(0, 20).forEach(i -> world.get(PATH));
        int calls = world.gitHub().arrivals().size();
        world.answering(403, SimulatedGitHub.SECONDARY, SEARCH_FIELDS);
        world.passSeconds(120);
        assertThat(world.gitHub().arrivals()).hasSize(calls + 1);
        world.answering(null);
        world.passSeconds(120);
        assertThat(world.gitHub().arrivals()).hasSize(calls + 20);
    }

    @Test
    void aMissingPermissionStopsNothing() {
        answered(403, "{\"message\":\"Must have push access to repository\"}", "x-ratelimit-remaining", "4000");
        World.Attempt next = world.get(PATH, IMPATIENT);
        world.passSeconds(1);
        assertThat(next.isDone()).isTrue();
    }

    @Test
    void aRetryAfterAsADateIsObeyedByGitHubsClock() {
        World ahead = new World(1).gitHubAhead(Duration.ofSeconds(300)).node();
        Instant there = Instant.ofEpochMilli(ahead.time.now()).plusSeconds(300 + 30);
        String date =
                java.time.format.DateTimeFormatter.RFC_1123_DATE_TIME.format(there.atOffset(java.time.ZoneOffset.UTC));
        ahead.answering(429, "{}", "Retry-After", date);
        ahead.get(PATH);
        ahead.passSeconds(1);
        ahead.answering(null);
        World.Attempt patient = ahead.get(PATH);
        ahead.passSeconds(32);
        assertThat(patient.arrived - ahead.attempts.get(0).began).isBetween(29_000L, 31_000L);
    }

    @Test
    void aResetThatMakesNoSenseStopsForASaneTime() {
        for (String reset : List.of("1793527000", "99999999999999", "never")) {
            World each = new World(1).node();
            each.answering(403, "{}", "x-ratelimit-remaining", "0", "x-ratelimit-reset", reset);
            each.get(PATH);
            each.passSeconds(1);
            each.answering(null);
            World.Attempt patient = each.get(PATH, Duration.ofMinutes(59));
            World.Attempt impatient = each.get(PATH, Duration.ofMillis(500));
            each.passSeconds(1);
            PacingContract.isLimitedHere(impatient);
            assertThat(impatient.refusal.retryAfter()).isBetween(Duration.ofSeconds(1), Duration.ofHours(1));
            int calls = each.gitHub().arrivals().size();
            each.passSeconds(30);
            assertThat(each.gitHub().arrivals()).as("calls before its time").hasSize(calls);
            each.pass(Duration.ofMinutes(40));
            assertThat(patient.isDone() || patient.refusal != null).isTrue();
        }
    }

    @Test
    void graphqlsLimitsStopGraphqlAlone() {
        for (String error : List.of(
                "{\"errors\":[{\"type\":\"RATE_LIMITED\"}]}",
                "{\"errors\":[{\"type\":\"RATE_LIMIT\",\"code\":\"graphql_rate_limit\"}]}")) {
            for (String remaining : List.of("4000", "12")) {
                World each = new World(1).node();
                each.answering(200, error, "x-ratelimit-remaining", remaining);
                each.graphql();
                each.passSeconds(1);
                each.answering(null);
                World.Attempt query = each.graphql();
                World.Attempt rest = each.get(PATH, IMPATIENT);
                each.passSeconds(1);
                PacingContract.isLimitedHere(query);
                assertThat(query.refusal.retryAfter()).isGreaterThan(Duration.ofSeconds(50));
                assertThat(rest.isDone()).isTrue();
            }
        }
    }

    @Test
    void graphqlsOtherErrorsStopNothing() {
        world.answering(200, "{\"data\":{\"a\":null},\"errors\":[{\"type\":\"NOT_FOUND\"}]}");
        world.graphql();
        world.passSeconds(1);
        World.Attempt next = world.graphql();
        world.passSeconds(1);
        assertThat(next.isDone()).isTrue();
    }

    @Test
    void theLowerNumberOfAWindowIsKeptAndALaterWindowTakenWhole() {
        long reset = world.time.now() / 1_000 + 3_000;
        tell(4_990, reset);
        tell(4_995, reset);
        assertThat(quota().remaining()).isEqualTo(4_990);
        tell(4_800, reset - 3_600);
        assertThat(quota().remaining()).isEqualTo(4_990);
        assertThat(quota().reset()).isEqualTo(Instant.ofEpochSecond(reset));
        tell(4_999, reset + 3_600 - 3_000);
        assertThat(quota()).isEqualTo(new QuotaView(5_000, 4_999, 1, Instant.ofEpochSecond(reset + 600), "core"));
    }

    private void tell(int remaining, long reset) {
        answered(
                200,
                "{}",
                "x-ratelimit-remaining",
                "" + remaining,
                "x-ratelimit-used",
                "" + (5_000 - remaining),
                "x-ratelimit-reset",
                "" + reset);
    }

    private QuotaView quota() {
        QuotaView quota = world.nodes.get(0).quota(World.OCTOCAT, "core");
        assertThat(quota).isNotNull();
        return quota;
    }

    @Test
    void anUnchangedAnswerCostsNoQuotaAndNoPlaceInTheSpread() {
        world.gitHub().leave("core", 120, Duration.ofMinutes(50).toMillis());
        world.answering(reply -> new SimulatedGitHub.Reply(304, unchanged(reply.headers()), ""));
        IntStream.range(0, 20).forEach(i -> world.get(PATH));
        world.passSeconds(60);
        assertThat(world.gitHub().arrivals()).hasSize(20);
        assertThat(quota().remaining()).isEqualTo(120);
    }

    private static HttpHeaders unchanged(HttpHeaders truth) {
        HttpHeaders headers = new HttpHeaders();
        headers.putAll(truth);
        headers.set("x-ratelimit-remaining", "120");
        return headers;
    }

    @Test
    void whatIsUsedElsewhereIsHeededAtTheNextAnswer() {
        world.get(PATH);
        world.passSeconds(1);
        world.gitHub().useElsewhere("core", 4_900);
        IntStream.range(0, 50).forEach(i -> world.get(PATH, Duration.ofHours(1)));
        world.passSeconds(60);
        // Those that were let go together before the first answer, and then one in a while.
        assertThat(world.gitHub().arrivals()).hasSizeBetween(9, 14);
        world.pass(Duration.ofMinutes(59));
        assertThat(world.gitHub().trips()).isEmpty();
        assertThat(world.gitHub().arrivals().size()).isGreaterThan(45);
    }

    @Test
    void whoLeavesTheQueueMakesNoCallAndFreesTheirPlace() {
        answered(403, "{}", "Retry-After", "5", "x-ratelimit-remaining", "4000");
        List<World.Attempt> leaving =
                IntStream.range(0, 500).mapToObj(i -> world.get(PATH)).toList();
        assertRefusedAtOnce(world.get(PATH), Duration.ofSeconds(1), Duration.ofSeconds(1));
        leaving.forEach(World.Attempt::leave);
        assertThat(world.nodes.get(0).waiting()).isZero();
        World.Attempt stays = world.get(PATH);
        world.passSeconds(6);
        assertThat(stays.isDone()).isTrue();
        assertThat(world.gitHub().arrivals()).hasSize(2);
    }

    @Test
    void whoLeavesWhileBeingLetGoTakesNoPlaceWithThem() {
        for (int i = 0; i < 200; i++) {
            World.Attempt attempt = world.get(PATH);
            world.pass(Duration.ofMillis(i % 8));
            attempt.leave();
            world.pass(Duration.ofMillis(300));
        }
        world.passSeconds(120);
        assertThat(world.nodes.get(0).underWay()).isZero();
        assertThat(world.nodes.get(0).waiting()).isZero();
    }

    @Test
    void withoutAnyKnowledgeOneCallGoesAheadAndNoBurstAboveTheCap() {
        IntStream.range(0, 100).forEach(i -> world.get(PATH));
        world.pass(Duration.ofMillis(60));
        assertThat(world.gitHub().arrivals()).hasSize(1);
        world.passSeconds(10);
        assertThat(world.attempts).allMatch(World.Attempt::isDone);
        assertThat(world.gitHub().mostInFlight()).isLessThanOrEqualTo(8);
    }

    @Test
    void whereGitHubCountsNothingOnlyTheOtherLimitsHold() {
        world.answering(reply -> new SimulatedGitHub.Reply(200, new HttpHeaders(), "{}"));
        IntStream.range(0, 100).forEach(i -> world.get(PATH));
        world.passSeconds(10);
        assertThat(world.attempts).allMatch(World.Attempt::isDone);
        assertThat(world.gitHub().mostInFlight()).isEqualTo(8);
    }

    @Test
    void aCallThatIsNeverAnsweredHoldsNobodyForEver() {
        world.nodes
                .get(0)
                .enter(new Call(World.OCTOCAT, "x", World.GET, PATH, Kind.REST, LONG))
                .subscribe(slot -> {});
        World.Attempt behind = world.get(PATH);
        world.pass(Duration.ofMinutes(11));
        assertThat(behind.isDone()).isTrue();
    }

    @Test
    void contentIsCreatedNoFasterThanAMinuteAndAnHourAllow() {
        List<World.Attempt> posts = IntStream.range(0, 700)
                .mapToObj(i -> world.call(
                        0, World.OCTOCAT, "x", World.POST, "/repos/o/r/labels", Kind.REST, Duration.ofMinutes(59)))
                .toList();
        world.pass(Duration.ofMinutes(59));
        assertThat(world.gitHub().trips()).isEmpty();
        assertThat(posts.stream().filter(World.Attempt::isDone).count()).isBetween(450L, 500L);
    }

    @Test
    void changesThatNotifyPeopleAreThreeSecondsApartAndOthersPassThem() {
        IntStream.range(0, 5)
                .forEach(i ->
                        world.call(0, World.OCTOCAT, "x", World.POST, "/repos/o/r/issues/1/comments", Kind.REST, LONG));
        World.Attempt other =
                world.call(0, World.OCTOCAT, "y", World.GET, "/repos/o/r/labels", Kind.REST, Duration.ofSeconds(3));
        world.passSeconds(30);
        List<Long> writes = world.gitHub().writes();
        assertThat(writes).hasSize(5);
        for (int i = 1; i < writes.size(); i++) {
            assertThat(writes.get(i) - writes.get(i - 1)).isGreaterThanOrEqualTo(3_000);
        }
        assertThat(other.isDone()).isTrue();
    }

    @Test
    void anAppOfDoubleWeightGetsTwiceAsMuch() {
        World weighted = new World(3).node(weighted(Map.of("y", 2)), 0);
        weighted.gitHub().leave("core", 320, Duration.ofMinutes(50).toMillis());
        for (int i = 0; i < 300; i++) {
            for (String app : List.of("x", "y")) {
                weighted.call(0, World.OCTOCAT, app, World.GET, PATH, Kind.REST, Duration.ofHours(1));
            }
        }
        weighted.pass(Duration.ofMinutes(25));
        double x = went(weighted, "x");
        double y = went(weighted, "y");
        assertThat(x + y).isBetween(130.0, 170.0);
        assertThat(y / x).isBetween(1.8, 2.2);
    }

    private static double went(World world, String app) {
        return world.attempts.stream()
                .filter(each -> each.isDone() && each.call.app().equals(app))
                .count();
    }

    private static PaceProperties weighted(Map<String, Integer> weights) {
        PaceProperties all = World.defaults();
        return new PaceProperties(
                all.concurrency(),
                all.overall(),
                all.points(),
                all.graphqlPoints(),
                all.cpu(),
                all.graphqlCpu(),
                all.betweenWrites(),
                all.betweenNotifications(),
                all.contentPerMinute(),
                all.contentPerHour(),
                all.reserve(),
                all.low(),
                weights,
                all.queue(),
                all.principals(),
                all.nodes());
    }

    @Test
    void allPrincipalsTogetherHaveACapAndTakeTurns() {
        for (int i = 0; i < 50; i++) {
            for (int call = 0; call < 10; call++) {
                read("github:" + i, PATH, LONG);
            }
        }
        world.pass(Duration.ofMillis(1));
        for (int i = 0; i < 200; i++) {
            world.pass(Duration.ofMillis(20));
            assertThat(world.nodes.get(0).underWay()).isLessThanOrEqualTo(64);
        }
        world.passSeconds(20);
        assertThat(world.attempts).allMatch(World.Attempt::isDone);
    }

    @Test
    void anAnswerThatWaitsForItsReaderKeepsNobodyElseFromCalling() {
        List<Slot> slots = new ArrayList<>();
        for (int i = 0; i < 72; i++) {
            Call call = new Call("github:" + i, "x", World.GET, PATH, Kind.REST, LONG);
            world.nodes.get(0).enter(call).subscribe(slots::add);
        }
        world.passSeconds(30);
        assertThat(slots).hasSize(64);

        List.copyOf(slots).subList(0, 8).forEach(slot -> {
            slot.answered(200, new HttpHeaders(), () -> null);
            slot.lingers();
            slot.lingers();
        });
        world.passSeconds(30);

        assertThat(slots).hasSize(72);
        assertThat(world.nodes.get(0).underWay()).isEqualTo(64);
        List.copyOf(slots).forEach(Slot::done);
        assertThat(world.nodes.get(0).underWay()).isZero();
    }

    @Test
    void quietPrincipalsAreForgotten() {
        IntStream.range(0, 100).forEach(i -> read("github:" + i, PATH, LONG));
        world.passSeconds(10);
        assertThat(world.nodes.get(0).principals()).isEqualTo(100);
        world.pass(Duration.ofMinutes(11));
        world.get(PATH);
        assertThat(world.nodes.get(0).principals()).isEqualTo(1);
    }

    @Test
    void aCallCostsTheStoreOneStepWhileCallsFollowOneAnother() {
        world.get(PATH);
        world.passSeconds(1);
        int before = world.simulatedStore().steps();
        IntStream.range(0, 400).forEach(i -> world.get(PATH));
        world.passSeconds(30);
        assertThat(world.attempts).allMatch(World.Attempt::isDone);
        assertThat(world.simulatedStore().steps() - before).isLessThan(400 * 3);
    }

    @Test
    void whatItsPathDoesNotTellIsLearnedFromTheAnswer() {
        world.answering(reply -> {
            HttpHeaders headers = new HttpHeaders();
            headers.putAll(reply.headers());
            headers.set("x-ratelimit-resource", "code_scanning_autofix");
            headers.set("x-ratelimit-limit", "10");
            headers.set("x-ratelimit-remaining", "0");
            return new SimulatedGitHub.Reply(200, headers, "{}");
        });
        String path = "/repos/o/r/code-scanning/alerts/%d/autofix";
        world.get(path.formatted(1));
        world.passSeconds(1);
        World.Attempt same = world.get(path.formatted(2), IMPATIENT);
        World.Attempt other = world.get(PATH, IMPATIENT);
        world.passSeconds(1);
        PacingContract.isLimitedHere(same);
        assertThat(other.isDone()).isTrue();
    }

    @Test
    void countsWhatHappens() {
        world.get(PATH);
        world.passSeconds(1);
        limitedBarely();
        world.get(PATH, IMPATIENT);
        world.passSeconds(1);
        assertThat(world.events)
                .contains(
                        new PaceEvent.Spent("x", "core", RouteTemplates.of(PATH)),
                        new PaceEvent.Limited("x", "search", "/search/issues", "secondary"),
                        new PaceEvent.Refused("x", "core", "stopped"))
                .anyMatch(event ->
                        event instanceof PaceEvent.Went went && went.reason().equals("none"));
    }

    @Test
    void showsWhatIsLeftToWhoeverHasTheLeast() {
        assertThat(world.nodes.get(0).leastLeft("core")).isNaN();
        world.gitHub().leave("core", 1_001, 3_000_000);
        world.gitHub(HUBOT).leave("core", 4_001, 3_000_000);
        read(World.OCTOCAT, PATH, LONG);
        read(HUBOT, PATH, LONG);
        world.passSeconds(2);
        assertThat(world.nodes.get(0).leastLeft("core")).isEqualTo(0.2);
        assertThat(world.nodes.get(0).leastLeft("search")).isNaN();
    }

    @Test
    void withoutTheStoreANodeGoesOnWithItsShareAndLaterTellsWhatItDid() {
        World two = new World(5).node().node();
        two.get(PATH);
        two.passSeconds(10);
        two.simulatedStore().setAway(true);
        for (int i = 0; i < 1_000; i++) {
            two.get(PATH);
        }
        two.passSeconds(50);
        // A half, or a quarter before the nodes were counted; and the one before the outage.
        assertThat(two.gitHub().arrivals()).hasSizeBetween(200, 451);
        assertThat(two.gitHub().mostInFlight()).isLessThanOrEqualTo(4);

        two.simulatedStore().setAway(false);
        two.passSeconds(8);
        IntStream.range(0, 1_000)
                .forEach(i -> two.call(1, World.OCTOCAT, "y", World.GET, PATH, Kind.REST, Duration.ofSeconds(1)));
        two.passSeconds(30);
        assertThat(two.gitHub().trips()).isEmpty();
    }

    @Test
    void aStopIsKeptOverARestart() {
        answered(403, "{}", "Retry-After", "60", "x-ratelimit-remaining", "4000");
        world.passSeconds(1);
        world.node();
        World.Attempt atNewNode = world.call(1, World.OCTOCAT, "x", World.GET, PATH, Kind.REST, Duration.ofSeconds(5));
        assertRefusedAtOnce(atNewNode, Duration.ofSeconds(50), Duration.ofSeconds(60));
    }

    @Test
    void theCallsOfANodeThatDiedAreOverInAMinute() {
        World two = new World(5).node().node();
        two.get(PATH);
        two.passSeconds(1);
        for (int i = 0; i < 8; i++) {
            two.nodes
                    .get(0)
                    .enter(new Call(World.OCTOCAT, "x", World.GET, PATH, Kind.REST, LONG))
                    .subscribe();
        }
        two.pass(Duration.ofMillis(50));
        two.kill(0);
        World.Attempt behind = two.call(1, World.OCTOCAT, "x", World.GET, PATH, Kind.REST, LONG);
        two.passSeconds(30);
        assertThat(behind.isDone()).isFalse();
        two.passSeconds(35);
        assertThat(behind.isDone()).isTrue();
    }

    /** Whatever takes so long has no place in the ledger any more when its answer comes. */
    @Test
    void aQuerysLimitThatComesAfterItWasGivenUpStopsGraphQlAlone() {
        world.taking(660_000, 660_000).answering(reply -> {
            HttpHeaders headers = new HttpHeaders();
            headers.set("Date", reply.headers().getFirst("Date"));
            return new SimulatedGitHub.Reply(200, headers, "{\"errors\":[{\"type\":\"RATE_LIMITED\"}]}");
        });
        world.graphql();
        world.passSeconds(661);
        world.taking(80, 120).answering(null);

        World.Attempt query = world.graphql();
        World.Attempt read = world.get(PATH, IMPATIENT);

        assertRefusedAtOnce(query, Duration.ofSeconds(50), Duration.ofSeconds(60));
        world.passSeconds(1);
        assertThat(read.isDone()).isTrue();
    }
}
