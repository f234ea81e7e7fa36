package dev.latchkey.gateway.journey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.latchkey.gateway.github.pace.PaceGauges;
import dev.latchkey.gateway.testing.Call;
import dev.latchkey.gateway.testing.Fault;
import dev.latchkey.gateway.testing.GitHubStub;
import dev.latchkey.gateway.testing.HttpPerson;
import dev.latchkey.gateway.testing.RedisServer;
import dev.latchkey.gateway.testing.RunningClock;
import dev.latchkey.gateway.testing.TestGateway;
import java.net.URI;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.ToIntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.scheduler.Scheduler;

/**
 * Two gateways on one Redis, each with what it keeps of GitHub's answers: what one learns of a change makes the other ask
 * again, and only for what has changed. And together they keep to GitHub's limits, with the settings that they ship with. Time
 * stands almost still, so nothing grows old by itself, but where a test puts it forward or makes it hurry.
 */
class GitHubNodesTest {

    private static final RunningClock CLOCK = new RunningClock();
    private static final Scheduler TIMERS = CLOCK.timers();
    private static final String API = "/api/v3";
    private static final String SECRET = "hook";
    private static final Duration SOON = Duration.ofSeconds(20);

    private static GitHubStub github;
    private static RedisServer redis;
    private static TestGateway first;
    private static TestGateway second;
    private static HttpPerson alice;
    private static HttpPerson bob;
    private static final ExecutorService THREADS = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task);
        thread.setDaemon(true);
        return thread;
    });

    private static int tests;

    private String repo;

    @BeforeAll
    static void start() {
        github = GitHubStub.start(CLOCK);
        github.app().withoutTokenLimits();
        redis = RedisServer.embedded();
        first = node();
        second = node();
        alice = signedIn("alice");
        bob = signedIn("bob");
    }

    private static TestGateway node() {
        return TestGateway.signingInAt(github)
                .on(redis)
                .clock(CLOCK)
                .property("latchkey.external-url", "http://localhost:8080")
                .property("latchkey.github.webhook-secret", SECRET)
                .bean(Scheduler.class, TIMERS)
                .route("github", "path: /github/**", "to: builtin:github-api", "allow: [signed-in]")
                .route("other", "path: /other/**", "to: builtin:github-api", "allow: [signed-in]")
                .start();
    }

    /** As if a balancer stood at the address that both nodes say they have. */
    private static HttpPerson signedIn(String login) {
        HttpPerson person = first.stranger();
        HttpResponse<String> start = person.navigate("/oauth2/start");
        URI callback = github.authorize(
                URI.create(start.headers().firstValue("Location").orElseThrow()), login);
        assertThat(person.navigate("/oauth2/callback?" + callback.getRawQuery()).statusCode())
                .isEqualTo(302);
        return person;
    }

    @AfterAll
    static void stop() {
        first.close();
        second.close();
        redis.close();
        github.close();
        TIMERS.dispose();
    }

    /** An issue, its list and another list, all of them kept at both nodes for both people. */
    @AfterEach
    void goOnAsUsual() {
        CLOCK.speed(1);
    }

    @BeforeEach
    void keepSome() {
        repo = "/repos/acme/r" + ++tests;
        github.content().clear();
        github.content().put(repo + "/issues/1", "{\"state\":\"open\"}");
        github.content().put(repo + "/issues", "[1]");
        github.content().put(repo + "/pulls", "[2]");
        for (HttpPerson person : new HttpPerson[] {alice, bob}) {
            for (TestGateway node : new TestGateway[] {first, second}) {
                for (String path : new String[] {"/issues/1", "/issues", "/pulls"}) {
                    get(person, node, path);
                    assertThat(outcome(get(person, node, path))).isEqualTo("hit");
                }
            }
        }
        github.forgetCalls();
    }

    private HttpResponse<String> get(HttpPerson person, TestGateway node, String path) {
        return person.alsoAt(node.url()).get("/github" + repo + path);
    }

    private static String outcome(HttpResponse<String> answer) {
        return answer.headers().firstValue("X-Latchkey-Cache").orElseGet(() -> "none: " + answer.body());
    }

    @Test
    void asksAgainForWhatItsOwnerHasWrittenToThroughTheOther() {
        github.content()
                .on(
                        "PATCH",
                        repo + "/issues/1",
                        200,
                        "{}",
                        () -> github.content().put(repo + "/issues/1", "{\"state\":\"closed\"}"));

        HttpResponse<String> written =
                alice.alsoAt(first.url()).send("PATCH", "/github" + repo + "/issues/1", "{\"state\":\"closed\"}");

        assertThat(written.statusCode()).as(written.body()).isEqualTo(200);
        await().atMost(SOON)
                .untilAsserted(
                        () -> assertThat(get(alice, second, "/issues/1").body()).contains("closed"));
        assertThat(outcome(get(alice, second, "/issues"))).isEqualTo("revalidated");
        assertThat(outcome(get(alice, second, "/pulls")))
                .as("the issue may be one of them")
                .isEqualTo("revalidated");
        assertThat(outcome(get(bob, second, "/issues/1"))).as("not Bob's doing").isEqualTo("hit");
    }

    @Test
    void asksAgainForEverybodyAfterAWebhookThatTheOtherWasTold() {
        github.content().put(repo + "/issues/1", "{\"state\":\"closed\"}");

        deliver("issues", "closed", repo);

        for (HttpPerson person : new HttpPerson[] {alice, bob}) {
            await().atMost(SOON)
                    .untilAsserted(() ->
                            assertThat(get(person, second, "/issues/1").body()).contains("closed"));
        }
        assertThat(outcome(get(bob, second, "/pulls"))).isEqualTo("revalidated");
        assertThat(github.calls().under(API + repo + "/issues/1").count())
                .as("once for each of the two")
                .isEqualTo(2);
    }

    @Test
    void keepsWhatAWebhookToTheOtherDoesNotTellOf() {
        deliver("issues", "closed", "/repos/acme/other");
        deliver("issues", "closed", "/repos/acme/last");

        assertThat(outcome(get(alice, second, "/issues/1"))).isEqualTo("hit");
        assertThat(github.calls().under(API).count()).isZero();
    }

    @Test
    void givesNobodyWhatTheOtherWasToldTheyMayNotSeeAnyMore() {
        github.content().put(repo + "/pulls", "[2]").seenBy("alice");

        deliver("repository", "privatized", repo);

        await().atMost(SOON)
                .untilAsserted(() ->
                        assertThat(get(bob, second, "/pulls").statusCode()).isEqualTo(404));
        assertThat(get(alice, second, "/pulls").body()).isEqualTo("[2]");
    }

    /** What one keeps is written beside its answer: so the other is asked for what the one was asked for before. */
    @Test
    void paysForNothingThatTheOtherHasPaidFor() {
        AtomicInteger files = new AtomicInteger();
        await().atMost(SOON).until(() -> {
            String before = "/contents/" + files.get();
            String path = "/contents/" + files.incrementAndGet();
            github.content().put(repo + path, "{\"name\":\"" + path + "\"}");
            get(alice, first, path);
            int left = github.remainingOf("alice");
            HttpResponse<String> answer = get(alice, second, before);
            return answer.statusCode() == 200 && answer.body().contains(before) && github.remainingOf("alice") == left;
        });
    }

    // GitHub's limits, by the checks of its own behaviour, at one node and at both. What GitHub met is in its own log.

    private String login;

    private HttpPerson limited() {
        login = "limited" + tests;
        github.limiting(login);
        return signedIn(login);
    }

    private List<String> trips() {
        return github.limiting(login).trips();
    }

    private static TestGateway node(int number) {
        return number % 2 == 0 ? first : second;
    }

    private CompletableFuture<HttpResponse<String>> send(
            HttpPerson person, TestGateway node, String method, String path, String body) {
        HttpPerson there = person.alsoAt(node.url()).twin();
        return CompletableFuture.supplyAsync(() -> there.send(method, path, body), THREADS);
    }

    private CompletableFuture<HttpResponse<String>> read(HttpPerson person, int node, String path) {
        return send(person, node(node), "GET", "/github" + repo + path, null);
    }

    private void put(int many) {
        IntStream.range(0, many).forEach(i -> github.content().put(repo + "/n" + i, "{}"));
    }

    private static int sum(ToIntFunction<PaceGauges> gauge) {
        return gauge.applyAsInt(first.bean(PaceGauges.class)) + gauge.applyAsInt(second.bean(PaceGauges.class));
    }

    /** Nothing is under way, and all that is unanswered waits for its turn. */
    private static void awaitQuiet(List<? extends CompletableFuture<?>> calls) {
        await().pollInterval(Duration.ofMillis(5)).atMost(SOON).until(() -> {
            long unanswered = calls.stream().filter(call -> !call.isDone()).count();
            return sum(PaceGauges::underWay) == 0 && sum(PaceGauges::waiting) == unanswered;
        });
    }

    private static List<HttpResponse<String>> answers(List<CompletableFuture<HttpResponse<String>>> calls) {
        return calls.stream().map(CompletableFuture::join).toList();
    }

    /** The gateway's own refusal, and not one of GitHub's. */
    private static void assertHeldBack(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(429);
        assertThat(answer.headers().firstValue("X-Latchkey-Problem")).contains("github.limited");
        assertThat(Integer.parseInt(answer.headers().firstValue("Retry-After").orElseThrow()))
                .isPositive();
    }

    private static boolean isGiven(HttpResponse<String> answer) {
        if (answer.statusCode() != 200 && answer.statusCode() != 201) {
            assertHeldBack(answer);
        }
        return answer.statusCode() < 300;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void check39_hasFewUnderWayHoweverManyAskAtOnce(int nodes) {
        HttpPerson person = limited();
        put(200);
        github.endpoint(API + repo + "/n").always(Fault.taking(Duration.ofMillis(10), CLOCK));
        // However busy the machine is, nobody's patience ends.
        CLOCK.speed(0.2);

        List<CompletableFuture<HttpResponse<String>>> calls = IntStream.range(0, 200)
                .mapToObj(i -> read(person, i % nodes, "/n" + i))
                .toList();

        assertThat(answers(calls)).allMatch(answer -> answer.statusCode() == 200);
        assertThat(github.limiting(login).mostUnderWay()).isBetween(2, 8);
        assertThat(github.calls().under(API + repo + "/n").count()).isEqualTo(200);
        assertThat(trips()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void check40_writesOneAfterTheOtherInTheOrderTheyCameAndReadsMeanwhile(int nodes) {
        HttpPerson person = limited();
        put(100);
        String comments = repo + "/issues/1/comments";
        github.content().on("POST", comments, 201, "{}", () -> {});
        List<CompletableFuture<HttpResponse<String>>> writes = new ArrayList<>();
        CLOCK.speed(0.01);
        for (int i = 0; i < 40; i++) {
            writes.add(send(person, node(i % nodes), "POST", "/github" + comments, String.valueOf(i)));
            awaitQuiet(writes);
        }
        long refusedAtOnce = writes.stream().filter(CompletableFuture::isDone).count() - 1;

        for (int step = 0; writes.stream().anyMatch(write -> !write.isDone()); step++) {
            CLOCK.advance(Duration.ofMillis(300));
            HttpResponse<String> read = read(person, step % nodes, "/n" + step).join();
            assertThat(read.statusCode()).as("reads pass").isEqualTo(200);
            awaitQuiet(writes);
        }

        List<Call> went = github.calls().to("POST", API + comments).list();
        List<Integer> order =
                went.stream().map(call -> Integer.parseInt(call.body())).toList();
        assertThat(trips()).isEmpty();
        assertThat(order).hasSizeBetween(3, 8);
        for (int node = 0; node < nodes; node++) {
            int which = node;
            assertThat(order.stream().filter(number -> number % nodes == which)).isSorted();
        }
        assertThat(refusedAtOnce).as("the tail waits for nothing").isGreaterThan(30);
        assertThat(answers(writes).stream().filter(GitHubNodesTest::isGiven)).hasSameSizeAs(went);
    }

    @Test
    void check41_neverMeetsThePointsOfAMinuteHoweverManyAsk() {
        HttpPerson person = limited();
        put(2_000);
        List<CompletableFuture<HttpResponse<String>>> calls = new ArrayList<>();
        CLOCK.speed(0.01);

        for (int batch = 0; batch < 10; batch++) {
            for (int i = 0; i < 200; i++) {
                calls.add(read(person, i, "/n" + (batch * 200 + i)));
            }
            awaitQuiet(calls);
            CLOCK.advance(Duration.ofSeconds(6));
        }
        while (calls.stream().anyMatch(call -> !call.isDone())) {
            CLOCK.advance(Duration.ofSeconds(1));
            awaitQuiet(calls);
        }

        assertThat(trips()).isEmpty();
        assertThat(answers(calls).stream().filter(GitHubNodesTest::isGiven).count())
                .isBetween(800L, 1_700L);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void check42_hasOneOrTwoUnderWayWhereEachTakesLong(int nodes) {
        HttpPerson person = limited();
        put(2_000);
        github.endpoint(API + repo + "/n").always(Fault.taking(Duration.ofSeconds(1), CLOCK));
        AtomicInteger next = new AtomicInteger();
        CLOCK.speed(40);
        Instant began = CLOCK.instant();
        Instant end = began.plus(Duration.ofMinutes(3));

        List<CompletableFuture<Void>> workers = IntStream.range(0, 12)
                .mapToObj(worker -> CompletableFuture.runAsync(
                        () -> {
                            String path = "/n" + next.getAndIncrement();
                            while (CLOCK.instant().isBefore(end)) {
                                boolean given = isGiven(
                                        read(person, worker % nodes, path).join());
                                path = given ? "/n" + next.getAndIncrement() : path;
                            }
                        },
                        THREADS))
                .toList();
        workers.forEach(CompletableFuture::join);

        Instant settled = began.plus(Duration.ofMinutes(1));
        Duration work = github.limiting(login).spentBetween(settled, end);
        assertThat(trips()).isEmpty();
        assertThat((double) work.toMillis() / Duration.between(settled, end).toMillis())
                .isBetween(0.1, 1.5);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void check43_letsAModestAppThroughBesideAGreedyOneAndKeepsAReserve(int nodes) {
        github.leave("limited" + tests, 102, Duration.ofMinutes(50));
        HttpPerson person = limited();
        put(1_000);
        int next = 0;
        List<CompletableFuture<HttpResponse<String>>> greedy = new ArrayList<>();
        List<CompletableFuture<HttpResponse<String>>> modest = new ArrayList<>();
        List<CompletableFuture<HttpResponse<String>>> all = new ArrayList<>();
        CLOCK.speed(0.01);

        for (int step = 0; step < 10 * 12; step++) {
            greedy.add(read(person, step % nodes, "/n" + next++));
            all.add(greedy.get(greedy.size() - 1));
            if (step % 12 == 7) {
                modest.add(send(person, node(nodes - 1), "GET", "/other" + repo + "/n" + next++, null));
                all.add(modest.get(modest.size() - 1));
            }
            awaitQuiet(all);
            CLOCK.advance(Duration.ofSeconds(5));
        }
        CLOCK.advance(Duration.ofSeconds(10));
        awaitQuiet(all);
        int left = github.remainingOf(login);

        assertThat(answers(modest)).allMatch(GitHubNodesTest::isGiven);
        assertThat(answers(greedy).stream().filter(GitHubNodesTest::isGiven).count())
                .isBetween(3L, 20L);
        assertThat(left).isGreaterThanOrEqualTo(20);
        assertThat(trips()).isEmpty();
        signedIn(login);
        assertThat(github.remainingOf(login)).isLessThan(left);
    }

    @Test
    void tellsAtEitherNodeWhatBothHaveSaved() {
        HttpPerson person = limited();
        put(2);
        for (int node = 0; node < 2; node++) {
            String path = "/n" + node;
            int which = node;
            // Counted from when the node knows of the quota.
            await().atMost(SOON)
                    .until(() -> isHitWithQuota(read(person, which, path).join()));
            for (int i = 0; i < 6; i++) {
                assertThat(outcome(read(person, node, path).join())).isEqualTo("hit");
            }
        }

        await().atMost(SOON).untilAsserted(() -> {
            CLOCK.advance(Duration.ofSeconds(5));
            assertThat(saved(person, first)).isEqualTo(saved(person, second)).isGreaterThanOrEqualTo(12);
        });
    }

    private static boolean isHitWithQuota(HttpResponse<String> answer) {
        return outcome(answer).equals("hit")
                && answer.headers().firstValue("X-RateLimit-Remaining").isPresent();
    }

    private static int saved(HttpPerson person, TestGateway node) {
        String quota = person.alsoAt(node.url()).get("/oauth2/account/quota").body();
        Matcher found =
                Pattern.compile("\"resource\":\"core\".*?\"saved\":(\\d+)").matcher(quota);
        assertThat(found.find()).as(quota).isTrue();
        return Integer.parseInt(found.group(1));
    }

    private static void deliver(String event, String action, String repository) {
        String json = "{\"action\":\"" + action + "\",\"repository\":{\"id\":1,\"full_name\":\""
                + repository.substring("/repos/".length()) + "\"}}";
        assertThat(github.webhook(event, json)
                        .signedWith(SECRET)
                        .deliverTo(URI.create(first.url() + "/oauth2/webhooks/github"))
                        .statusCode())
                .isEqualTo(202);
    }
}
