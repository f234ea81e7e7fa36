package dev.latchkey.gateway.journey;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.latchkey.gateway.keys.Secret;
import dev.latchkey.gateway.provider.AccessToken;
import dev.latchkey.gateway.provider.ProviderToken;
import dev.latchkey.gateway.session.BrowserSession;
import dev.latchkey.gateway.session.Person;
import dev.latchkey.gateway.session.PersonId;
import dev.latchkey.gateway.session.Sessions;
import dev.latchkey.gateway.testing.CallLog;
import dev.latchkey.gateway.testing.EchoBackend;
import dev.latchkey.gateway.testing.Fault;
import dev.latchkey.gateway.testing.GitHubStub;
import dev.latchkey.gateway.testing.HttpPerson;
import dev.latchkey.gateway.testing.RedisServer;
import dev.latchkey.gateway.testing.StubToken;
import dev.latchkey.gateway.testing.TestClock;
import dev.latchkey.gateway.testing.TestGateway;
import dev.latchkey.gateway.vault.TokenVault;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;

/** Several nodes on one Redis treat a person's token as one node would. */
class TokenClusterTest {

    private static final Duration LIFE = Duration.ofMinutes(10);
    private static final int CALLERS = 1_000;
    private static final int REPETITIONS = 50;
    private static final Pattern TOKEN = Pattern.compile("\"X-Forwarded-Access-Token\",\"([^\"]+)\"");

    private static TestClock clock;
    private static GitHubStub github;
    private static EchoBackend app;
    private static RedisServer redis;
    private static List<TestGateway> nodes;
    private static int people;

    private String login;

    @BeforeAll
    static void start() {
        clock = TestClock.now();
        github = GitHubStub.start(clock);
        app = EchoBackend.start();
        redis = RedisServer.embedded();
        int port = TestGateway.freePort();
        nodes = List.of(
                node(port).port(port).start(), node(port).start(), node(port).start());
    }

    /** All say the address of the first, where people come in. */
    private static TestGateway.Builder node(int port) {
        return TestGateway.signingInAt(github)
                .route(
                        "app",
                        "to: " + app.url(),
                        "allow: [signed-in]",
                        "send: { github-token: true, jwt: false, headers: none }")
                .on(redis)
                .clock(clock)
                // Three gateways, GitHub, the app and a thousand callers share the cores of one machine.
                .property("spring.data.redis.timeout", "30s")
                .property("latchkey.external-url", "http://localhost:" + port)
                .property("latchkey.github.recheck", "0")
                .property("latchkey.session.idle", "100d")
                .property("latchkey.session.max-age", "400d");
    }

    @AfterAll
    static void stop() {
        nodes.forEach(TestGateway::close);
        redis.close();
        app.close();
        github.close();
    }

    @BeforeEach
    void begin() {
        login = "person" + ++people;
        github.app().expiringTokens(LIFE).tokenRequestsPerHour(2_000);
        github.incident(false).forgetCalls();
        github.refreshes().heal();
        github.endpoint("/api/v3/rate_limit").heal();
        clock.advance(Duration.ofHours(2));
    }

    @Test
    void refreshesOnceForFiftyCallersAtTwoNodes() {
        HttpPerson person = signedIn();
        clock.advance(LIFE.minusSeconds(30));
        github.refreshes().next(Fault.slow(Duration.ofMillis(400)));
        List<String> tokens =
                atOnce(50, i -> GivenToken.in(person.twin().alsoAt(node(0, i)).fetch("/")));
        assertThat(new HashSet<>(tokens)).singleElement().matches(github::isLive);
        assertSpent(1);
    }

    @Test
    void refreshesOnceForAThousandCallersAtThreeNodesEveryTime() {
        HttpPerson person = signedIn();
        String cookie = "latchkey=" + person.cookie("latchkey");
        HttpClient http = HttpClient.create(ConnectionProvider.builder("callers")
                        .maxConnections(CALLERS)
                        .pendingAcquireMaxCount(-1)
                        .build())
                .headers(headers -> headers.set("Cookie", cookie).set("Accept", "application/json"));
        for (int i = 1; i <= REPETITIONS; i++) {
            clock.advance(LIFE);
            Set<String> tokens = Flux.range(0, CALLERS)
                    .flatMap(caller -> tokenAt(http, nodes.get(caller % nodes.size())), CALLERS)
                    .collect(HashSet<String>::new, Set::add)
                    .block(Duration.ofMinutes(1));
            assertThat(tokens).singleElement().matches(github::isLive);
            assertSpent(i);
        }
        assertThat(GivenToken.in(person.alsoAt(nodes.get(2).url()).fetch("/"))).matches(github::isLive);
    }

    private static Mono<String> tokenAt(HttpClient http, TestGateway node) {
        return http.get()
                .uri(node.url() + "/")
                .responseSingle((answer, body) -> body.asString()
                        .map(text -> answer.status().code() == 200 ? tokenIn(text) : answer.status() + " " + text));
    }

    private static String tokenIn(String echo) {
        Matcher matcher = TOKEN.matcher(echo);
        return matcher.find() ? matcher.group(1) : echo;
    }

    @Test
    void aRefreshGoesOnWhenItsCallerLeavesAndTheOtherNodeTakesIt() throws Exception {
        HttpPerson person = signedIn();
        clock.advance(LIFE);
        github.refreshes().next(Fault.slow(Duration.ofSeconds(3)));
        try (Socket caller = new Socket("localhost", nodes.get(0).port())) {
            String request = "GET / HTTP/1.1\r\nHost: localhost:" + nodes.get(0).port() + "\r\nCookie: latchkey="
                    + person.cookie("latchkey") + "\r\n\r\n";
            caller.getOutputStream().write(request.getBytes(US_ASCII));
            await().until(() -> refreshes().count() == 1);
        }
        assertThat(GivenToken.in(person.alsoAt(nodes.get(1).url()).fetch("/"))).matches(github::isLive);
        assertSpent(1);
    }

    @Test
    void aTokenRenewedElsewhereAndTooNewForGitHubsReplicasIsTriedAgain() {
        HttpPerson person = signedIn();
        HttpPerson there = person.alsoAt(nodes.get(1).url());
        GivenToken.in(there.fetch("/"));
        clock.advance(LIFE);
        GivenToken.in(person.fetch("/"));
        github.endpoint("/api/v3/rate_limit").next(Fault.status(401));
        HttpResponse<String> account = there.navigate("/oauth2/account");
        assertThat(account.statusCode()).isEqualTo(200);
        assertThat(account.body()).contains("GitHub quota");
        assertSpent(1);
    }

    @Test
    void anIncidentSeenByOneNodeEndsNobodysSession() {
        HttpPerson person = signedIn();
        github.incident(true);
        HttpResponse<String> account = person.alsoAt(nodes.get(1).url()).navigate("/oauth2/account");
        assertThat(account.statusCode()).isEqualTo(200);
        github.incident(false);
        assertThat(GivenToken.in(person.fetch("/"))).matches(github::isLive);
        assertThat(GivenToken.in(person.alsoAt(nodes.get(1).url()).fetch("/"))).matches(github::isLive);
    }

    @Test
    void elevenBrowsersAtTwoNodesShareOneToken() {
        github.app().lastingTokens();
        List<HttpPerson> browsers = new ArrayList<>();
        for (int i = 0; i < 11; i++) {
            browsers.add(signedIn());
            clock.advance(Duration.ofMinutes(10));
        }
        for (int i = 0; i < 2; i++) {
            int from = i;
            List<String> tokens = atOnce(
                    11, n -> GivenToken.in(browsers.get(n).alsoAt(node(from, n)).fetch("/")));
            assertThat(new HashSet<>(tokens)).singleElement().matches(github::isLive);
        }
    }

    @Test
    void aLimitThatOneNodeMetIsObeyedByTheOther() {
        List<HttpPerson> all = seeded(3_000);
        List<HttpPerson> callers = all.subList(0, 100);
        github.app().tokenRequestsPerHour(0);
        clock.advance(LIFE.minusSeconds(30));
        for (int i = 0; i < callers.size(); i++) {
            HttpPerson caller = callers.get(i).alsoAt(node(0, i));
            assertThat(GivenToken.in(caller.fetch("/"))).matches(github::isLive);
        }
        assertThat(refreshes().count()).as("GitHub is left alone by both").isBetween(1, 5);
        clock.advance(Duration.ofMinutes(1));
        HttpResponse<String> refused = all.get(200).alsoAt(nodes.get(1).url()).fetch("/");
        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(refused.headers().firstValue("Retry-After")).isPresent();

        github.app().tokenRequestsPerHour(2_000);
        clock.advance(Duration.ofHours(1));
        for (int i = 0; i < callers.size(); i++) {
            HttpPerson caller = callers.get(i).alsoAt(node(1, i));
            assertThat(GivenToken.in(caller.fetch("/"))).matches(github::isLive);
        }
        assertThat(refreshes().count()).isLessThan(110);
    }

    /** The first two nodes in turn. */
    private static String node(int from, int i) {
        return nodes.get((from + i) % 2).url();
    }

    private HttpPerson signedIn() {
        HttpPerson person = nodes.get(0).stranger();
        assertThat(person.signIn(github, login, "/").statusCode()).isEqualTo(200);
        return person;
    }

    private static List<HttpPerson> seeded(int number) {
        Sessions sessions = nodes.get(0).bean(Sessions.class);
        TokenVault vault = nodes.get(0).bean(TokenVault.class);
        return Flux.range(0, number)
                .flatMapSequential(i -> seeded("seed" + i, sessions, vault), 64)
                .collectList()
                .block();
    }

    private static Mono<HttpPerson> seeded(String login, Sessions sessions, TokenVault vault) {
        StubToken token = github.tokenFor(login);
        PersonId id = new PersonId("github", Long.toString(github.person(login).id()));
        Person person = new Person(id, login, null, null, false, null);
        ProviderToken kept = new ProviderToken(
                new AccessToken(Secret.of(token.value())),
                token.expiresAt(),
                Secret.of(token.refreshToken()),
                token.refreshExpiresAt(),
                Set.of());
        return sessions.start(person, new BrowserSession.Origin("127.0.0.1", "seeded"))
                .flatMap(started -> vault.keep(id, kept, started.session().end())
                        .thenReturn(nodes.get(0)
                                .stranger()
                                .setCookie("latchkey", started.cookie().getValue())));
    }

    private static <T> List<T> atOnce(int times, IntFunction<T> step) {
        List<CompletableFuture<T>> running = IntStream.range(0, times)
                .mapToObj(i -> CompletableFuture.supplyAsync(() -> step.apply(i), task -> new Thread(task).start()))
                .toList();
        return running.stream().map(CompletableFuture::join).toList();
    }

    /** Of this test's person; what the page of the one before began to read may still be read. */
    private void assertSpent(int refreshTokens) {
        assertThat(refreshes())
                .extracting(call -> call.form().get("refresh_token"))
                .filteredOn(token -> github.hasRefreshToken(login, token))
                .as("spent refresh tokens")
                .hasSize(refreshTokens)
                .doesNotHaveDuplicates();
    }

    private static CallLog refreshes() {
        return github.calls().to("POST", "/login/oauth/access_token").withGrant("refresh_token");
    }
}
