package dev.latchkey.gateway.journey;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.gateway.session.PersonId;
import dev.latchkey.gateway.session.Sessions;
import dev.latchkey.gateway.testing.EchoBackend;
import dev.latchkey.gateway.testing.Fault;
import dev.latchkey.gateway.testing.GitHubStub;
import dev.latchkey.gateway.testing.HttpPerson;
import dev.latchkey.gateway.testing.RawHttp;
import dev.latchkey.gateway.testing.TestClock;
import dev.latchkey.gateway.testing.TestGateway;
import java.net.URI;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever comes back from GitHub that is not as it should be: a page that says so, and nothing lost. */
class BadCallbackTest {

    private static final TestClock CLOCK = TestClock.now();
    private static GitHubStub github;
    private static EchoBackend app;
    private static TestGateway gateway;

    private final HttpPerson octocat = gateway.stranger();

    @BeforeAll
    static void start() {
        github = GitHubStub.start(CLOCK);
        github.app().withoutTokenLimits();
        app = EchoBackend.start();
        gateway = TestGateway.signingInAt(github).clock(CLOCK).app(app.url()).start();
    }

    @AfterAll
    static void stop() {
        gateway.close();
        app.close();
        github.close();
    }

    @AfterEach
    void heal() {
        github.tokenEndpoint().heal();
        github.userEndpoint().heal();
        github.emailsEndpoint().heal();
    }

    /** A callback that GitHub answers for, not yet opened. */
    private URI callback() {
        return github.authorize(octocat.beginSignIn("/deep?link=1"), "octocat");
    }

    private HttpResponse<String> open(String query) {
        return octocat.navigate("/oauth2/callback?" + query);
    }

    private static String parameter(URI uri, String name) {
        return Stream.of(uri.getRawQuery().split("&"))
                .filter(pair -> pair.startsWith(name + "="))
                .findFirst()
                .orElseThrow();
    }

    private void assertPage(HttpResponse<String> answer, int status, String code) {
        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(answer.headers().firstValue("X-Latchkey-Problem")).contains(code);
        assertThat(answer.body()).contains(code, "Try again", "Request id");
        assertThat(octocat.cookie("latchkey")).isNull();
    }

    @Test
    void refusesMissingAndDoubledAndEndlessParameters() {
        URI callback = callback();
        String code = parameter(callback, "code");
        String state = parameter(callback, "state");
        assertPage(open(state), 400, "sign-in.code.missing");
        assertPage(open(code), 400, "sign-in.state.invalid");
        assertPage(open(code + "&code=x&" + state), 400, "sign-in.code.missing");
        assertPage(open(code + "&" + state + "&state=x"), 400, "sign-in.state.invalid");
        assertPage(open("code=" + "c".repeat(8_000) + "&" + state), 400, "sign-in.code.missing");
        assertPage(open(code + "&state=" + "s".repeat(8_000)), 400, "sign-in.state.invalid");
        RawHttp.Response endless = RawHttp.to(gateway.port())
                .get("/oauth2/callback?" + state + "&code=" + "c".repeat(65_536), "Host: localhost");
        assertThat(endless.status()).isEqualTo(414);
        // None of that used the attempt up.
        assertThat(octocat.arrive(callback).statusCode()).isEqualTo(200);
        assertThat(app.lastRequest().target()).isEqualTo("/deep?link=1");
    }

    @Test
    void refusesAnAnswerToAnotherBrowsersAttempt() {
        HttpPerson attacker = gateway.stranger();
        URI foreign = github.authorize(attacker.beginSignIn("/"), "hubot");
        assertPage(octocat.arrive(foreign), 400, "sign-in.state.missing");
    }

    @Test
    void refusesAnAttemptThatTookTooLong() {
        URI callback = callback();
        CLOCK.advance(Duration.ofMinutes(10));
        assertPage(octocat.arrive(callback), 400, "sign-in.state.expired");
    }

    @Test
    void finishesAnAttemptOnceHoweverOftenItIsOpenedAtOnce() {
        URI callback = callback();
        long before = sessions();
        List<CompletableFuture<Integer>> answers = IntStream.range(0, 20)
                .mapToObj(i -> {
                    HttpPerson same = octocat.twin();
                    return CompletableFuture.supplyAsync(
                            () -> same.navigate(callback.toString()).statusCode());
                })
                .toList();
        assertThat(answers.stream().map(CompletableFuture::join).filter(status -> status == 302))
                .hasSize(1);
        assertThat(sessions() - before).isEqualTo(1);
    }

    @Test
    void acceptsTheRightIssuerAndRefusesAnotherBeforeItAsksForAToken() {
        URI callback = callback();
        github.forgetCalls();
        String wrong = parameter(callback, "code") + "&" + parameter(callback, "state") + "&iss=https%3A%2F%2Fevil.tld";
        assertPage(open(wrong), 403, "sign-in.issuer.wrong");
        assertThat(github.calls().to("POST", "/login/oauth/access_token").count())
                .isZero();

        URI again = callback();
        HttpResponse<String> without = open(parameter(again, "code") + "&" + parameter(again, "state"));
        assertThat(without.statusCode()).isEqualTo(302);
    }

    @Test
    void tellsADeclinedConsentFromAProviderThatFailed() {
        URI declined = github.decline(octocat.beginSignIn("/deep"));
        assertPage(octocat.arrive(declined), 403, "sign-in.declined");
        String state = parameter(callback(), "state");
        assertPage(open("error=application_suspended&" + state), 403, "sign-in.provider.misconfigured");
        state = parameter(callback(), "state");
        assertPage(open("error=%3Cscript%3E&" + state), 403, "sign-in.provider.failed");
    }

    static Stream<Arguments> tokenAnswers() {
        return Stream.of(
                Arguments.of(Fault.body(200, "{\"error\":\"bad_verification_code\"}"), 400, "sign-in.code.refused"),
                Arguments.of(
                        Fault.body(200, "{\"error\":\"incorrect_client_credentials\"}"),
                        403,
                        "sign-in.provider.misconfigured"),
                Arguments.of(Fault.body(200, "{}"), 403, "sign-in.provider.failed"),
                Arguments.of(Fault.body(200, "[]"), 403, "sign-in.provider.failed"),
                Arguments.of(Fault.status(500), 403, "sign-in.provider.failed"),
                Arguments.of(Fault.html(200), 403, "sign-in.provider.failed"),
                Arguments.of(Fault.rateLimited(Duration.ofSeconds(60)), 403, "sign-in.provider.failed"),
                Arguments.of(Fault.garbage(), 403, "sign-in.provider.failed"),
                Arguments.of(Fault.reset(), 403, "sign-in.provider.failed"));
    }

    @ParameterizedTest
    @MethodSource("tokenAnswers")
    void survivesWhateverTheTokenEndpointSays(Fault fault, int status, String code) {
        URI callback = callback();
        github.tokenEndpoint().always(fault);
        HttpResponse<String> answer = octocat.arrive(callback);
        assertPage(answer, status, code);
        assertThat(answer.body()).contains("rd=%2Fdeep%3Flink%3D1");
        github.tokenEndpoint().heal();
        assertThat(octocat.signIn(github, "octocat", "/deep?link=1").statusCode())
                .isEqualTo(200);
    }

    static Stream<Arguments> profiles() {
        return Stream.of(
                Arguments.of(Fault.body(200, "{\"login\":\"octocat\"}"), "sign-in.profile.unusable"),
                Arguments.of(Fault.body(200, "{\"login\":\"octocat\",\"id\":\"583231\"}"), "sign-in.profile.unusable"),
                Arguments.of(Fault.body(200, "{\"login\":\"octocat\",\"id\":-1}"), "sign-in.profile.unusable"),
                Arguments.of(Fault.body(200, "{\"id\":583231}"), "sign-in.profile.unusable"),
                Arguments.of(Fault.status(401), "sign-in.provider.failed"),
                Arguments.of(Fault.status(500), "sign-in.provider.failed"),
                Arguments.of(Fault.html(200), "sign-in.provider.failed"),
                Arguments.of(Fault.quotaExhausted(Duration.ofSeconds(60)), "sign-in.provider.failed"),
                Arguments.of(Fault.reset(), "sign-in.provider.failed"));
    }

    @ParameterizedTest
    @MethodSource("profiles")
    void survivesWhateverTheProfileIs(Fault fault, String code) {
        URI callback = callback();
        github.userEndpoint().always(fault);
        assertPage(octocat.arrive(callback), 403, code);
    }

    @Test
    void readsAnAnswerThatIsFormEncodedOrHasNumbersAsText() {
        github.app().expiringTokens().numbersAsText();
        try {
            assertThat(octocat.signIn(github, "octocat", "/").statusCode()).isEqualTo(200);
        } finally {
            github.app().lastingTokens();
        }
    }

    @Test
    void findsThePrimaryVerifiedAddressWhenTheProfileHidesIt() {
        github.person("hider").id(77).email("old@x.example", false, true).email("hider@x.example", true, true);
        HttpPerson hider = gateway.stranger();
        hider.signIn(github, "hider", "/");
        assertThat(app.lastRequest().header("X-Forwarded-Email")).isEqualTo("hider@x.example");
    }

    @Test
    void sendsNoAddressThatNobodyHasVerified() {
        github.person("newcomer").id(78).profileEmail("president@x.example").email("president@x.example", true, false);
        HttpPerson newcomer = gateway.stranger();
        newcomer.signIn(github, "newcomer", "/");
        assertThat(app.lastRequest().header("X-Forwarded-User")).isEqualTo("newcomer");
        assertThat(app.lastRequest().header("X-Forwarded-Email")).isNull();
    }

    @Test
    void leavesAnExistingSessionAloneWhenALaterSignInFails() {
        octocat.signIn(github, "octocat", "/");
        String cookie = octocat.cookie("latchkey");
        URI declined = github.decline(URI.create(octocat.navigate("/oauth2/start")
                .headers()
                .firstValue("Location")
                .orElseThrow()));
        assertThat(octocat.arrive(declined).statusCode()).isEqualTo(403);
        assertThat(octocat.cookie("latchkey")).isEqualTo(cookie);
        assertThat(octocat.fetch("/").statusCode()).isEqualTo(200);
    }

    private static long sessions() {
        return gateway.bean(Sessions.class)
                .list(new PersonId("github", "583231"))
                .count()
                .block(Duration.ofSeconds(10));
    }
}
