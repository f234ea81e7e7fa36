package dev.latchkey.gateway.journey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.latchkey.gateway.session.BrowserSession;
import dev.latchkey.gateway.session.PersonId;
import dev.latchkey.gateway.session.SessionEnded;
import dev.latchkey.gateway.session.SessionEnded.Reason;
import dev.latchkey.gateway.session.Sessions;
import dev.latchkey.gateway.store.Store;
import dev.latchkey.gateway.testing.EchoBackend;
import dev.latchkey.gateway.testing.GitHubStub;
import dev.latchkey.gateway.testing.HttpPerson;
import dev.latchkey.gateway.testing.RedisServer;
import dev.latchkey.gateway.testing.TestGateway;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * When sessions end by themselves, by the clocks of the stores, which no test can move. So that the time is waited for once
 * and not by each test, all stories begin together, each with people of its own, and every test tells how its own went.
 */
class SessionDeadlinesTest {

    private static final String WEBHOOK_SECRET = "It's a Secret to Everybody";
    private static final Duration IDLE = Duration.ofSeconds(6);
    private static final Duration MAX_AGE = Duration.ofSeconds(13);
    /** What a busy machine may need until it has seen that something ended; that it did not end early is exact. */
    private static final Duration LATE = Duration.ofSeconds(30);

    private static final List<AutoCloseable> PARTS = new ArrayList<>();
    private static final List<SessionEnded> ENDED = new CopyOnWriteArrayList<>();
    private static final Map<Home, CompletableFuture<Void>> IDLENESS = new EnumMap<>(Home.class);
    private static final Map<Home, CompletableFuture<Void>> AGE = new EnumMap<>(Home.class);
    private static final Map<Home, CompletableFuture<Void>> NEW_SIGN_IN = new EnumMap<>(Home.class);

    private static GitHubStub github;
    private static EchoBackend app;
    private static CompletableFuture<Void> endsOfEveryKind;

    enum Home {
        EMBEDDED,
        REDIS
    }

    @BeforeAll
    static void begin() {
        github = part(GitHubStub.start());
        app = part(EchoBackend.start());
        RedisServer redis = part(RedisServer.embedded());
        RedisServer another = part(RedisServer.embedded());
        int port = TestGateway.freePort();
        List<TestGateway> nodes = List.of(
                part(gateway()
                        .on(another)
                        .property("latchkey.session.max-age", "20s")
                        .port(port)
                        .start()),
                part(gateway()
                        .on(another)
                        .property("latchkey.session.max-age", "20s")
                        .property("latchkey.external-url", "http://localhost:" + port)
                        .start()));
        Map<Home, TestGateway> homes = Map.of(
                Home.EMBEDDED,
                part(brief().start()),
                Home.REDIS,
                part(brief().on(redis).start()));

        endsOfEveryKind = beside(() -> everyEndIsToldOnce(nodes));
        homes.forEach((home, gateway) -> {
            IDLENESS.put(home, beside(() -> fallsIdle(gateway, "idle-" + home)));
            AGE.put(home, beside(() -> growsOld(gateway, "old-" + home)));
            NEW_SIGN_IN.put(home, beside(() -> signsInAgain(gateway, "twice-" + home)));
        });
    }

    @AfterAll
    static void stop() throws Exception {
        Collections.reverse(PARTS);
        for (AutoCloseable part : PARTS) {
            part.close();
        }
        PARTS.clear();
    }

    @ParameterizedTest
    @EnumSource
    void anIdleSessionEndsToTheSecondAndItsTokenWithIt(Home home) {
        assertWell(IDLENESS.get(home));
    }

    @ParameterizedTest
    @EnumSource
    void aSessionInUseEndsAtItsAgeToTheSecondAndItsTokenWithIt(Home home) {
        assertWell(AGE.get(home));
    }

    @ParameterizedTest
    @EnumSource
    void aNewSignInMovesTheDeadlineOfTheToken(Home home) {
        assertWell(NEW_SIGN_IN.get(home));
    }

    @Test
    void everyEndIsToldOnceByOneOfTwoNodes() {
        assertWell(endsOfEveryKind);
    }

    // What happens

    private static void fallsIdle(TestGateway gateway, String login) {
        HttpPerson person = signedIn(gateway, login);
        Instant latest = ends(gateway, login).get(0);
        await().pollDelay(Duration.ofMillis(1_500)).until(() -> true);
        Instant idleEnd = Instant.now().plus(IDLE);
        assertThat(person.fetch("/").statusCode()).isEqualTo(200);
        endAt(gateway, login, idleEnd.isBefore(latest) ? idleEnd : latest);
        assertThat(person.fetch("/").statusCode()).isEqualTo(401);
        assertThat(endedOf(login)).containsExactly(Reason.EXPIRED);
    }

    private static void growsOld(TestGateway gateway, String login) {
        HttpPerson person = signedIn(gateway, login);
        Instant end = ends(gateway, login).get(0);
        SessionEndsTest.Watched socket = SessionEndsTest.Watched.open(gateway, person);
        await().until(() -> person.fetch("/").statusCode() == 401);
        assertThat(Instant.now()).isBetween(end, end.plus(LATE));
        assertThat(socket.closed).succeedsWithin(LATE).isEqualTo(4401);
        endAt(gateway, login, end);
        assertThat(endedOf(login)).containsExactly(Reason.EXPIRED);
    }

    private static void signsInAgain(TestGateway gateway, String login) {
        HttpPerson first = signedIn(gateway, login);
        await().pollDelay(Duration.ofSeconds(2)).until(() -> true);
        HttpPerson second = signedIn(gateway, login);
        Instant end = ends(gateway, login).stream().max(Instant::compareTo).orElseThrow();
        await().until(() -> {
            assertThat(GivenToken.in(second.fetch("/"))).matches(github::isLive);
            return first.fetch("/").statusCode() == 401;
        });
        assertThat(GivenToken.in(second.fetch("/"))).matches(github::isLive);
        await().until(() -> second.fetch("/").statusCode() == 401);
        endAt(gateway, login, end);
        await().until(() -> endedOf(login).size() == 2);
    }

    /** The last of the person's sessions, and their token, end at that instant and not before. */
    private static void endAt(TestGateway gateway, String login, Instant end) {
        await().pollInterval(Duration.ofMillis(50))
                .until(() -> goneNotBefore(end, () -> ends(gateway, login).isEmpty()));
        await().pollInterval(Duration.ofMillis(50)).until(() -> goneNotBefore(end, () -> !hasToken(gateway, login)));
        assertThat(Instant.now()).isBefore(end.plus(LATE));
        await().until(() -> !endedOf(login).isEmpty());
    }

    private static boolean goneNotBefore(Instant end, BooleanSupplier isGone) {
        boolean gone = isGone.getAsBoolean();
        assertThat(gone && Instant.now().isBefore(end)).as("ended early").isFalse();
        return gone;
    }

    private static boolean hasToken(TestGateway gateway, String login) {
        return Boolean.TRUE.equals(gateway.bean(Store.class)
                .get("token:" + idOf(login))
                .hasElement()
                .block());
    }

    /** When those sessions end at the latest that have not. */
    private static List<Instant> ends(TestGateway gateway, String login) {
        return gateway.bean(Sessions.class)
                .list(idOf(login))
                .map(BrowserSession::end)
                .collectList()
                .block();
    }

    private static void everyEndIsToldOnce(List<TestGateway> nodes) {
        List<HttpPerson> people = new ArrayList<>();
        List<String> logins = List.of("person0", "person1", "person2", "person3");
        for (String login : logins) {
            people.add(signedIn(nodes.get(0), login));
            people.add(signedIn(nodes.get(0), login).alsoAt(nodes.get(1).url()));
        }
        people.forEach(person -> assertThat(person.fetch("/").statusCode()).isEqualTo(200));

        people.get(0).post("/oauth2/sign_out", Map.of());
        people.get(3).post("/oauth2/account/sessions/end_all", Map.of("scope", "all"));
        revoke(nodes, "person2");
        await().until(() -> endedOf(logins).size() == 5);
        await().until(() -> endedOf(logins).size() == 8);
        await().during(Duration.ofSeconds(2)).until(() -> endedOf(logins).size() == 8);

        assertThat(endedOf(logins)).extracting(SessionEnded::sessionId).doesNotHaveDuplicates();
        assertThat(endedOf(logins))
                .extracting(SessionEnded::reason)
                .containsExactlyInAnyOrder(
                        Reason.SIGNED_OUT,
                        Reason.SIGNED_OUT,
                        Reason.SIGNED_OUT,
                        Reason.REVOKED,
                        Reason.REVOKED,
                        Reason.EXPIRED,
                        Reason.EXPIRED,
                        Reason.EXPIRED);
    }

    /**
     * GitHub sends it to one address; here to both nodes at once, as a balancer that repeats would.
     * Who comes while the other is still at it is told to come again.
     */
    private static void revoke(List<TestGateway> nodes, String login) {
        var delivery = github.authorizationRevoked(login).signedWith(WEBHOOK_SECRET);
        nodes.parallelStream()
                .map(node -> delivery.deliverTo(URI.create(node.url() + "/oauth2/webhooks/github")))
                .forEach(answer -> assertThat(answer.statusCode()).isIn(202, 503));
    }

    private static List<Reason> endedOf(String login) {
        return endedOf(List.of(login)).stream().map(SessionEnded::reason).toList();
    }

    private static List<SessionEnded> endedOf(List<String> logins) {
        List<PersonId> people = logins.stream().map(SessionDeadlinesTest::idOf).toList();
        return ENDED.stream().filter(event -> people.contains(event.person())).toList();
    }

    private static PersonId idOf(String login) {
        return new PersonId("github", Long.toString(github.person(login).id()));
    }

    // Steps

    private static TestGateway.Builder brief() {
        return gateway()
                .property("latchkey.session.idle", IDLE.toSeconds() + "s")
                .property("latchkey.session.max-age", MAX_AGE.toSeconds() + "s");
    }

    private static TestGateway.Builder gateway() {
        return TestGateway.signingInAt(github)
                .app(app.url())
                .hearing(SessionEnded.class, ENDED::add)
                .property("latchkey.github.webhook-secret", WEBHOOK_SECRET);
    }

    private static HttpPerson signedIn(TestGateway gateway, String login) {
        HttpPerson person = gateway.stranger();
        assertThat(person.signIn(github, login, "/").statusCode()).isEqualTo(200);
        return person;
    }

    private static <T extends AutoCloseable> T part(T part) {
        PARTS.add(part);
        return part;
    }

    private static CompletableFuture<Void> beside(Runnable story) {
        return CompletableFuture.runAsync(story, task -> new Thread(task, "story").start());
    }

    private static void assertWell(CompletableFuture<Void> story) {
        try {
            story.join();
        } catch (CompletionException e) {
            throw new AssertionError(e.getCause().getMessage(), e.getCause());
        }
    }
}
