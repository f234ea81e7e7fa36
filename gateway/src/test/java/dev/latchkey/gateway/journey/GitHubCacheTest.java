package dev.latchkey.gateway.journey;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.latchkey.gateway.github.pace.PaceGauges;
import dev.latchkey.gateway.testing.Call;
import dev.latchkey.gateway.testing.Fault;
import dev.latchkey.gateway.testing.GitHubStub;
import dev.latchkey.gateway.testing.HttpPerson;
import dev.latchkey.gateway.testing.RunningClock;
import dev.latchkey.gateway.testing.TestGateway;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is asked of GitHub and what is not, and who is given what. GitHub's own log and count of calls are the witness. */
class GitHubCacheTest {

    private static final String API = "/api/v3";
    private static final String SECRET = "hook";

    private static RunningClock clock;
    private static GitHubStub github;
    private static TestGateway gateway;
    private static HttpPerson alice;
    private static HttpPerson bob;
    private static int tests;
    private static int told;

    private String repo;

    @BeforeAll
    static void start() {
        clock = new RunningClock();
        github = GitHubStub.start(clock);
        github.app().withoutTokenLimits();
        gateway = TestGateway.signingInAt(github)
                .clock(clock)
                .property("latchkey.session.idle", "7d")
                // Time that is put forward while a call is under way would be counted as GitHub's.
                .property("latchkey.passthrough.pace.cpu", "1h")
                .property("latchkey.github.webhook-secret", SECRET)
                .route("github", "path: /github/**", "to: builtin:github-api", "allow: [signed-in]")
                .route("acme", "path: /acme/**", "to: builtin:github-api", "allow: ['org:acme']")
                .start();
        alice = signedIn("alice");
        bob = signedIn("bob");
    }

    private static HttpPerson signedIn(String login) {
        HttpPerson person = gateway.stranger();
        person.signIn(github, login, "/github/user");
        return person;
    }

    @AfterAll
    static void stop() {
        gateway.close();
        github.close();
    }

    @BeforeEach
    void forget() {
        repo = "/repos/acme/r" + ++tests;
        github.forgetCalls().content().clear();
    }

    private static HttpResponse<String> get(HttpPerson person, String path, String... headers) {
        return person.get("/github" + path, headers);
    }

    private int asked() {
        return github.calls().under(API).count();
    }

    private static String outcome(HttpResponse<String> answer) {
        return answer.headers().firstValue("X-Latchkey-Cache").orElseGet(() -> "none: " + answer.body());
    }

    private static String header(HttpResponse<String> answer, String name) {
        return answer.headers().firstValue(name).orElse(null);
    }

    private static void minute() {
        clock.advance(Duration.ofSeconds(61));
    }

    // One person's own answers

    @Test
    void givesAFreshAnswerAgainWithoutAskingAndSaysHowOldItIs() {
        github.content().put(repo, "{\"a\":1}");
        get(alice, repo);
        clock.advance(Duration.ofSeconds(20));

        HttpResponse<String> again = get(alice, repo);

        assertThat(again.body()).isEqualTo("{\"a\":1}");
        assertThat(outcome(again)).isEqualTo("hit");
        assertThat(Integer.parseInt(header(again, "Age"))).isBetween(20, 30);
        assertThat(header(again, "Cache-Status")).startsWith("latchkey; hit; ttl=3");
        assertThat(asked()).isOne();
    }

    @Test
    void confirmsAnOldAnswerAtNoCostAndKeepsWhatTheConfirmationDoesNotBring() {
        github.content().put(repo + "/issues", "[1]").with("Link", "<" + github.apiUrl() + "/x?page=2>; rel=\"next\"");
        get(alice, repo + "/issues");
        int left = github.remainingOf("alice");
        minute();

        HttpResponse<String> again = get(alice, repo + "/issues");

        assertThat(again.statusCode()).isEqualTo(200);
        assertThat(again.body()).isEqualTo("[1]");
        assertThat(outcome(again)).isEqualTo("revalidated");
        assertThat(header(again, "Link")).isEqualTo("<" + gateway.url() + "/github/x?page=2>; rel=\"next\"");
        assertThat(header(again, "Content-Type")).startsWith("application/json");
        assertThat(header(again, "Age")).isEqualTo("0");
        assertThat(github.remainingOf("alice")).isEqualTo(left);
        assertThat(asked()).isEqualTo(2);
        assertThat(outcome(get(alice, repo + "/issues"))).isEqualTo("hit");
    }

    @Test
    void outlivesThePersonsToken() {
        HttpPerson carol = signedIn("carol");
        github.content().put(repo, "{}");
        get(carol, repo);
        String first = github.calls().last().token();
        signedIn("carol");
        int left = github.remainingOf("carol");
        minute();

        HttpResponse<String> again = get(carol, repo);

        assertThat(github.calls().last().token()).isNotEqualTo(first);
        assertThat(outcome(again)).isEqualTo("revalidated");
        assertThat(github.remainingOf("carol")).isEqualTo(left);
    }

    @Test
    void keepsEachSpellingOfAnAnswerApart() {
        github.content()
                .put(repo, "{\"v\":1}")
                .bodyWhen("diff", "+a")
                .bodyWhen("2026-03-10", "{\"v\":2}")
                .vary("Accept, Authorization, Cookie");

        for (int i = 0; i < 2; i++) {
            assertThat(get(alice, repo).body()).isEqualTo("{\"v\":1}");
            assertThat(get(alice, repo, "Accept", "application/vnd.github.diff").body())
                    .isEqualTo("+a");
            assertThat(get(alice, repo, "X-GitHub-Api-Version", "2026-03-10").body())
                    .isEqualTo("{\"v\":2}");
            assertThat(get(alice, repo, "Time-Zone", "Europe/Oslo").body()).isEqualTo("{\"v\":1}");
        }

        assertThat(asked()).isEqualTo(4);
    }

    @ParameterizedTest
    @ValueSource(strings = {"*/*", "application/json", "", "text/html,application/xhtml+xml,*/*;q=0.8"})
    void takesWhatAsksForNothingInParticularForTheSame(String accept) {
        github.content().put(repo, "{}");
        get(alice, repo, "Accept", "application/vnd.github+json");

        assertThat(outcome(get(alice, repo, "Accept", accept))).isEqualTo("hit");
    }

    @Test
    void answersAClientThatHasItAlreadyWithNothing() {
        github.content().put(repo, "{\"url\":\"" + github.apiUrl() + repo + "\"}");
        String tag = header(get(alice, repo), "ETag");

        for (String known : List.of(tag, tag.substring(2), "\"other\", " + tag, "*")) {
            HttpResponse<String> answer = get(alice, repo, "If-None-Match", known);
            assertThat(answer.statusCode()).as(known).isEqualTo(304);
            assertThat(answer.body()).isEmpty();
            assertThat(header(answer, "ETag")).isEqualTo(tag);
        }
        assertThat(get(alice, repo, "If-None-Match", "\"other\"").statusCode()).isEqualTo(200);
        assertThat(asked()).isOne();
    }

    @Test
    void knowsATagAgainThatItHasForgottenTheBodyOf() {
        github.content().put(repo, "{}");
        String tag = header(get(alice, repo), "ETag");
        try (TestGateway other = TestGateway.signingInAt(github)
                .clock(clock)
                .port(TestGateway.freePort())
                .property("latchkey.passthrough.cache.size", "0B")
                .property("latchkey.passthrough.cache.largest", "0B")
                .property("latchkey.passthrough.rewrite-bodies", false)
                .route("github", "path: /github/**", "to: builtin:github-api", "allow: [signed-in]")
                .start()) {
            HttpPerson dora = other.stranger();
            dora.signIn(github, "dora", "/github/user");
            String plain = header(get(dora, repo), "ETag");
            int left = github.remainingOf("dora");

            HttpResponse<String> answer = get(dora, repo, "If-None-Match", plain);

            assertThat(answer.statusCode()).isEqualTo(304);
            assertThat(github.remainingOf("dora")).isEqualTo(left);
            assertThat(plain).isNotEqualTo(tag);
        }
    }

    @Test
    void answersAHeadWithTheHeadersOfAGet() {
        github.content().put(repo, "{\"url\":\"" + github.apiUrl() + repo + "\"}");

        HttpResponse<String> head = alice.send("HEAD", "/github" + repo, null);
        HttpResponse<String> get = get(alice, repo);

        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.body()).isEmpty();
        assertThat(header(head, "ETag")).isEqualTo(header(get, "ETag"));
        assertThat(header(head, "Content-Length"))
                .isEqualTo(header(get, "Content-Length"))
                .isEqualTo(String.valueOf(get.body().getBytes(UTF_8).length));
        assertThat(asked()).isOne();
    }

    @Test
    void doesAsTheClientsDirectivesSay() {
        github.content().put(repo, "{}");

        HttpResponse<String> nothingKept = get(alice, repo, "Cache-Control", "only-if-cached");
        assertThat(nothingKept.statusCode()).isEqualTo(504);
        assertThat(header(nothingKept, "X-Latchkey-Problem")).isEqualTo("github.not-cached");
        assertThat(asked()).isZero();

        get(alice, repo);
        assertThat(outcome(get(alice, repo, "Cache-Control", "only-if-cached"))).isEqualTo("hit");
        assertThat(outcome(get(alice, repo, "Cache-Control", "no-cache"))).isEqualTo("revalidated");
        assertThat(outcome(get(alice, repo, "Pragma", "no-cache"))).isEqualTo("revalidated");
        assertThat(outcome(get(alice, repo, "Cache-Control", "max-age=0"))).isEqualTo("revalidated");
        assertThat(outcome(get(alice, repo, "Cache-Control", "min-fresh=90"))).isEqualTo("revalidated");
        assertThat(outcome(get(alice, repo, "Cache-Control", "no-store"))).isEqualTo("bypass");
        assertThat(asked()).isEqualTo(6);
    }

    @Test
    void obeysWhatGitHubSaysOfKeeping() {
        github.content().put(repo + "/a", "{}").cacheControl("no-store");
        github.content().put(repo + "/b", "{}").cacheControl("no-cache");
        github.content().put(repo + "/c", "{}").cacheControl(null).untagged();
        github.content().put(repo + "/d", "{}").cacheControl("private, max-age=86400, s-maxage=60");
        for (String path : List.of("/a", "/b", "/c", "/d")) {
            get(alice, repo + path);
        }
        clock.advance(Duration.ofMinutes(50));

        assertThat(outcome(get(alice, repo + "/a"))).isEqualTo("miss");
        assertThat(outcome(get(alice, repo + "/b"))).isEqualTo("revalidated");
        assertThat(outcome(get(alice, repo + "/c"))).isEqualTo("miss");
        assertThat(outcome(get(alice, repo + "/d"))).isEqualTo("hit");
    }

    @Test
    void neverKeepsTheStateOfTheQuota() {
        assertThat(outcome(get(alice, "/rate_limit"))).isEqualTo("bypass");
        assertThat(outcome(get(alice, "/rate_limit"))).isEqualTo("bypass");
        assertThat(asked()).isEqualTo(2);
    }

    @Test
    void tellsTheQuotaAsItIsNowAndNotAsItWas() {
        github.content().put(repo, "{}");
        github.content().put(repo + "/other", "{}");
        String before = header(get(alice, repo), "X-RateLimit-Remaining");
        get(alice, repo + "/other");

        HttpResponse<String> again = get(alice, repo);

        assertThat(outcome(again)).isEqualTo("hit");
        assertThat(Integer.parseInt(header(again, "X-RateLimit-Remaining"))).isEqualTo(Integer.parseInt(before) - 1);
    }

    // Changes

    @Test
    void asksAgainForWhatItsOwnerHasWrittenTo() {
        github.content().put(repo + "/issues/1", "{\"state\":\"open\"}");
        github.content().put(repo + "/issues", "[1]");
        github.content().put(repo + "/pulls/1", "{\"state\":\"open\"}");
        github.content().put(repo + "-2", "{}");
        github.content()
                .on(
                        "PATCH",
                        repo + "/issues/1",
                        200,
                        "{}",
                        () -> github.content().put(repo + "/issues/1", "{\"state\":\"closed\"}"));
        Stream.of("/issues/1", "/issues", "/pulls/1", "-2").forEach(path -> get(alice, repo + path));

        assertThat(alice.send("PATCH", "/github" + repo + "/issues/1", "{}").statusCode())
                .isEqualTo(200);

        assertThat(get(alice, repo + "/issues/1").body()).contains("closed");
        assertThat(outcome(get(alice, repo + "/issues"))).isEqualTo("revalidated");
        assertThat(outcome(get(alice, repo + "/pulls/1")))
                .as("what else of the repository tells of it")
                .isEqualTo("revalidated");
        assertThat(outcome(get(alice, repo + "-2"))).isEqualTo("hit");
    }

    @Test
    void keepsWhatAFailedWriteHasNotTouched() {
        github.content().put(repo + "/issues/1", "{}");
        github.content().on("PATCH", repo + "/issues/1", 422, "{\"message\":\"Validation Failed\"}", () -> {});
        get(alice, repo + "/issues/1");

        alice.send("PATCH", "/github" + repo + "/issues/1", "{}");

        assertThat(outcome(get(alice, repo + "/issues/1"))).isEqualTo("hit");
    }

    @Test
    void findsTheFurtherPageThatAFullOneDoesNotTellOf() {
        String full = IntStream.range(0, 30).mapToObj(String::valueOf).collect(Collectors.joining(",", "[", "]"));
        github.content().put(repo + "/issues", full);
        get(alice, repo + "/issues");
        github.content()
                .put(repo + "/issues", full)
                .with("Link", "<" + github.apiUrl() + repo + "/issues?page=2>; rel=\"next\"");
        github.content().put(repo + "/issues?page=2", "[31]");
        minute();

        assertThat(header(get(alice, repo + "/issues"), "Link")).contains("page=2");
    }

    @Test
    void confirmsAListsFullLastPageAtNoCostWhileNothingComesAfterIt() {
        String full = IntStream.range(0, 30).mapToObj(String::valueOf).collect(Collectors.joining(",", "[", "]"));
        github.content().put(repo + "/issues", full);
        github.content().put(repo + "/issues?state=open&page=2", "[]");
        get(alice, repo + "/issues?state=open");
        int left = github.remainingOf("alice");
        minute();

        HttpResponse<String> again = get(alice, repo + "/issues?state=open");

        assertThat(outcome(again)).isEqualTo("revalidated");
        assertThat(again.body()).isEqualTo(full);
        assertThat(header(again, "Link")).isNull();
        assertThat(github.remainingOf("alice")).isEqualTo(left);
        assertThat(asked()).isEqualTo(3);
    }

    @Test
    void confirmsALongListThatHasNoPagesAtNoCost() {
        String long40 = IntStream.range(0, 40).mapToObj(String::valueOf).collect(Collectors.joining(",", "[", "]"));
        github.content().put(repo + "/git/matching-refs/heads", long40);
        get(alice, repo + "/git/matching-refs/heads");
        int left = github.remainingOf("alice");
        minute();

        HttpResponse<String> again = get(alice, repo + "/git/matching-refs/heads");

        assertThat(outcome(again)).isEqualTo("revalidated");
        assertThat(again.body()).isEqualTo(long40);
        assertThat(github.remainingOf("alice")).isEqualTo(left);
    }

    @Test
    void believesForAMomentThatSomethingIsNotThere() {
        assertThat(get(alice, repo).statusCode()).isEqualTo(404);
        assertThat(outcome(get(alice, repo))).isEqualTo("hit");
        assertThat(get(bob, repo).statusCode()).isEqualTo(404);
        assertThat(asked()).isEqualTo(2);
        github.content().put(repo, "{}");
        clock.advance(Duration.ofSeconds(6));

        assertThat(get(alice, repo).statusCode()).isEqualTo(200);
    }

    @Test
    void believesForLongerWhatHasNotBeenThereForLong() {
        get(alice, repo);
        clock.advance(Duration.ofSeconds(6));
        get(alice, repo);
        clock.advance(Duration.ofMinutes(10));
        assertThat(outcome(get(alice, repo))).isEqualTo("miss");
        clock.advance(Duration.ofSeconds(30));

        assertThat(outcome(get(alice, repo))).isEqualTo("hit");
        assertThat(outcome(get(alice, repo, "Cache-Control", "no-cache"))).isEqualTo("miss");
        clock.advance(Duration.ofSeconds(90));
        assertThat(outcome(get(alice, repo))).isEqualTo("miss");
        assertThat(asked()).isEqualTo(5);
    }

    @Test
    void asksForTheRepositoryAloneWhereThatIsNotThere() {
        get(alice, repo + "/issues");
        get(alice, repo + "/pulls");
        clock.advance(Duration.ofSeconds(6));
        github.forgetCalls();

        assertThat(get(alice, repo + "/issues").statusCode()).isEqualTo(404);
        assertThat(get(alice, repo + "/pulls").statusCode()).isEqualTo(404);

        assertThat(asked()).isOne();
        assertThat(github.calls().under(API + repo).count()).isOne();
        github.content().put(repo, "{}");
        github.content().put(repo + "/issues", "[]");
        clock.advance(Duration.ofSeconds(6));
        assertThat(get(alice, repo + "/issues").statusCode()).isEqualTo(200);
    }

    @Test
    void asksNotAgainForAHiddenRepositoryWhenSomethingHappensInItButWhenItIsOpened() {
        get(alice, repo);

        deliver("push", "");
        assertThat(outcome(get(alice, repo))).isEqualTo("hit");
        github.content().put(repo, "{}");
        deliver("repository", "publicized");

        assertThat(get(alice, repo).statusCode()).isEqualTo(200);
    }

    @Test
    void givesOthersAListsFullLastPageOnceGitHubSaysThatItIsTheirLastToo() {
        String full = IntStream.range(0, 30).mapToObj(String::valueOf).collect(Collectors.joining(",", "[", "]"));
        github.content().put(repo + "/issues", full);
        github.content().put(repo + "/issues?state=open&page=2", "[]");
        get(alice, repo + "/issues?state=open");
        int left = github.remainingOf("bob");

        HttpResponse<String> answer = get(bob, repo + "/issues?state=open");

        assertThat(answer.body()).isEqualTo(full);
        assertThat(header(answer, "Cache-Status")).contains("SHARED");
        assertThat(github.remainingOf("bob")).isEqualTo(left);
    }

    @Test
    void asksAtOnceForWhatItsOwnerHasJustCreated() {
        github.content()
                .on(
                        "PUT",
                        repo + "/contents/a",
                        201,
                        "{}",
                        () -> github.content().put(repo + "/contents/a", "{}"));
        get(alice, repo + "/contents/a");

        alice.send("PUT", "/github" + repo + "/contents/a", "{}");

        assertThat(get(alice, repo + "/contents/a").statusCode()).isEqualTo(200);
    }

    @Test
    void asksAgainForWhatIsStillBeingMade() {
        github.content().put(repo + "/stats/contributors", "").status(202).untagged();

        assertThat(get(alice, repo + "/stats/contributors").statusCode()).isEqualTo(202);
        assertThat(get(alice, repo + "/stats/contributors").statusCode()).isEqualTo(202);
        assertThat(asked()).isEqualTo(2);
    }

    @Test
    void forgetsAtAWebhookWhatItTellsOf() {
        github.content().put(repo, "{\"secret\":1}");
        github.content().put(repo + "/issues", "[1]");
        get(alice, repo);
        get(bob, repo);
        get(bob, repo + "/issues");
        github.content().put(repo, "{\"secret\":1}").seenBy("alice");
        github.content().put(repo + "/issues", "[1]").seenBy("alice");

        deliver("repository", "privatized");

        assertThat(get(bob, repo).statusCode()).isEqualTo(404);
        assertThat(get(bob, repo + "/issues").statusCode()).isEqualTo(404);
        assertThat(outcome(get(alice, repo))).isEqualTo("revalidated");
    }

    private void deliver(String event, String action) {
        String json = "{\"action\":\"" + action + "\",\"repository\":{\"id\":1,\"full_name\":\""
                + repo.substring("/repos/".length()) + "\"}}";
        assertThat(github.webhook(event, json)
                        .signedWith(SECRET)
                        .deliverTo(URI.create(gateway.url() + "/oauth2/webhooks/github"))
                        .statusCode())
                .isEqualTo(202);
    }

    // Outages

    static Stream<Fault> outages() {
        return Stream.of(
                Fault.garbage(),
                Fault.status(502),
                Fault.html(503),
                Fault.rateLimited(Duration.ofMinutes(1)),
                Fault.secondaryLimitWithoutWait());
    }

    @ParameterizedTest
    @MethodSource("outages")
    void givesAnOldAnswerForAWhileWhenGitHubCannotBeAsked(Fault outage) {
        github.content().put(repo, "{\"a\":1}");
        get(alice, repo);
        minute();
        try {
            github.endpoint(API + repo).always(outage);

            HttpResponse<String> old = get(alice, repo);
            assertThat(old.statusCode()).isEqualTo(200);
            assertThat(old.body()).isEqualTo("{\"a\":1}");
            assertThat(outcome(old)).isEqualTo("stale");
            assertThat(Integer.parseInt(header(old, "Age"))).isBetween(61, 75);
            assertThat(header(old, "Cache-Status")).contains("hit; ttl=-").contains("detail=STALE_ON_ERROR");

            clock.advance(Duration.ofHours(1));
            assertThat(get(alice, repo).statusCode()).isGreaterThanOrEqualTo(400);
            assertThat(get(bob, repo).statusCode()).isGreaterThanOrEqualTo(400);
        } finally {
            github.endpoint(API + repo).heal();
            // What was said of limits is over for the tests to come.
            clock.advance(Duration.ofHours(3));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {403, 404, 410, 451})
    void givesNoOldAnswerInPlaceOfARefusal(int status) {
        github.content().put(repo, "{\"a\":1}");
        get(alice, repo);
        minute();
        github.endpoint(API + repo).next(Fault.message(status, "Must have push access"));

        assertThat(get(alice, repo).statusCode()).isEqualTo(status);

        github.endpoint(API + repo).next(2, Fault.garbage());
        assertThat(get(alice, repo).body()).doesNotContain("\"a\"");
    }

    // GitHub's limits, by the checks of its own behaviour

    private static final String QUERY = "{\"query\":\"{ viewer { login } }\"}";

    /** Whoever met a limit waits for long: each check has somebody of its own. */
    private HttpPerson somebody() {
        return signedIn("limited" + tests);
    }

    private int callsBy(String path) {
        return github.calls().to("GET", API + path).by("limited" + tests).count();
    }

    private Call lastBy(String path) {
        return github.calls().to("GET", API + path).by("limited" + tests).last();
    }

    private static long isHeldBack(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).isEqualTo(429);
        assertThat(header(answer, "X-Latchkey-Problem")).isEqualTo("github.limited");
        return Long.parseLong(header(answer, "Retry-After"));
    }

    @Test
    void check31_asksNothingMoreOfASpentQuotaButServesWhatIsAtHandAndEverybodyElse() {
        HttpPerson person = somebody();
        github.content().put(repo, "{\"a\":1}");
        github.content().put(repo + "/other", "{}");
        get(person, repo);
        minute();
        github.endpoint(API + repo + "/other").next(Fault.quotaExhausted(Duration.ofMinutes(5)));
        assertThat(get(person, repo + "/other").statusCode()).isIn(403, 429);
        int before = callsBy(repo) + callsBy(repo + "/other");

        long wait = isHeldBack(get(person, repo + "/other"));
        HttpResponse<String> old = get(person, repo);

        assertThat(wait).isBetween(280L, 305L);
        assertThat(old.body()).isEqualTo("{\"a\":1}");
        assertThat(outcome(old)).isEqualTo("stale");
        assertThat(callsBy(repo) + callsBy(repo + "/other")).isEqualTo(before);
        assertThat(get(alice, repo + "/other").statusCode()).isEqualTo(200);
        clock.advance(Duration.ofSeconds(wait + 1));
        assertThat(get(person, repo + "/other").statusCode()).isEqualTo(200);
    }

    @Test
    void check32_pausesAllOfAPersonsQuotasForAsLongAsGitHubAsks() {
        HttpPerson person = somebody();
        github.content().put(repo, "{}");
        github.endpoint(API + repo).next(Fault.rateLimited(Duration.ofSeconds(90)));
        get(person, repo);
        github.forgetCalls();

        assertThat(isHeldBack(get(person, repo))).isBetween(80L, 92L);
        assertThat(isHeldBack(get(person, "/search/issues?q=x"))).isBetween(80L, 92L);
        assertThat(isHeldBack(person.send("POST", "/github/graphql", QUERY, "Content-Type", "application/json")))
                .isBetween(80L, 92L);
        assertThat(asked()).isZero();
        clock.advance(Duration.ofSeconds(93));
        assertThat(get(person, repo).statusCode()).isEqualTo(200);
    }

    @Test
    void check32_asksNothingOfItsOwnEitherAboutAPersonWhoIsPaused() {
        HttpPerson person = somebody();
        github.content().put(repo, "{}");
        github.endpoint(API + repo).next(Fault.rateLimited(Duration.ofSeconds(90)));
        get(person, repo);
        github.forgetCalls();

        assertThat(person.get("/acme/user").statusCode()).isEqualTo(503);
        assertThat(asked()).isZero();
        clock.advance(Duration.ofSeconds(93));
        assertThat(person.get("/acme/user").statusCode()).isEqualTo(403);
    }

    @Test
    void check32_pausesAPersonsAppsTooWhereItsOwnQuestionMeetsTheLimit() {
        HttpPerson person = somebody();
        github.content().put(repo, "{}");
        github.endpoint(API + "/user/memberships/orgs/acme").next(Fault.rateLimited(Duration.ofSeconds(90)));
        assertThat(person.get("/acme/user").statusCode()).isEqualTo(503);
        github.forgetCalls();

        assertThat(isHeldBack(get(person, repo))).isBetween(80L, 92L);
        assertThat(asked()).isZero();
    }

    @Test
    void check33_waitsAMinuteAfterALimitThatDoesNotSayAndLongerAfterTheNext() {
        HttpPerson person = somebody();
        github.content().put(repo, "{}");
        String words = "{\"message\":\"You have exceeded a secondary rate limit. Please wait a few minutes.\"}";
        github.endpoint(API + repo).always(Fault.body(403, words, "X-RateLimit-Remaining", "21"));

        HttpResponse<String> told = get(person, repo);

        assertThat(told.statusCode()).isEqualTo(403);
        assertThat(told.body()).isEqualTo(words);
        for (long pause : List.of(60, 120, 240, 480, 960, 1_920, 3_600, 3_600)) {
            Instant met = lastBy(repo).at();
            int before = callsBy(repo);
            assertThat(isHeldBack(get(person, repo))).isBetween(pause - 15, pause + 1);
            clock.advance(Duration.between(clock.instant(), met.plusSeconds(pause - 20)));
            isHeldBack(get(person, repo));
            assertThat(callsBy(repo)).isEqualTo(before);
            clock.advance(Duration.ofSeconds(22));
            assertThat(get(person, repo).statusCode()).isEqualTo(403);
            assertThat(callsBy(repo)).isEqualTo(before + 1);
        }
        github.endpoint(API + repo).heal();
        isHeldBack(get(person, repo));
        clock.advance(Duration.ofHours(1));
        assertThat(get(person, repo).statusCode()).isEqualTo(200);
    }

    @Test
    void check34_passesAPermissionsRefusalAndPausesNothing() {
        HttpPerson person = somebody();
        github.content().put(repo, "{}");
        String words = "{\"message\":\"Must have push access to view repository collaborators.\"}";
        github.endpoint(API + repo).next(Fault.body(403, words, "X-RateLimit-Remaining", "4000"));

        HttpResponse<String> refused = get(person, repo);

        assertThat(refused.statusCode()).isEqualTo(403);
        assertThat(refused.body()).isEqualTo(words);
        assertThat(get(person, repo).statusCode()).isEqualTo(200);
        assertThat(get(bob, repo).statusCode()).isEqualTo(200);
    }

    @Test
    void check35_readsADateToWaitForByGitHubsOwnClock() {
        HttpPerson person = somebody();
        github.clockAhead(Duration.ofMinutes(5));
        try {
            String at = DateTimeFormatter.RFC_1123_DATE_TIME.format(
                    clock.instant().plus(Duration.ofMinutes(7)).atZone(ZoneOffset.UTC));
            github.endpoint(API + repo).next(Fault.body(429, "{\"message\":\"Slow down\"}", "Retry-After", at));
            get(person, repo);

            assertThat(isHeldBack(get(person, repo))).isBetween(110L, 123L);
        } finally {
            github.clockAhead(Duration.ZERO);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"1900000000000", "1", ""})
    void check36_waitsASaneTimeWhateverTheResetSays(String reset) {
        HttpPerson person = somebody();
        github.content().put(repo, "{}");
        String words = "{\"message\":\"API rate limit exceeded for user ID 1.\"}";
        String[] headers = reset.isEmpty()
                ? new String[] {"X-RateLimit-Remaining", "0"}
                : new String[] {"X-RateLimit-Remaining", "0", "X-RateLimit-Reset", reset};
        github.endpoint(API + repo).always(Fault.body(403, words, headers));
        get(person, repo);

        long wait = isHeldBack(get(person, repo));

        assertThat(wait).isBetween(1L, 3_601L);
        github.endpoint(API + repo).heal();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"errors\":[{\"type\":\"RATE_LIMITED\",\"message\":\"API rate limit exceeded\"}]}",
                "{\"errors\":[{\"type\":\"RATE_LIMIT\",\"code\":\"graphql_rate_limit\",\"message\":\"API rate limit\"}]}",
            })
    void check37_pausesGraphQlAtALimitThatComesAsASuccess(String words) {
        HttpPerson person = somebody();
        github.content().put(repo, "{}");
        github.endpoint("/api/graphql")
                .next(Fault.body(
                        200,
                        words,
                        "X-RateLimit-Limit",
                        "5000",
                        "X-RateLimit-Remaining",
                        "12",
                        "X-RateLimit-Reset",
                        String.valueOf(clock.instant().plusSeconds(600).getEpochSecond()),
                        "X-RateLimit-Resource",
                        "graphql"));

        HttpResponse<String> limited =
                person.send("POST", "/github/graphql", QUERY, "Content-Type", "application/json");

        assertThat(limited.statusCode()).isEqualTo(200);
        assertThat(limited.body()).isEqualTo(words);
        isHeldBack(person.send("POST", "/github/graphql", QUERY, "Content-Type", "application/json"));
        assertThat(github.calls().to("POST", "/api/graphql").count()).isOne();
        assertThat(get(person, repo).statusCode()).isEqualTo(200);
    }

    /** Each limit with as little said about it as can be: that it is GraphQL's, only the path tells. */
    private static Stream<Fault> limitsOfAQuery() {
        String typed = "{\"errors\":[{\"type\":\"RATE_LIMITED\",\"message\":\"Wait\"}]}";
        String coded = "{\"errors\":[{\"type\":\"RATE_LIMIT\",\"code\":\"graphql_rate_limit\",\"message\":\"Wait\"}]}";
        String words = "{\"message\":\"API rate limit exceeded for user ID 1.\"}";
        return Stream.of(
                Fault.body(200, typed),
                Fault.body(200, coded, "X-RateLimit-Limit", "5000", "X-RateLimit-Remaining", "12"),
                Fault.body(403, typed),
                Fault.body(403, words, "X-RateLimit-Remaining", "0"),
                Fault.body(429, coded),
                Fault.body(429, words, "Retry-After", "90"));
    }

    @ParameterizedTest
    @MethodSource("limitsOfAQuery")
    void check37_pausesGraphQlAloneWhereOnlyThePathTellsThatItIsGraphQls(Fault limit) {
        HttpPerson person = somebody();
        github.content().put(repo, "{}");
        github.content().on("POST", "/graphql", 200, "{\"data\":{}}", () -> {});
        github.endpoint("/api/graphql").next(limit);
        person.send("POST", "/github/graphql", QUERY, "Content-Type", "application/json");

        long wait = isHeldBack(person.send("POST", "/github/graphql", QUERY, "Content-Type", "application/json"));

        assertThat(github.calls().to("POST", "/api/graphql").count()).isOne();
        assertThat(get(person, repo).statusCode()).isEqualTo(200);
        clock.advance(Duration.ofSeconds(wait + 1));
        assertThat(person.send("POST", "/github/graphql", QUERY, "Content-Type", "application/json")
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void check38_passesErrorsOfAQueryThatAreNoLimit() {
        HttpPerson person = somebody();
        String words = "{\"data\":{\"viewer\":null},\"errors\":[{\"type\":\"NOT_FOUND\",\"message\":\"no\"}]}";
        github.content().on("POST", "/graphql", 200, words, () -> {});

        for (int i = 0; i < 2; i++) {
            HttpResponse<String> answer =
                    person.send("POST", "/github/graphql", QUERY, "Content-Type", "application/json");
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.body()).isEqualTo(words);
        }
        assertThat(github.calls().to("POST", "/api/graphql").count()).isEqualTo(2);
    }

    /** An answer that tells of the person's quota, with an hour between window and window. */
    private String told(int remaining, Instant reset) {
        String path = repo + "/told" + ++told;
        github.endpoint(API + path)
                .next(Fault.body(
                        200,
                        "{}",
                        "X-RateLimit-Limit",
                        "5000",
                        "X-RateLimit-Remaining",
                        String.valueOf(remaining),
                        "X-RateLimit-Used",
                        String.valueOf(5_000 - remaining),
                        "X-RateLimit-Reset",
                        String.valueOf(reset.getEpochSecond()),
                        "X-RateLimit-Resource",
                        "core"));
        return path;
    }

    private static int left(HttpPerson person) {
        String quota = person.get("/oauth2/account/quota").body();
        Matcher found =
                Pattern.compile("\"resource\":\"core\".*?\"remaining\":(\\d+)").matcher(quota);
        assertThat(found.find()).as(quota).isTrue();
        return Integer.parseInt(found.group(1));
    }

    @Test
    void check44_keepsTheLowerNumberOfAWindowAndTakesALaterWindowAsItIs() {
        HttpPerson person = somebody();
        github.content().put(repo, "{}");
        get(person, repo);
        clock.advance(Duration.ofMinutes(10));
        Instant reset = clock.instant().plus(Duration.ofMinutes(58));

        get(person, told(4_990, reset));
        get(person, told(4_995, reset));
        await().untilAsserted(() -> assertThat(left(person)).isEqualTo(4_990));
        assertThat(outcome(get(person, repo))).isEqualTo("revalidated");
        HttpResponse<String> kept = get(person, repo);

        assertThat(left(person)).isEqualTo(4_990);
        assertThat(outcome(kept)).isEqualTo("hit");
        assertThat(header(kept, "X-RateLimit-Remaining")).isEqualTo("4990");
        clock.advance(Duration.ofMinutes(5));
        get(person, told(4_999, reset.plus(Duration.ofMinutes(4))));
        await().untilAsserted(() -> assertThat(left(person)).isEqualTo(4_999));
        get(person, told(17, reset));
        assertThat(get(person, told(4_998, reset.plus(Duration.ofMinutes(4)))).statusCode())
                .isEqualTo(200);
        await().untilAsserted(() -> assertThat(left(person)).isEqualTo(4_998));
    }

    @Test
    void check45_goesSlowlyFromTheVeryAnswerThatTellsThatMostIsUsedElsewhere() {
        String login = "limited" + tests;
        github.leave(login, 4_010, Duration.ofMinutes(50));
        HttpPerson person = somebody();
        IntStream.range(0, 9).forEach(i -> github.content().put(repo + "/n" + i, "{}"));
        for (int i = 0; i < 4; i++) {
            assertThat(get(person, repo + "/n" + i).statusCode()).isEqualTo(200);
        }
        await().untilAsserted(() -> assertThat(left(person)).isEqualTo(github.remainingOf(login)));
        github.spendElsewhere(login, github.remainingOf(login) - 51);

        assertThat(get(person, repo + "/n4").statusCode()).isEqualTo(200);

        await().untilAsserted(() -> assertThat(left(person)).isEqualTo(50));
        assertThat(get(person, repo + "/n5").statusCode())
                .as("the first of those that are left")
                .isEqualTo(200);
        long wait = isHeldBack(get(person, repo + "/n6"));
        assertThat(wait).as("thirty calls in fifty minutes").isBetween(80L, 110L);
        assertThat(callsBy(repo + "/n6")).isZero();
        clock.advance(Duration.ofSeconds(wait + 1));
        assertThat(get(person, repo + "/n6").statusCode()).isEqualTo(200);
    }

    @Test
    void check46_callsNothingForWhoHasLeftTheQueue() {
        HttpPerson person = somebody();
        String comments = repo + "/issues/1/comments";
        github.content().on("POST", comments, 201, "{}", () -> {});
        github.content().on("PATCH", repo, 200, "{}", () -> {});
        assertThat(person.send("POST", "/github" + comments, "{}").statusCode()).isEqualTo(201);
        // Two that notify people are three seconds apart.
        CompletableFuture<?> impatient = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .build()
                .sendAsync(
                        HttpRequest.newBuilder(URI.create(gateway.url() + "/github" + comments))
                                .header("Cookie", "latchkey=" + person.cookie("latchkey"))
                                .POST(HttpRequest.BodyPublishers.ofString("{}"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        await().until(() -> waiting() == 1);

        impatient.cancel(true);

        await().until(() -> waiting() == 0);
        assertThat(person.send("PATCH", "/github" + repo, "{}").statusCode()).isEqualTo(200);
        assertThat(github.calls().to("POST", API + comments).count()).isOne();
    }

    private static int waiting() {
        return gateway.bean(PaceGauges.class).waiting();
    }

    @Test
    void check47_beginsWithoutKnowledgeAndAsksForItOnceAtMost() {
        HttpPerson person = somebody();
        IntStream.range(0, 100).forEach(i -> github.content().put(repo + "/n" + i, "{}"));
        // The sign-in itself has asked who this is; what was learned by that is forgotten with the hour.
        clock.advance(Duration.ofHours(3));
        github.forgetCalls();
        github.endpoint(API + repo + "/n").next(Fault.slow(Duration.ofMillis(200)));

        List<CompletableFuture<HttpResponse<String>>> answers = IntStream.range(0, 100)
                .mapToObj(
                        i -> CompletableFuture.supplyAsync(() -> get(person.twin(), repo + "/n" + i), Runner.threads()))
                .toList();

        answers.forEach(answer -> assertThat(answer.join().statusCode()).isEqualTo(200));
        List<Instant> times = github.calls().under(API + repo + "/n").list().stream()
                .map(Call::at)
                .toList();
        assertThat(times).hasSize(100);
        assertThat(Duration.between(times.get(0), times.get(1)))
                .as("one goes ahead to find out")
                .isGreaterThanOrEqualTo(Duration.ofMillis(200));
        assertThat(callsBy("/rate_limit")).isLessThanOrEqualTo(1);
    }

    // Several at once

    @Test
    void asksOnceForAllWhoAskTheSameAtTheSameTime() {
        github.content().put(repo, "{\"a\":1}");
        github.endpoint(API + repo).next(2, Fault.slow(Duration.ofMillis(1_500)));

        List<CompletableFuture<HttpResponse<String>>> answers = IntStream.range(0, 60)
                .mapToObj(i -> CompletableFuture.supplyAsync(
                        () -> get(i % 2 == 0 ? alice.twin() : bob.twin(), repo), Runner.threads()))
                .toList();

        Set<String> outcomes = answers.stream()
                .map(CompletableFuture::join)
                .peek(answer -> assertThat(answer.body()).isEqualTo("{\"a\":1}"))
                .map(GitHubCacheTest::outcome)
                .collect(Collectors.toSet());
        assertThat(github.calls().to("GET", API + repo).by("alice").count()).isOne();
        assertThat(github.calls().to("GET", API + repo).by("bob").count()).isOne();
        assertThat(outcomes).contains("miss", "coalesced").isSubsetOf("miss", "coalesced", "hit");
    }

    // Several people

    @Test
    void givesOthersWhatGitHubSaysIsTheirsAtNoCost() {
        github.content().put(repo, "{\"a\":1}");
        get(alice, repo);
        int left = github.remainingOf("bob");

        HttpResponse<String> answer = get(bob, repo);

        assertThat(answer.body()).isEqualTo("{\"a\":1}");
        assertThat(header(answer, "Cache-Status")).contains("fwd-status=304").contains("SHARED");
        assertThat(github.calls().last().login()).isEqualTo("bob");
        assertThat(github.remainingOf("bob")).isEqualTo(left);
        assertThat(outcome(get(bob, repo))).isEqualTo("hit");
    }

    @Test
    void givesNobodyWhatGitHubDoesNotGiveThem() {
        github.content().put(repo, "{\"secret\":1}").seenBy("alice");
        get(alice, repo);

        HttpResponse<String> refused = get(bob, repo);

        assertThat(refused.statusCode()).isEqualTo(404);
        assertThat(refused.body()).doesNotContain("secret");
        assertThat(outcome(get(alice, repo))).isEqualTo("hit");
    }

    @Test
    void givesEachTheirOwnWhereTheySeeDifferentThings() {
        github.content().put(repo, "{\"for\":\"alice\"}").bodyFor("bob", "{\"for\":\"bob\"}");

        for (int i = 0; i < 3; i++) {
            assertThat(get(alice, repo).body()).contains("alice");
            assertThat(get(bob, repo).body()).contains("bob");
            minute();
        }
        assertThat(github.calls()
                        .matching(call -> call.header("If-None-Match") == null)
                        .count())
                .isOne();
    }

    @Test
    void learnsFromOneWhatIsNewForTheOther() {
        github.content().put(repo, "{\"v\":1}");
        get(alice, repo);
        get(bob, repo);
        github.content().put(repo, "{\"v\":2}");
        minute();
        get(alice, repo);
        int left = github.remainingOf("bob");

        assertThat(get(bob, repo).body()).isEqualTo("{\"v\":2}");
        assertThat(github.remainingOf("bob")).isEqualTo(left);
    }

    @Test
    void tellsNobodyHowMuchOthersSee() {
        String api = github.apiUrl();
        github.content()
                .put(repo + "/issues", "[1]")
                .with("Link", "<" + api + "/r?page=2>; rel=\"next\", <" + api + "/r?page=99>; rel=\"last\"");
        get(alice, repo + "/issues");

        String link = header(get(bob, repo + "/issues"), "Link");

        assertThat(link).contains("page=2").doesNotContain("page=99");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/user/starred", "/notifications", "/app", "/installation/repositories", "/search/issues"})
    void offersNobodyWhatIsAboutWhoAsks(String path) {
        github.content().put(path, "[]");
        get(alice, path);

        get(bob, path);

        assertThat(github.calls().last().header("If-None-Match")).isNull();
    }

    @Test
    void offersNobodyWhatGitHubSaysIsPublicButDoesNotTellPeopleApart() {
        github.content()
                .put(repo, "{}")
                .cacheControl("public, max-age=60, s-maxage=60")
                .vary("Accept");
        HttpResponse<String> hers = get(alice, repo);

        get(bob, repo);

        assertThat(github.calls().last().header("If-None-Match")).isNull();
        assertThat(header(hers, "Cache-Control")).doesNotContain("public");
        assertThat(String.join(",", hers.headers().allValues("Vary"))).contains("Authorization", "Cookie");
    }

    @Test
    void offersNobodyWhatIsIncompleteForOne() {
        github.content().put("/orgs/acme/repos", "[]").with("X-GitHub-SSO", "partial-results; organizations=1");
        HttpResponse<String> hers = get(alice, "/orgs/acme/repos");

        get(bob, "/orgs/acme/repos");

        assertThat(header(hers, "X-GitHub-SSO")).isEqualTo("partial-results; organizations=1");
        assertThat(github.calls().last().header("If-None-Match")).isNull();
    }

    /** Threads of this test's own: the common pool has as many as the machine has cores. */
    private static final class Runner {

        private static final ExecutorService THREADS = Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task);
            thread.setDaemon(true);
            return thread;
        });

        static ExecutorService threads() {
            return THREADS;
        }
    }
}
