package dev.latchkey.gateway.journey;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.gateway.installation.InstallationTokens;
import dev.latchkey.gateway.installation.Permissions;
import dev.latchkey.gateway.installation.Reach;
import dev.latchkey.gateway.installation.RepositoryName;
import dev.latchkey.gateway.testing.Call;
import dev.latchkey.gateway.testing.CallLog;
import dev.latchkey.gateway.testing.Fault;
import dev.latchkey.gateway.testing.GitHubStub;
import dev.latchkey.gateway.testing.RawHttp;
import dev.latchkey.gateway.testing.StubGitHubApp;
import dev.latchkey.gateway.testing.StubInstallation;
import dev.latchkey.gateway.testing.StubInstallationToken;
import dev.latchkey.gateway.testing.TestClock;
import dev.latchkey.gateway.testing.TestGateway;
import dev.latchkey.gateway.testing.Webhook;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Installation tokens on the internal port, as tokman's clients rely on them. */
class InstallationBrokerTest {

    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private static final TestClock clock = TestClock.now();
    private static GitHubStub github;
    private static StubGitHubApp app;
    private static TestGateway gateway;
    private static TokenWorker worker;

    private StubInstallation packit;

    @BeforeAll
    static void start() {
        github = GitHubStub.start(clock);
        app = github.gitHubApp(4711);
        gateway = TestGateway.signingInAt(github)
                .properties(app.gatewayProperties())
                .property("latchkey.broker.timeout", "5s")
                .property("latchkey.broker.prefix", "/tokman")
                .clock(clock)
                .start();
        worker = TokenWorker.at(gateway);
    }

    @AfterAll
    static void stop() {
        gateway.close();
        github.close();
    }

    @BeforeEach
    void install() {
        packit = app.installedAt("packit", "ogr", "Specfile", "packit-service");
        github.forgetCalls();
    }

    /** Nothing that one test has done reaches the next: GitHub is well, tokens have ended, and so has every pause. */
    @AfterEach
    void letTimePass() {
        github.mints().heal();
        github.installationLookups().heal();
        github.clockAhead(Duration.ZERO);
        packit.unsuspend();
        clock.advance(Duration.ofHours(30));
    }

    @Test
    @DisplayName("K-01: the answer is one line of exactly namespace and repository as asked, and the token")
    void K01_answersAsTokmanDid() {
        HttpResponse<String> answer = worker.ask("packit/ogr");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/json");
        assertThat(answer.headers().firstValue("Cache-Control")).contains("no-store");
        assertThat(answer.body()).endsWith("}\n");
        assertThat(TokenWorker.json(answer).propertyNames())
                .containsExactlyInAnyOrder("namespace", "repository", "access_token");
        assertThat(TokenWorker.json(answer).path("namespace").asString()).isEqualTo("packit");
        assertThat(TokenWorker.json(answer).path("repository").asString()).isEqualTo("ogr");
        assertThat(github.installationToken(TokenWorker.tokenIn(answer))).isPresent();
    }

    @Test
    @DisplayName("K-02, K-03: a token serves until a minute before its end, and then there is a new one")
    void K02_K03_keepsATokenUntilItsRenewal() {
        String first = worker.token("packit/ogr");
        assertThat(worker.token("packit/ogr")).isEqualTo(first);

        clock.advance(Duration.ofMinutes(59));
        assertThat(worker.token("packit/ogr")).isEqualTo(first);
        assertThat(github.mintCalls().count()).isEqualTo(1);

        clock.advance(Duration.ofSeconds(1));
        String second = worker.token("packit/ogr");
        assertThat(second).isNotEqualTo(first);
        assertThat(github.mintCalls().count()).isEqualTo(2);
        assertThat(timeLeft(second)).isEqualTo(Duration.ofHours(1));
    }

    private static Duration timeLeft(String token) {
        return Duration.between(
                clock.instant(), github.installationToken(token).orElseThrow().expiresAt());
    }

    @ParameterizedTest
    @ValueSource(ints = {20, 100})
    @DisplayName("K-04: many who ask at once, first or at the moment of expiry, get one token of one mint")
    void K04_mintsOnceForAllWhoAskAtOnce(int callers) {
        github.mints().always(Fault.slow(Duration.ofMillis(300)));
        assertOneTokenFor(callers);
        assertThat(github.mintCalls().count()).isEqualTo(1);

        clock.advance(Duration.ofMinutes(59).plusSeconds(1));
        assertOneTokenFor(callers);
        assertThat(github.mintCalls().count()).isEqualTo(2);
        assertThat(lookups().count()).isEqualTo(1);
    }

    private static void assertOneTokenFor(int callers) {
        List<HttpResponse<String>> answers = TokenWorker.askAtOnce(callers, "packit/ogr", worker);
        assertThat(answers)
                .hasSize(callers)
                .allSatisfy(answer -> assertThat(answer.statusCode()).isEqualTo(200));
        assertThat(answers.stream().map(TokenWorker::tokenIn).distinct()).hasSize(1);
    }

    @Test
    @DisplayName("K-05: a slow mint for one repository keeps no other waiting")
    void K05_letsOneRepositoryWaitForNoOther() {
        github.mints().next(Fault.hang(Duration.ofSeconds(20)));
        CompletableFuture<HttpResponse<String>> slow = worker.begin("packit/ogr");
        SessionsContract.await(() -> github.mintCalls().count() == 1);

        assertThat(worker.token("packit/specfile")).isNotBlank();
        assertThat(slow).isNotDone();
        assertThat(slow.join().statusCode()).isEqualTo(504);
    }

    @Test
    @DisplayName("K-06: where the App is not installed it is 400 with the words that clients look for")
    void K06_saysThatTheAppIsNotInstalled() {
        HttpResponse<String> answer = worker.ask("Nobody/Nothing");
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(TokenWorker.error(answer))
                .isEqualTo("Failed to retrieve a token: App is not installed on Nobody/Nothing");
        assertThat(answer.headers().firstValue("X-Latchkey-Problem")).contains("installation.missing");
    }

    @Test
    @DisplayName("K-07: a suspended installation is 400 and told apart, whether GitHub says so early or late")
    void K07_saysThatTheInstallationIsSuspended() {
        packit.suspend();
        assertSuspended(worker.ask("packit/ogr"));
        assertThat(github.mintCalls().count()).isZero();

        packit.unsuspend();
        clock.advance(Duration.ofSeconds(61));
        worker.token("packit/ogr");
        packit.suspend();
        clock.advance(Duration.ofMinutes(59).plusSeconds(1));
        assertSuspended(worker.ask("packit/ogr"));
        assertSuspended(worker.ask("packit/ogr"));
        assertThat(github.mintCalls().count()).isEqualTo(2);

        packit.unsuspend();
        clock.advance(Duration.ofSeconds(61));
        worker.token("packit/ogr");
    }

    private static void assertSuspended(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(TokenWorker.error(answer))
                .contains("packit/ogr is suspended")
                .doesNotContain("not installed");
        assertThat(answer.headers().firstValue("X-Latchkey-Problem")).contains("installation.suspended");
    }

    static Stream<Arguments> limits() {
        return Stream.of(
                Arguments.of("secondary, with Retry-After", Fault.rateLimited(Duration.ofSeconds(7)), 7),
                Arguments.of("primary, with a reset", Fault.quotaExhausted(Duration.ofMinutes(10)), 601),
                Arguments.of("secondary, by its words alone", Fault.secondaryLimitWithoutWait(), 60));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("limits")
    @DisplayName("K-08: a rate limit is 429 with Retry-After, and GitHub is left alone for so long")
    void K08_saysThatGitHubsLimitIsReached(String kind, Fault limit, int seconds) {
        github.mints().next(limit);
        HttpResponse<String> answer = worker.ask("packit/ogr");
        assertLimited(answer, seconds);

        clock.advance(Duration.ofSeconds(2));
        assertLimited(worker.ask("packit/ogr"), seconds - 2);
        assertLimited(worker.ask("packit/specfile"), seconds - 2);
        assertThat(github.mintCalls().count()).isEqualTo(1);

        clock.advance(Duration.ofSeconds(seconds - 2));
        worker.token("packit/ogr");
    }

    private static void assertLimited(HttpResponse<String> answer, int seconds) {
        assertThat(answer.statusCode()).isEqualTo(429);
        assertThat(answer.headers().firstValue("Retry-After")).contains(Integer.toString(seconds));
        assertThat(TokenWorker.error(answer)).contains("rate limit").doesNotContain("installed");
    }

    @Test
    @DisplayName("K-08: a limit that says no time pauses a minute, and longer when it is met again")
    void K08_pausesLongerEachTime() {
        github.installationLookups().next(2, Fault.secondaryLimitWithoutWait());
        assertLimited(worker.ask("packit/ogr"), 60);
        clock.advance(Duration.ofSeconds(60));
        assertLimited(worker.ask("packit/ogr"), 120);
        clock.advance(Duration.ofSeconds(120));
        worker.token("packit/ogr");
    }

    static Stream<Arguments> breakdowns() {
        return Stream.of(
                Arguments.of("500", Fault.status(500), 502, "GitHub failed with status 500"),
                Arguments.of("502 with a page", Fault.html(502), 502, "GitHub failed with status 502"),
                Arguments.of("broken JSON", Fault.body(201, "{\"token\":"), 502, "did not"),
                Arguments.of("JSON of something else", Fault.body(201, "[1]"), 502, "did not"),
                Arguments.of("a redirect", Fault.redirect(302, "https://evil.example/"), 502, ""),
                Arguments.of("reset", Fault.reset(), 503, "cannot be reached"),
                Arguments.of("nothing", Fault.hang(Duration.ofMillis(10)), 503, "cannot be reached"),
                Arguments.of("garbage", Fault.garbage(), 503, "cannot be reached"),
                Arguments.of("silence", Fault.hang(Duration.ofSeconds(20)), 504, "took too long"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("breakdowns")
    @DisplayName(
            "K-09: what breaks at GitHub is a status of 502 to 504 and never mistaken for an App that is not there")
    void K09_saysThatGitHubFailed(String kind, Fault fault, int status, String words) {
        worker.token("packit/ogr");
        clock.advance(Duration.ofHours(1));
        github.mints().always(fault);
        assertFailed(worker.ask("packit/ogr"), status, words);

        github.mints().heal();
        github.installationLookups().always(fault);
        assertFailed(worker.ask("packit/packit-service"), status, words);

        github.installationLookups().heal();
        worker.token("packit/ogr");
        worker.token("packit/packit-service");
    }

    private static void assertFailed(HttpResponse<String> answer, int status, String words) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(TokenWorker.error(answer)).contains(words).doesNotContain("installed", "suspended");
    }

    @Test
    @DisplayName("K-09: a token that lives long enough is served while GitHub is down")
    void K09_servesWhatItHasWhileGitHubIsDown() {
        String token = worker.token("packit/ogr");
        github.mints().always(Fault.status(503));
        github.installationLookups().always(Fault.status(503));
        clock.advance(Duration.ofMinutes(58));
        assertThat(worker.token("packit/ogr")).isEqualTo(token);
    }

    @Test
    @DisplayName("K-09: a 403 that is no limit and no suspension has words of its own")
    void K09_saysThatGitHubRefused() {
        github.mints().next(Fault.message(403, "the organization has an IP allow list enabled"));
        HttpResponse<String> answer = worker.ask("packit/ogr");
        assertFailed(answer, 502, "GitHub refused the call");
        assertThat(answer.headers().firstValue("Retry-After")).isEmpty();
        assertThat(answer.headers().firstValue("X-Latchkey-Problem")).contains("github.refused");
    }

    @Test
    @DisplayName("K-10: a wrong key or id is 500 and counted, not 400, and is not tried again and again in one request")
    void K10_saysThatTheAppItselfIsRefused() {
        github.installationLookups().next(Fault.message(401, "A JSON web token could not be decoded"));
        assertRefusedApp(worker.ask("packit/ogr"));
        assertThat(lookups().count()).isEqualTo(1);

        github.installationLookups().next(Fault.message(404, "Integration not found"));
        assertRefusedApp(worker.ask("packit/ogr"));
        assertThat(worker.send("GET", "/metrics").body())
                .contains("latchkey_installation_failures_total{code=\"github.app.refused\"} 2");
        worker.token("packit/ogr");
    }

    private static void assertRefusedApp(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).isEqualTo(500);
        assertThat(TokenWorker.error(answer)).contains("key or id").doesNotContain("installed");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/api/health", "/tokman/api/health"})
    @DisplayName("K-11: health asks for no credentials and does not touch GitHub")
    void K11_isThere(String path) {
        HttpResponse<String> answer = worker.authorized("Basic nonsense").send("GET", path);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(TokenWorker.json(answer).path("message").asString()).isEqualTo("ok");
        assertThat(worker.send("HEAD", path).statusCode()).isEqualTo(200);
        assertThat(github.calls().count()).isZero();
    }

    @Test
    @DisplayName("K-14: a token reaches the repository asked for and no other")
    void K14_mintsForOneRepositoryOnly() {
        StubInstallationToken token =
                github.installationToken(worker.token("packit/specfile")).orElseThrow();
        assertThat(token.repositories()).containsExactly("Specfile");
        assertThat(worker.token("packit/ogr")).isNotEqualTo(token.value());
    }

    @Test
    @DisplayName("K-14: who may reach less never gets a token that reaches further, whatever is cached")
    void K14_keepsReachesApart() {
        InstallationTokens tokens = gateway.bean(InstallationTokens.class);
        RepositoryName ogr = new RepositoryName("packit", "ogr");
        RepositoryName specfile = new RepositoryName("packit", "specfile");
        Permissions reading = new Permissions(new TreeMap<>(Map.of("contents", "read")));

        String one = reveal(tokens, Reach.into(ogr));
        String both = reveal(tokens, Reach.into(ogr, specfile));
        String all = reveal(tokens, Reach.into(ogr).intoWholeInstallation());
        String less = reveal(tokens, Reach.into(ogr).with(reading));
        assertThat(Stream.of(one, both, all, less).distinct()).hasSize(4);
        assertThat(github.mintCalls().count()).isEqualTo(4);

        assertThat(reveal(tokens, Reach.into(ogr))).isEqualTo(one);
        assertThat(reveal(tokens, Reach.into(specfile, ogr))).isEqualTo(both);
        assertThat(reveal(tokens, Reach.into(ogr).with(reading))).isEqualTo(less);
        assertThat(github.mintCalls().count()).isEqualTo(4);
        assertThat(github.installationToken(one).orElseThrow().repositories()).containsExactly("ogr");
        assertThat(github.installationToken(both).orElseThrow().repositories()).containsExactly("ogr", "Specfile");
        assertThat(github.installationToken(all).orElseThrow().repositories()).isEmpty();
        assertThat(github.installationToken(less).orElseThrow().permissions())
                .containsExactly(Map.entry("contents", "read"));
    }

    private static String reveal(InstallationTokens tokens, Reach reach) {
        return tokens.token(reach).block(PATIENCE).reveal();
    }

    @Test
    @DisplayName("K-15: the case of a name makes no difference but in the echo")
    void K15_takesNamesInAnyCase() {
        String token = worker.token("packit/ogr");
        HttpResponse<String> shouted = worker.ask("PACKIT/Ogr");
        assertThat(TokenWorker.tokenIn(shouted)).isEqualTo(token);
        assertThat(TokenWorker.json(shouted).path("namespace").asString()).isEqualTo("PACKIT");
        assertThat(TokenWorker.json(shouted).path("repository").asString()).isEqualTo("Ogr");
        assertThat(github.mintCalls().count()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/packit/..",
                "/api/../packit",
                "/api/packit/%2e%2e",
                "/api/packit/.",
                "/api/a%2Fb/c",
                "/api/a/b%2fc",
                "/api/packit/o%00gr",
                "/api/packit/o gr",
                "/api/packit/o%20gr",
                "/api/packit/ogr;x=1",
                "/api/packit/%C3%B6gr",
                "/api/packit/ogr%0d%0aX-Evil:1",
                "/api/packit//ogr",
                "/api/packit/ogr/",
                "/api/packit/ogr/installation",
                "/api/packit/ogr%3Fx"
            })
    @DisplayName("K-15: what cannot be a name is refused before GitHub hears of it")
    void K15_refusesWhatIsNoName(String target) {
        RawHttp.Response answer = RawHttp.to(gateway.internalPort()).get(target);
        assertThat(answer.status()).isIn(400, 404);
        assertThat(github.calls().count()).isZero();
    }

    @Test
    @DisplayName("K-15: a name of 300 characters is refused")
    void K15_refusesEndlessNames() {
        assertThat(worker.ask("packit/" + "x".repeat(300)).statusCode()).isEqualTo(400);
        assertThat(worker.ask("x".repeat(300) + "/ogr").statusCode()).isEqualTo(400);
        assertThat(TokenWorker.error(worker.ask("packit/" + "x".repeat(101)))).contains("name of a repository");
        assertThat(github.calls().count()).isZero();
    }

    @Test
    @DisplayName("K-16: other methods are 405 with Allow, OPTIONS tells them, and an unknown path is 404")
    void K16_tellsWhichMethodsThereAre() {
        HttpResponse<String> posted = worker.send("POST", "/api/packit/ogr");
        assertThat(posted.statusCode()).isEqualTo(405);
        assertThat(posted.headers().firstValue("Allow").orElseThrow()).contains("GET", "HEAD", "OPTIONS");
        assertThat(TokenWorker.error(posted)).isNotBlank();

        HttpResponse<String> options = worker.send("OPTIONS", "/api/packit/ogr");
        assertThat(options.statusCode()).isEqualTo(200);
        assertThat(options.headers().firstValue("Allow").orElseThrow()).contains("GET", "HEAD");
        assertThat(worker.send("GET", "/api/packit/ogr/invalidate").statusCode())
                .isEqualTo(405);
        assertThat(worker.send("DELETE", "/api/health").statusCode()).isEqualTo(405);

        HttpResponse<String> unknown = worker.send("GET", "/api/packit");
        assertThat(unknown.statusCode()).isEqualTo(404);
        assertThat(TokenWorker.error(unknown)).isNotBlank();
        assertThat(github.calls().count()).isZero();
    }

    @Test
    @DisplayName("K-17: HEAD does not mint")
    void K17_mintsNothingForAHead() {
        HttpResponse<String> answer = worker.send("HEAD", "/api/packit/ogr");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEmpty();
        assertThat(github.calls().count()).isZero();
    }

    @Test
    @DisplayName("K-18: a token reported dead is replaced for the next who asks, a few times a minute")
    void K18_replacesDeadTokens() {
        clock.set(clock.instant().truncatedTo(ChronoUnit.HOURS).plusSeconds(3600));
        String first = worker.token("packit/ogr");
        String other = worker.token("packit/specfile");
        for (int i = 0; i < 3; i++) {
            assertThat(worker.send("POST", "/api/Packit/OGR/invalidate").statusCode())
                    .isEqualTo(204);
        }
        String second = worker.token("packit/ogr");
        assertThat(second).isNotEqualTo(first);
        assertThat(worker.token("packit/specfile")).isEqualTo(other);

        HttpResponse<String> hasty = worker.send("POST", "/api/packit/ogr/invalidate");
        assertThat(hasty.statusCode()).isEqualTo(429);
        assertThat(hasty.headers().firstValue("Retry-After")).contains("60");
        assertThat(worker.token("packit/ogr")).isEqualTo(second);
        assertThat(github.mintCalls().count()).isEqualTo(3);

        clock.advance(Duration.ofMinutes(1));
        assertThat(worker.send("POST", "/tokman/api/packit/ogr/invalidate").statusCode())
                .isEqualTo(204);
        assertThat(worker.token("packit/ogr")).isNotEqualTo(second);
    }

    @Test
    @DisplayName("K-18: whoever asks for a fresh token gets another one, a few times a minute")
    void K18_handsOutAFreshTokenToWhoeverAsksForOne() {
        clock.set(clock.instant().truncatedTo(ChronoUnit.HOURS).plusSeconds(3600));
        String known = worker.token("packit/ogr");
        String other = worker.token("packit/specfile");
        assertThat(worker.token("packit/ogr?fresh=false")).isEqualTo(known);
        assertThat(worker.send("HEAD", "/api/packit/ogr?fresh").statusCode()).isEqualTo(200);
        assertThat(worker.token("packit/ogr")).isEqualTo(known);
        for (String query : new String[] {"fresh", "fresh=true", "x=1&fresh=1"}) {
            String fresh = worker.token("packit/ogr?" + query);
            assertThat(fresh).isNotEqualTo(known);
            assertThat(worker.token("packit/ogr")).isEqualTo(fresh);
            known = fresh;
        }
        HttpResponse<String> hasty = worker.ask("packit/ogr?fresh");
        assertThat(hasty.statusCode()).isEqualTo(429);
        assertThat(hasty.headers().firstValue("Retry-After")).contains("60");
        assertThat(worker.token("packit/ogr")).isEqualTo(known);
        assertThat(worker.token("packit/specfile")).isEqualTo(other);
        assertThat(github.mintCalls().count()).isEqualTo(5);
    }

    @Test
    @DisplayName("K-20: tokens of 40 and of 560 characters are handed out whole")
    void K20_takesTokensOfAnyLength() {
        assertThat(worker.token("packit/ogr")).hasSize(40);
        StubGitHubApp modern = github.gitHubApp(4712).longTokens();
        modern.installedAt("packit", "ogr");
        try (TestGateway other = TestGateway.signingInAt(github)
                .properties(modern.gatewayProperties())
                .clock(clock)
                .start()) {
            String token = TokenWorker.at(other).token("packit/ogr");
            assertThat(token).hasSize(560).contains(".");
            assertThat(TokenWorker.at(other).token("packit/ogr")).isEqualTo(token);
        }
    }

    @Test
    @DisplayName("K-21: the App's JWT is RS256, back-dated, under ten minutes, and used until near its end")
    void K21_signsItsJwtWithCare() {
        worker.token("packit/ogr");
        worker.token("packit/specfile");
        List<String> jwts =
                github.calls().list().stream().map(Call::token).distinct().toList();
        assertThat(jwts).hasSize(1);
        JsonNode header = part(jwts.get(0), 0);
        assertThat(header.path("alg").asString()).isEqualTo("RS256");
        JsonNode claims = part(jwts.get(0), 1);
        long now = clock.instant().getEpochSecond();
        assertThat(claims.path("iss").asString()).isEqualTo("4711");
        assertThat(claims.path("iat").asLong()).isBetween(now - 60, now - 30);
        assertThat(claims.path("exp").asLong() - claims.path("iat").asLong()).isLessThan(600);

        github.forgetCalls();
        clock.advance(Duration.ofMinutes(59).plusSeconds(1));
        worker.token("packit/ogr");
        assertThat(github.calls().last().token()).isNotEqualTo(jwts.get(0));
        assertThat(lookups().count()).isZero();
    }

    private static JsonNode part(String jwt, int part) {
        return JSON.readTree(new String(Base64.getUrlDecoder().decode(jwt.split("\\.")[part]), StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @ValueSource(longs = {-900, -120, 600, 7200})
    @DisplayName("K-21: a JWT refused over a difference of clocks is signed again by GitHub's clock, once")
    void K21_signsByGitHubsClock(long secondsAhead) {
        github.clockAhead(Duration.ofSeconds(secondsAhead));
        worker.token("packit/ogr");
        assertThat(lookups().count()).isEqualTo(2);
        assertThat(github.mintCalls().count()).isEqualTo(1);

        // The token's life is measured by GitHub's clock too.
        String token = worker.token("packit/ogr");
        clock.advance(Duration.ofMinutes(59));
        assertThat(worker.token("packit/ogr")).isEqualTo(token);
        clock.advance(Duration.ofSeconds(1));
        assertThat(worker.token("packit/ogr")).isNotEqualTo(token);

        // And back again.
        github.clockAhead(Duration.ZERO);
        clock.advance(Duration.ofHours(1));
        worker.token("packit/ogr");
    }

    @Test
    @DisplayName("K-21: an installation's number is forgotten when GitHub no longer knows it")
    void K21_findsAnAppThatWasInstalledAgain() {
        StubInstallation first = app.installedAt("again", "repo");
        worker.token("again/repo");
        first.uninstall();
        app.installedAt("again", "repo");
        clock.advance(Duration.ofHours(1));
        github.forgetCalls();

        StubInstallationToken token =
                github.installationToken(worker.token("again/repo")).orElseThrow();
        assertThat(token.installation()).isNotEqualTo(first.id());
        assertThat(lookups().count()).isEqualTo(1);
        assertThat(github.mintCalls().count()).isEqualTo(2);
    }

    @Test
    @DisplayName("K-21: a repository that was taken out of the installation is told of as not installed")
    void K21_noticesThatARepositoryWasTakenOut() {
        StubInstallation taken = app.installedAt("taken", "one", "two");
        worker.token("taken/one");
        taken.remove("one");
        clock.advance(Duration.ofHours(1));
        assertThat(TokenWorker.error(worker.ask("taken/one"))).contains("App is not installed on taken/one");
        worker.token("taken/two");
    }

    @Test
    @DisplayName("K-22: that an App is not installed is remembered for a short time")
    void K22_asksOnceWhereItIsNotInstalled() {
        for (int i = 0; i < 5; i++) {
            assertThat(worker.ask("later/repo").statusCode()).isEqualTo(400);
        }
        assertThat(lookups().count()).isEqualTo(1);
        app.installedAt("later", "repo");
        clock.advance(Duration.ofSeconds(59));
        assertThat(worker.ask("later/repo").statusCode()).isEqualTo(400);
        clock.advance(Duration.ofSeconds(1));
        worker.token("later/repo");
    }

    @Test
    @DisplayName("K-22: a webhook of the installation lifts what is remembered")
    void K22_hearsOfAnInstallation() {
        assertThat(worker.ask("soon/repo").statusCode()).isEqualTo(400);
        StubInstallation soon = app.installedAt("soon", "repo");
        heard(github.installationEvent(soon, "created"), "installation");
        String token = worker.token("soon/repo");

        soon.suspend();
        heard(github.installationEvent(soon, "suspend"), "installation");
        assertThat(TokenWorker.error(worker.ask("soon/repo"))).contains("suspended");
        soon.unsuspend();
        heard(github.installationEvent(soon, "unsuspend"), "installation");
        assertThat(worker.token("soon/repo")).isNotEqualTo(token);

        assertThat(worker.ask("soon/more").statusCode()).isEqualTo(400);
        soon.add("more");
        heard(github.installationRepositoriesAdded(soon, "more"), "installation_repositories");
        worker.token("soon/more");

        soon.uninstall();
        heard(github.installationEvent(soon, "deleted"), "installation");
        assertThat(TokenWorker.error(worker.ask("soon/repo"))).contains("not installed");
    }

    @Test
    @DisplayName("K-22: other events, and events about others, change nothing")
    void K22_hearsNothingOfOthers() {
        StubInstallation other = app.installedAt("other", "repo");
        String token = worker.token("packit/ogr");
        heard(github.installationEvent(other, "deleted"), "installation");
        heard(github.installationEvent(packit, "created"), "push");
        gateway.bean(InstallationTokens.class)
                .heard("installation", "{not json")
                .block(PATIENCE);
        gateway.bean(InstallationTokens.class)
                .heard("repository", "{\"action\":\"edited\"}")
                .block(PATIENCE);
        assertThat(worker.token("packit/ogr")).isEqualTo(token);
        assertThat(github.mintCalls().count()).isEqualTo(1);
    }

    private static void heard(Webhook webhook, String event) {
        gateway.bean(InstallationTokens.class).heard(event, webhook.payload()).block(PATIENCE);
    }

    @Test
    @DisplayName(
            "K-22: a renamed repository is followed to its number, and a webhook makes its old name be looked up anew")
    void K22_followsARenamedRepository() {
        StubInstallation moving = app.installedAt("moving", "old");
        worker.token("moving/old");
        github.moveRepository("moving/old", "moving/new");
        moving.add("new");
        heard(github.repositoryRenamed("moving/new", "old"), "repository");
        github.forgetCalls();

        StubInstallationToken token =
                github.installationToken(worker.token("moving/old")).orElseThrow();
        assertThat(token.repositories()).containsExactly("new");
        assertThat(github.mintCalls().last().body()).contains("repository_ids");
        assertThat(lookups().count()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://evil.example/repositories/1/installation",
                "http://127.0.0.1:1/api/v3/repositories/1/installation",
                "//evil.example/x",
                "/elsewhere/repositories/1/installation",
                "file:///etc/passwd",
                "ht!tp://x"
            })
    @DisplayName("A redirect leads to the same API and nowhere else")
    void followsNoRedirectToAnotherHost(String location) {
        github.installationLookups().next(Fault.redirect(301, location));
        assertFailed(worker.ask("packit/ogr"), 502, "redirected");
        assertThat(github.calls().count()).isEqualTo(1);
    }

    @Test
    @DisplayName("A redirect that leads in a circle comes to an end")
    void leavesACircleOfRedirects() {
        github.installationLookups().always(Fault.redirect(301, github.apiUrl() + "/repositories/1/installation"));
        assertFailed(worker.ask("packit/ogr"), 502, "");
        assertThat(github.calls().count()).isLessThan(6);
    }

    @Test
    @DisplayName("K-23: everything is served under the prefix too")
    void K23_isServedUnderAPrefix() {
        String token = worker.token("packit/ogr");
        assertThat(TokenWorker.tokenIn(worker.send("GET", "/tokman/api/packit/ogr")))
                .isEqualTo(token);
        assertThat(worker.send("GET", "/other/api/packit/ogr").statusCode()).isEqualTo(404);
    }

    @Test
    @DisplayName("K-24: hits, mints, how long they took and failures by kind are counted")
    void K24_countsWhatHappens() {
        double hits = metric("latchkey_installation_hits_total");
        double mints = metric("latchkey_installation_mint_seconds_count");
        double missing = metric("latchkey_installation_failures_total{code=\"installation.missing\"}");
        worker.token("packit/ogr");
        worker.token("packit/ogr");
        worker.token("packit/ogr");
        worker.ask("nobody/nothing");
        assertThat(metric("latchkey_installation_hits_total") - hits).isEqualTo(2);
        assertThat(metric("latchkey_installation_mint_seconds_count") - mints).isEqualTo(1);
        assertThat(metric("latchkey_installation_mint_seconds_sum")).isPositive();
        assertThat(metric("latchkey_installation_failures_total{code=\"installation.missing\"}") - missing)
                .isEqualTo(1);
    }

    private static double metric(String name) {
        return worker.send("GET", "/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith(name + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
                .findFirst()
                .orElse(0);
    }

    @Test
    @DisplayName("Nothing of the broker answers at the edge")
    void isNotAtTheEdge() {
        assertThat(gateway.stranger().get("/api/packit/ogr").statusCode()).isEqualTo(404);
        assertThat(gateway.stranger().get("/tokman/api/health").statusCode()).isEqualTo(404);
        assertThat(gateway.stranger().get("/metrics").statusCode()).isEqualTo(404);
        assertThat(github.calls().count()).isZero();
    }

    private static CallLog lookups() {
        return github.calls().matching(call -> call.path().endsWith("/installation"));
    }
}
