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
import dev.latchkey.gateway.testing.Call;
import dev.latchkey.gateway.testing.CallLog;
import dev.latchkey.gateway.testing.EchoBackend;
import dev.latchkey.gateway.testing.Fault;
import dev.latchkey.gateway.testing.GitHubStub;
import dev.latchkey.gateway.testing.HttpPerson;
import dev.latchkey.gateway.testing.StubApp;
import dev.latchkey.gateway.testing.StubEndpoint;
import dev.latchkey.gateway.testing.StubToken;
import dev.latchkey.gateway.testing.TestClock;
import dev.latchkey.gateway.testing.TestGateway;
import dev.latchkey.gateway.vault.TokenVault;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpResponse;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** A token from sign-in to its end: what GitHub may do to it, and what nobody notices of that. GitHub's log is the witness. */
@ExtendWith(OutputCaptureExtension.class)
class TokenLifecycleTest {

    private static final Duration LIFE = Duration.ofHours(8);

    private static final Duration IDLE = Duration.ofDays(100);

    private static TestClock clock;
    private static GitHubStub github;
    private static EchoBackend app;
    private static TestGateway gateway;
    private static int people;

    private String login;

    @BeforeAll
    static void start() {
        clock = TestClock.now();
        github = GitHubStub.start(clock);
        app = EchoBackend.start();
        gateway = TestGateway.signingInAt(github)
                // Without an identity JWT: what is read for its groups would renew tokens too, in its own time.
                .route(
                        "app",
                        "to: " + app.url(),
                        "allow: [signed-in]",
                        "send: { github-token: true, jwt: false, headers: none }")
                .clock(clock)
                .property("latchkey.github.recheck", "0")
                .property("latchkey.session.idle", IDLE.toDays() + "d")
                .property("latchkey.session.max-age", "400d")
                .start();
    }

    @AfterAll
    static void stop() {
        gateway.close();
        app.close();
        github.close();
    }

    /** Everybody has somebody of their own to sign in as, and GitHub counts by person. */
    @BeforeEach
    void begin() {
        login = "person" + ++people;
        github.incident(false).forgetCalls();
        github.app()
                .lastingTokens()
                .grantsOnly("read:user", "user:email", "read:org")
                .tokenRequestsPerHour(2_000);
        Stream.of(
                        github.tokenEndpoint(),
                        github.refreshes(),
                        github.checkEndpoint(),
                        github.revocationEndpoint(),
                        quotaEndpoint())
                .forEach(endpoint -> endpoint.heal());
        // Whatever an earlier test made GitHub say about waiting is over.
        clock.advance(Duration.ofHours(2));
    }

    // Sign-in

    @Test
    void aCodeThatWasRefusedIsNotTriedAgain() {
        HttpPerson person = gateway.stranger();
        github.tokenEndpoint().next(Fault.body(200, "{\"error\":\"bad_verification_code\"}"));
        HttpResponse<String> page = person.arrive(github.authorize(person.beginSignIn("/"), login));
        assertThat(page.headers().firstValue("X-Latchkey-Problem")).contains("sign-in.code.refused");
        assertThat(person.cookie("latchkey")).isNull();
        assertThat(tokenCalls().count()).isEqualTo(1);
    }

    @Test
    void asksForJsonAndSignsNobodyInByAnythingElse() {
        StubApp other = otherApp("Iv1.form").answersFormEncoded();
        try (TestGateway formed = gatewayFor(other).start()) {
            HttpPerson person = formed.stranger();
            HttpResponse<String> page = person.arrive(github.authorize(person.beginSignIn("/"), login));
            assertThat(page.headers().firstValue("X-Latchkey-Problem")).contains("sign-in.provider.failed");
            assertThat(person.cookie("latchkey")).isNull();
        }
        assertThat(tokenCalls().last().header("Accept")).contains("application/json");
    }

    @Test
    void anAnswerFromAnotherIssuerIsNotTakenToGitHub() {
        HttpPerson person = gateway.stranger();
        String callback = github.authorize(person.beginSignIn("/"), login).toString();
        HttpResponse<String> page =
                person.navigate(callback.replaceFirst("iss=[^&]*", "iss=https://evil.example/login/oauth"));
        assertThat(page.statusCode()).isEqualTo(403);
        assertThat(tokenCalls().count()).isZero();
    }

    @Test
    void everyAttemptHasAVerifierOfItsOwn() throws Exception {
        Set<String> verifiers = new HashSet<>();
        for (int i = 0; i < 3; i++) {
            HttpPerson person = gateway.stranger();
            URI authorize = person.beginSignIn("/");
            person.arrive(github.authorize(authorize, login));
            String verifier = tokenCalls().last().form().get("code_verifier");
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(verifier.getBytes(US_ASCII));
            assertThat(verifier).matches("[A-Za-z0-9._~-]{43,128}");
            assertThat(authorize.getRawQuery())
                    .contains("code_challenge_method=S256")
                    .contains("code_challenge="
                            + Base64.getUrlEncoder().withoutPadding().encodeToString(hash));
            verifiers.add(verifier);
        }
        assertThat(verifiers).hasSize(3);
    }

    @ParameterizedTest
    @ValueSource(strings = {"3600", "\"3600\""})
    void aLifeInTextAndInNumbersIsTheSame(String seconds) {
        github.app().expiringTokens(Duration.ofHours(1));
        StubToken token = github.tokenFor(login);
        github.tokenEndpoint().next(Fault.body(200, """
                        {"access_token":"%s","expires_in":%s,"refresh_token":"%s","refresh_token_expires_in":15811200}
                        """.formatted(token.value(), seconds, token.refreshToken())));
        HttpPerson person = signedIn();
        clock.advance(Duration.ofMinutes(40));
        assertThat(GivenToken.in(person.fetch("/"))).isEqualTo(token.value());
        assertThat(refreshes().count()).isZero();
        clock.advance(Duration.ofMinutes(19).plusSeconds(59));
        assertThat(GivenToken.in(person.fetch("/"))).isNotEqualTo(token.value()).matches(github::isLive);
        assertThat(refreshes().count()).isEqualTo(1);
    }

    @Test
    void aTokenWithoutAnEndIsNeverRefreshed() {
        HttpPerson person = signedIn();
        String token = GivenToken.in(person.fetch("/"));
        for (int week = 0; week < 4; week++) {
            clock.advance(Duration.ofDays(7));
            assertThat(GivenToken.in(person.fetch("/"))).isEqualTo(token);
        }
        assertThat(refreshes().count()).isZero();
    }

    @Test
    void aScopeThatWasNotGrantedIsNoticed(CapturedOutput output) {
        github.app().grantsOnly("read:user", "user:email");
        signedIn();
        assertThat(output.getOut()).containsOnlyOnce("less than was asked for: read:org is missing");
    }

    @Test
    void nothingIsMissingWhereEverythingWasGranted(CapturedOutput output) {
        signedIn();
        assertThat(output.getOut()).doesNotContain("less than was asked for");
    }

    @Test
    void anotherAccountInTheSameBrowserTakesThePlaceOfTheFirst() {
        HttpPerson browser = signedIn();
        HttpPerson before = browser.twin();
        String token = GivenToken.in(browser.fetch("/"));
        String other = login + "-other";
        browser.arrive(github.authorize(browser.beginSignIn("/oauth2/start"), other));
        assertThat(GivenToken.in(browser.fetch("/")))
                .isEqualTo(github.liveTokensOf(other).get(0).value());
        assertThat(browser.fetch("/oauth2/userinfo").body()).contains("\"user\":\"" + other + "\"");
        assertThat(before.fetch("/").statusCode()).isEqualTo(401);
        await().until(() -> !github.isLive(token));
    }

    @Test
    void aTokenThatASecondSignInReplacesIsGivenBack() {
        HttpPerson first = signedIn();
        String old = GivenToken.in(first.fetch("/"));
        HttpPerson second = signedIn();
        await().until(() -> github.liveTokensOf(login).size() == 1);
        assertThat(github.isLive(old)).isFalse();
        assertThat(GivenToken.in(first.fetch("/")))
                .isEqualTo(GivenToken.in(second.fetch("/")))
                .matches(github::isLive);
    }

    @Test
    void aTokenOfAnyLengthAndFormIsStoredRelayedAndNeverLogged(CapturedOutput output) {
        StubApp other = otherApp("Iv1.long").longTokens().expiringTokens(LIFE);
        TestGateway.Builder builder = gatewayFor(other)
                .property("logging.level.dev.latchkey", "trace")
                .property("logging.level.org.springframework", "debug");
        try (TestGateway verbose = builder.start()) {
            HttpPerson person = verbose.stranger();
            person.signIn(github, login, "/");
            String token = GivenToken.in(person.fetch("/"));
            assertThat(token).hasSizeGreaterThan(500).contains(".");
            clock.advance(LIFE);
            assertThat(GivenToken.in(person.fetch("/"))).isNotEqualTo(token).hasSizeGreaterThan(500);
            assertThat(output.getAll()).contains("/login/oauth/access_token");
            // Logs cut long values short.
            assertThat(github.secretsSeen().stream().map(secret -> secret.substring(0, Math.min(20, secret.length()))))
                    .noneMatch(output.getAll()::contains);
        }
    }

    // Refresh

    @Test
    void refreshesOnceForFiftyCallersAtOnce() {
        HttpPerson person = signedInForLife();
        clock.advance(LIFE.minusSeconds(30));
        github.refreshes().next(Fault.slow(Duration.ofMillis(400)));
        List<String> tokens = atOnce(50, () -> GivenToken.in(person.twin().fetch("/")));
        assertThat(new HashSet<>(tokens)).singleElement().matches(github::isLive);
        assertThat(GivenToken.in(person.fetch("/"))).isEqualTo(tokens.get(0));
        assertThat(refreshes().count()).isEqualTo(1);
    }

    @Test
    void aTokenInItsLastMinutesIsRenewedBesideTheRequest() {
        HttpPerson person = signedInForLife();
        String old = GivenToken.in(person.fetch("/"));
        clock.advance(LIFE.minusMinutes(2));
        github.refreshes().next(Fault.hang(Duration.ofSeconds(15)));
        long asked = System.nanoTime();
        List<String> tokens = atOnce(20, () -> GivenToken.in(person.twin().fetch("/")));
        assertThat(Duration.ofNanos(System.nanoTime() - asked)).isLessThan(Duration.ofSeconds(15));
        assertThat(tokens).containsOnly(old);
        await().until(() -> refreshes().count() == 1);
        await().atMost(Duration.ofSeconds(60)).until(() -> {
            clock.advance(Duration.ofSeconds(1));
            return !GivenToken.in(person.fetch("/")).equals(old);
        });
        assertThat(refreshes().count()).isEqualTo(2);
    }

    @Test
    void aRefreshGoesOnWhenItsCallerLeaves() throws Exception {
        HttpPerson person = signedInForLife();
        clock.advance(LIFE);
        github.refreshes().next(Fault.slow(Duration.ofSeconds(3)));
        try (Socket caller = new Socket("localhost", gateway.port())) {
            String request = "GET / HTTP/1.1\r\nHost: localhost:" + gateway.port() + "\r\nCookie: latchkey="
                    + person.cookie("latchkey") + "\r\n\r\n";
            caller.getOutputStream().write(request.getBytes(US_ASCII));
            await().until(() -> refreshes().count() == 1);
        }
        assertThat(GivenToken.in(person.fetch("/"))).matches(github::isLive);
        assertThat(refreshes().count()).isEqualTo(1);
    }

    @Test
    void anOutageCostsNobodyASignInAndNothingWhileTheTokenLives() {
        HttpPerson person = signedInForLife();
        String old = GivenToken.in(person.fetch("/"));
        clock.advance(LIFE.minusSeconds(30));
        github.refreshes().next(2, Fault.status(500));
        assertThat(GivenToken.in(person.fetch("/"))).isEqualTo(old);
        assertThat(GivenToken.in(person.fetch("/"))).isEqualTo(old);
        assertThat(refreshes().count()).isEqualTo(1);
        clock.advance(Duration.ofSeconds(1));
        assertThat(GivenToken.in(person.fetch("/"))).isEqualTo(old);
        assertThat(refreshes().count()).isEqualTo(2);
        // The second rest is longer than the first.
        clock.advance(Duration.ofSeconds(1));
        assertThat(GivenToken.in(person.fetch("/"))).isEqualTo(old);
        assertThat(refreshes().count()).isEqualTo(2);
        clock.advance(Duration.ofSeconds(1));
        assertThat(GivenToken.in(person.fetch("/"))).isNotEqualTo(old).matches(github::isLive);
        assertThat(refreshes().list().stream()
                        .map(call -> call.form().get("refresh_token"))
                        .distinct())
                .hasSize(1);
    }

    @Test
    void anExpiredTokenInAnOutageIsAnsweredWithPatienceAndOnlyWhereItIsNeeded() {
        HttpPerson person = signedInForLife();
        clock.advance(LIFE);
        github.refreshes().next(Fault.html(502));
        HttpResponse<String> refused = person.fetch("/");
        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(refused.headers().firstValue("X-Latchkey-Problem")).contains("token.unavailable");
        assertThat(refused.headers().firstValue("Retry-After")).contains("1");
        assertThat(person.fetch("/oauth2/userinfo").statusCode()).isEqualTo(200);
        clock.advance(Duration.ofSeconds(1));
        assertThat(GivenToken.in(person.fetch("/"))).matches(github::isLive);
    }

    @Test
    void aRefusedRefreshTokenEndsTheSessionsOfItsOwnerAfterOneCall() {
        HttpPerson person = signedInForLife();
        HttpPerson elsewhere = gateway.stranger();
        elsewhere.signIn(github, login, "/");
        HttpPerson bystander = gateway.stranger();
        bystander.signIn(github, login + "-bystander", "/");
        clock.advance(LIFE);
        github.refreshes().next(Fault.body(200, "{\"error\":\"bad_refresh_token\"}"));
        List<HttpResponse<String>> refused =
                atOnce(10, () -> person.twin().fetch("/api", "Referer", gateway.url() + "/wiki"));
        assertThat(refused).allSatisfy(answer -> {
            assertThat(answer.statusCode()).isEqualTo(401);
            assertThat(answer.headers().firstValue("WWW-Authenticate")).isPresent();
            assertThat(answer.body()).contains("\"login_url\":\"" + gateway.url() + "/oauth2/start?rd=%2Fwiki");
        });
        assertThat(refreshes().count()).isEqualTo(1);
        HttpResponse<String> page = elsewhere.navigate("/wiki");
        assertThat(page.statusCode()).isEqualTo(302);
        assertThat(page.headers().firstValue("Location").orElseThrow()).contains("/oauth2/start?rd=%2Fwiki");
        assertThat(GivenToken.in(bystander.fetch("/"))).matches(github::isLive);
    }

    @Test
    void aRefusalWhileTheTokenLivesEndsNothingBeforeTheToken() {
        HttpPerson person = signedInForLife();
        String token = GivenToken.in(person.fetch("/"));
        clock.advance(LIFE.minusSeconds(30));
        github.refreshes().always(Fault.body(200, "{\"error\":\"bad_refresh_token\"}"));
        assertThat(GivenToken.in(person.fetch("/"))).isEqualTo(token);
        assertThat(GivenToken.in(person.fetch("/"))).isEqualTo(token);
        clock.advance(Duration.ofSeconds(30));
        assertThat(person.fetch("/").statusCode()).isEqualTo(401);
        assertThat(refreshes().count()).isEqualTo(1);
    }

    @Test
    void anAnswerThatWasLostAsksToSignInAgain() {
        HttpPerson person = signedInForLife();
        clock.advance(LIFE);
        github.refreshes().next(Fault.lostAnswer());
        assertThat(person.fetch("/").statusCode()).isEqualTo(503);
        clock.advance(Duration.ofSeconds(1));
        assertThat(person.fetch("/").statusCode()).isEqualTo(401);
        assertThat(refreshes().count()).isEqualTo(2);
    }

    // The gateway's own calls as the person

    @Test
    void aTokenTooNewForGitHubsReplicasIsTriedAgain() {
        HttpPerson person = signedInForLife();
        clock.advance(LIFE);
        quotaEndpoint().next(Fault.status(401));
        HttpResponse<String> account = person.navigate("/oauth2/account");
        assertThat(account.statusCode()).isEqualTo(200);
        assertThat(account.body()).contains("GitHub quota");
        assertThat(refreshes().count()).isEqualTo(1);
        assertThat(quotaCalls().count()).isEqualTo(2);
    }

    @Test
    void anIncidentEndsNobodysSession() {
        HttpPerson person = signedInForLife();
        github.incident(true);
        HttpResponse<String> account = person.navigate("/oauth2/account");
        assertThat(account.statusCode()).isEqualTo(200);
        assertThat(account.body()).contains(login).doesNotContain("GitHub quota");
        github.incident(false);
        assertThat(person.navigate("/oauth2/account").body()).contains("GitHub quota");
        assertThat(GivenToken.in(person.fetch("/"))).matches(github::isLive);
    }

    @Test
    void aTokenThatIsDeadForTheAppToEndsItsOwnersSessionsOnly() {
        HttpPerson person = signedInForLife();
        HttpPerson bystander = gateway.stranger();
        bystander.signIn(github, login + "-bystander", "/");
        github.revoke(GivenToken.in(person.fetch("/")));
        assertThat(person.navigate("/oauth2/account").statusCode()).isEqualTo(302);
        assertThat(person.fetch("/").statusCode()).isEqualTo(401);
        assertThat(checks().count()).isEqualTo(1);
        assertThat(bystander.fetch("/").statusCode()).isEqualTo(200);
    }

    // Sign-out

    @Test
    void signingOutDeletesTheTokenAtGitHubOnce() {
        HttpPerson person = signedIn();
        String token = GivenToken.in(person.fetch("/"));
        person.post("/oauth2/sign_out", Map.of());
        await().until(() -> !github.isLive(token));
        Call deleted = deletions().last();
        assertThat(deletions().count()).isEqualTo(1);
        assertThat(deleted.path()).endsWith("/applications/" + GitHubStub.CLIENT_ID + "/token");
        assertThat(deleted.header("Authorization")).startsWith("Basic ");
        assertThat(deleted.form()).containsEntry("access_token", token);
    }

    @Test
    void aTokenWhoseOwnerStaysAwayIsTakenBackWithoutTheGrant() {
        HttpPerson person = signedIn();
        String token = GivenToken.in(person.fetch("/"));
        clock.advance(IDLE.plusMillis(100));
        assertThat(person.fetch("/").statusCode()).isEqualTo(401);
        // Behind all the sessions of other tests whose end has come at once.
        await().atMost(Duration.ofMinutes(2)).until(() -> !github.isLive(token));
        assertThat(deletions().last().path()).endsWith("/applications/" + GitHubStub.CLIENT_ID + "/token");
        assertThat(deletions().last().form()).containsEntry("access_token", token);
    }

    // Counts and limits

    @Test
    void elevenBrowsersOfOnePersonShareOneToken() {
        List<HttpPerson> browsers = new ArrayList<>();
        for (int i = 0; i < 11; i++) {
            browsers.add(signedIn());
            clock.advance(Duration.ofMinutes(10));
        }
        Set<String> tokens = new HashSet<>();
        browsers.forEach(browser -> tokens.add(GivenToken.in(browser.fetch("/"))));
        assertThat(tokens).singleElement().matches(github::isLive);
    }

    @Test
    void whoSignsInTooOftenIsToldAndKeepsWhatTheyHave() {
        List<HttpPerson> browsers = new ArrayList<>();
        List<HttpResponse<String>> refused = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            HttpPerson browser = gateway.stranger();
            HttpResponse<String> end = browser.signIn(github, login, "/");
            if (browser.cookie("latchkey") == null) {
                refused.add(end);
            } else {
                browsers.add(browser);
            }
        }
        assertThat(browsers)
                .hasSize(10)
                .allSatisfy(
                        browser -> assertThat(GivenToken.in(browser.fetch("/"))).matches(github::isLive));
        assertThat(refused).hasSize(20).allSatisfy(page -> {
            assertThat(page.statusCode()).isEqualTo(403);
            assertThat(page.headers().firstValue("X-Latchkey-Problem")).contains("sign-in.provider.failed");
            assertThat(page.body()).contains("at most ten an hour");
        });
        assertThat(tokenCalls().count()).isEqualTo(30);
    }

    @Test
    void ofThreeThousandPeopleDueAtOnceOnlyThoseWhoCallAreRefreshed() {
        github.app().expiringTokens(LIFE);
        List<HttpPerson> all = seeded(3_000);
        List<HttpPerson> callers = all.subList(0, 100);

        clock.advance(LIFE.minusMinutes(9));
        callers.forEach(person -> person.fetch("/"));
        awaitQuiet();
        assertThat(refreshes().count()).as("people come due one by one").isBetween(5, 95);

        github.app().tokenRequestsPerHour(0);
        int before = refreshes().count();
        clock.advance(Duration.ofMinutes(8));
        callers.forEach(person -> assertThat(GivenToken.in(person.fetch("/"))).matches(github::isLive));
        callers.forEach(person -> assertThat(GivenToken.in(person.fetch("/"))).matches(github::isLive));
        assertThat(refreshes().count() - before).as("GitHub is left alone").isBetween(1, 5);

        clock.advance(Duration.ofMinutes(2));
        HttpResponse<String> refused = all.get(200).fetch("/");
        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(Integer.parseInt(refused.headers().firstValue("Retry-After").orElseThrow()))
                .isBetween(60, 3_600);

        github.app().tokenRequestsPerHour(2_000);
        clock.advance(Duration.ofHours(1));
        callers.forEach(person -> assertThat(GivenToken.in(person.fetch("/"))).matches(github::isLive));
        assertThat(refreshes().count()).isLessThan(250);
    }

    // Steps

    /** Until GitHub has heard of no further refresh for a while. */
    private static void awaitQuiet() {
        AtomicInteger seen = new AtomicInteger();
        await().atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofSeconds(1))
                .until(() -> seen.getAndSet(refreshes().count()) == seen.get() && seen.get() > 0);
    }

    private HttpPerson signedIn() {
        HttpPerson person = gateway.stranger();
        assertThat(person.signIn(github, login, "/").statusCode()).isEqualTo(200);
        return person;
    }

    private HttpPerson signedInForLife() {
        github.app().expiringTokens(LIFE);
        return signedIn();
    }

    private static List<HttpPerson> seeded(int number) {
        Sessions sessions = gateway.bean(Sessions.class);
        TokenVault vault = gateway.bean(TokenVault.class);
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
                .flatMap(started -> vault.keep(id, kept, sessions.endOf(started.session()))
                        .thenReturn(gateway.stranger()
                                .setCookie("latchkey", started.cookie().getValue())));
    }

    private static <T> List<T> atOnce(int times, Supplier<T> step) {
        List<CompletableFuture<T>> running = IntStream.range(0, times)
                .mapToObj(i -> CompletableFuture.supplyAsync(step, task -> new Thread(task).start()))
                .toList();
        return running.stream().map(CompletableFuture::join).toList();
    }

    private static StubApp otherApp(String clientId) {
        return github.registerOAuthApp(clientId, "secret-of-" + clientId, "http://localhost/oauth2/callback");
    }

    private static TestGateway.Builder gatewayFor(StubApp other) {
        return TestGateway.signingInAt(github)
                // Without an identity JWT: what is read for its groups would renew tokens too, in its own time.
                .route(
                        "app",
                        "to: " + app.url(),
                        "allow: [signed-in]",
                        "send: { github-token: true, jwt: false, headers: none }")
                .clock(clock)
                .property("latchkey.github.client-id", other.clientId())
                .property("latchkey.github.client-secret", other.clientSecret());
    }

    // What GitHub has seen

    private static StubEndpoint quotaEndpoint() {
        return github.endpoint("/api/v3/rate_limit");
    }

    private static CallLog tokenCalls() {
        return github.calls().to("POST", "/login/oauth/access_token");
    }

    private static CallLog refreshes() {
        return tokenCalls().withGrant("refresh_token");
    }

    private static CallLog quotaCalls() {
        return github.calls().to("GET", "/api/v3/rate_limit");
    }

    private static CallLog checks() {
        return github.calls()
                .matching(call -> call.method().equals("POST") && call.path().endsWith("/token"))
                .under("/api/v3/applications/");
    }

    private static CallLog deletions() {
        return github.calls().matching(call -> call.method().equals("DELETE"));
    }
}
