package dev.latchkey.gateway.journey;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.gateway.testing.EchoBackend;
import dev.latchkey.gateway.testing.Fault;
import dev.latchkey.gateway.testing.GitHubStub;
import dev.latchkey.gateway.testing.HttpPerson;
import dev.latchkey.gateway.testing.StubApp;
import dev.latchkey.gateway.testing.TestClock;
import dev.latchkey.gateway.testing.TestGateway;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** GitHub tokens as credentials, where a route asks for that. */
class GitHubTokensTest {

    private static final TestClock CLOCK = TestClock.now();
    private static final String HOME = "192.0.2.7";

    private static GitHubStub github;
    private static EchoBackend app;
    private static TestGateway gateway;
    private static int people;

    @BeforeAll
    static void start() {
        github = GitHubStub.start(CLOCK);
        github.app().withoutTokenLimits();
        app = EchoBackend.start();
        gateway = TestGateway.signingInAt(github)
                .clock(CLOCK)
                .property("latchkey.trusted-proxies", "127.0.0.0/8")
                .route(
                        "app",
                        "to: " + app.url(),
                        "allow: [user:octocat, org:acme]",
                        "accept: [github-token]",
                        "send: { headers: pomerium }")
                .route(
                        "email",
                        "path: /email/**",
                        "to: " + app.url(),
                        "allow: ['email:*@octocat.example']",
                        "accept: [github-token]")
                .route("closed", "path: /closed/**", "to: " + app.url(), "allow: [user:octocat]")
                .route("open", "path: /open/**", "to: " + app.url(), "allow: [anyone]", "send: { headers: pomerium }")
                .route("all", "path: /all/**", "to: " + app.url(), "allow: [signed-in]", "accept: [github-token]")
                .start();
    }

    @AfterAll
    static void stop() {
        gateway.close();
        app.close();
        github.close();
    }

    /** By the next day every budget is whole again. */
    @BeforeEach
    void letADayPass() {
        CLOCK.advance(Duration.ofDays(1));
        github.checkEndpoint().heal();
        github.forgetCalls();
        app.forgetRequests();
    }

    private static HttpResponse<String> call(String path, String token) {
        return call(path, token, HOME);
    }

    private static HttpResponse<String> call(String path, String token, String address) {
        return gateway.stranger().get(path, "Authorization", "Bearer " + token, "X-Forwarded-For", address);
    }

    private static String newToken() {
        return github.tokenFor(github.person("person-" + people++).login()).value();
    }

    /** Of our app's kind, and nobody's. */
    private static String invented() {
        return "gho_" + "%036d".formatted(people++);
    }

    private static void guess(int count, String address) {
        for (int i = 0; i < count; i++) {
            assertProblem(call("/all/x", invented(), address), 401, "github-token.refused");
        }
    }

    private static void assertProblem(HttpResponse<String> answer, int status, String code) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.headers().firstValue("X-Latchkey-Problem")).contains(code);
    }

    private static int checks() {
        return github.calls()
                .to("POST", "/api/v3/applications/" + github.app().clientId() + "/token")
                .count();
    }

    @Test
    void aTokenOfOurAppSaysWhoIsCallingAndGoesNoFurther() {
        String token = github.tokenFor("octocat").value();
        for (String form : List.of("Bearer " + token, "token " + token)) {
            assertThat(gateway.stranger().get("/x", "Authorization", form).statusCode())
                    .isEqualTo(200);
            assertThat(app.lastRequest().header("Authorization")).isNull();
            assertThat(app.lastRequest().header("X-Pomerium-Jwt-Assertion")).isNotNull();
        }
        assertThat(app.requests().toString()).doesNotContain(token);
        assertThat(checks()).isEqualTo(1);
        assertProblem(call("/x", github.tokenFor("hubot").value()), 401, "sign-in.required");
    }

    @Test
    void aTokenOfAnyOtherAppIsRefusedWhoeverItsOwnerIs() {
        StubApp other = github.registerOAuthApp("other-app", "other-secret", "https://other.example/callback");
        String theirs = github.tokenFor(other, "octocat").value();
        assertThat(github.isLive(theirs)).isTrue();
        assertProblem(call("/x", theirs), 401, "github-token.refused");
        assertProblem(call("/x", theirs), 401, "github-token.refused");
        assertThat(checks()).as("the no is believed for a while").isEqualTo(1);
        CLOCK.advance(Duration.ofMinutes(1));
        assertProblem(call("/x", theirs), 401, "github-token.refused");
        assertThat(checks()).isEqualTo(2);
        assertThat(app.requests()).isEmpty();
    }

    @Test
    void tokensThatNoSignInMakesAreRefusedWithoutAsking() {
        for (String token : List.of(
                "ghp_" + "a".repeat(36),
                "github_pat_" + "b".repeat(82),
                "ghs_" + "c.d-e".repeat(100),
                "ghr_" + "f".repeat(36))) {
            assertProblem(call("/x", token), 401, "github-token.refused");
        }
        assertThat(github.calls().under("/api/v3/").count()).isZero();
    }

    @Test
    void whereTheRouteDoesNotAskForItATokenIsTheAppsOwnBusiness() {
        String token = github.tokenFor("octocat").value();
        assertProblem(call("/closed/x", token), 401, "sign-in.required");
        assertThat(call("/open/x", token).statusCode()).isEqualTo(200);
        assertThat(app.lastRequest().header("Authorization")).isEqualTo("Bearer " + token);
        assertThat(checks()).isZero();
    }

    @Test
    void aTokenThatIsTakenBackIsRefusedWithinAMinute() {
        String token = github.tokenFor("octocat").value();
        assertThat(call("/x", token).statusCode()).isEqualTo(200);
        github.revoke(token);
        CLOCK.advance(Duration.ofMinutes(1));
        assertProblem(call("/x", token), 401, "github-token.refused");
    }

    @Test
    void manyAtOnceAreOneQuestion() {
        String token = github.tokenFor("octocat").value();
        assertThat(IntStream.range(0, 12).parallel().map(i -> call("/x", token).statusCode()))
                .containsOnly(200);
        assertThat(checks()).isEqualTo(1);
    }

    @Test
    void anOutageIsNoAnswerAndIsNotRemembered() {
        String token = github.tokenFor("octocat").value();
        github.checkEndpoint().always(Fault.status(500));
        HttpResponse<String> answer = call("/x", token);
        assertProblem(answer, 503, "github.unreachable");
        assertThat(answer.headers().firstValue("Retry-After")).isPresent();
        github.checkEndpoint().heal();
        assertThat(call("/x", token).statusCode()).isEqualTo(200);
    }

    @Test
    void aStrangerCannotMakeTheGatewayAskForEver() {
        guess(20, HOME);
        HttpResponse<String> answer = call("/x", invented());
        assertProblem(answer, 429, "limit.rate");
        assertThat(answer.headers().firstValue("Retry-After")).isPresent();
        assertThat(checks()).isEqualTo(20);
    }

    @Test
    void whoIsKnownIsNeverTooManyWhateverStrangersShowBesideThem() {
        String good = newToken();
        assertThat(call("/all/x", good).statusCode()).isEqualTo(200);
        for (int minute = 0; minute < 12; minute++) {
            for (int i = 0; i < 22; i++) {
                call("/all/x", invented());
            }
            assertProblem(call("/all/x", invented()), 429, "limit.rate");
            assertThat(call("/all/x", good).statusCode()).isEqualTo(200);
            CLOCK.advance(Duration.ofSeconds(61));
        }
    }

    @Test
    void aHouseFullOfGoodTokensIsNotTooManyHoweverLongItWorks() {
        List<String> tokens =
                Stream.generate(GitHubTokensTest::newToken).limit(150).toList();
        for (int minute = 0; minute < 3; minute++) {
            int before = checks();
            for (String token : tokens) {
                assertThat(call("/all/x", token).statusCode()).isEqualTo(200);
            }
            assertThat(checks() - before)
                    .as("GitHub answers an app only so many questions")
                    .isLessThanOrEqualTo(150);
            CLOCK.advance(Duration.ofMinutes(1));
        }
        guess(20, HOME);
        String last = tokens.get(149);
        github.revoke(last);
        CLOCK.advance(Duration.ofMinutes(10));
        assertProblem(call("/all/x", last), 401, "github-token.refused");
    }

    @Test
    void addressesOfOneNetworkShareABudgetAndAFewNetworksLeaveRoomForEverybodyElse() {
        for (int network = 0; network < 8; network++) {
            guess(20, "2001:db8:" + network + ":1::1");
            assertProblem(call("/all/x", invented(), "2001:db8:" + network + ":1::2"), 429, "limit.rate");
            guess(20, "2001:db8:" + network + ":2::1");
            for (int subscriber = 3; subscriber < 10; subscriber++) {
                assertProblem(
                        call("/all/x", invented(), "2001:db8:" + network + ':' + subscriber + "::1"),
                        429,
                        "limit.rate");
            }
        }
        assertThat(checks()).isEqualTo(320);
        assertThat(call("/all/x", newToken()).statusCode()).isEqualTo(200);
        guess(20, HOME);
    }

    @Test
    void anOutageTakesNobodyAwayWhoWasKnownAMomentAgo() {
        String good = newToken();
        assertThat(call("/all/x", good).statusCode()).isEqualTo(200);
        github.checkEndpoint().always(Fault.status(500));
        CLOCK.advance(Duration.ofMinutes(5));
        assertThat(call("/all/x", good).statusCode()).isEqualTo(200);
        assertProblem(call("/all/x", newToken()), 503, "github.unreachable");
        CLOCK.advance(Duration.ofMinutes(5));
        assertProblem(call("/all/x", good), 503, "github.unreachable");
        github.checkEndpoint().heal();
        assertThat(call("/all/x", good).statusCode()).isEqualTo(200);
    }

    @Test
    void membershipsAreStillAskedForAndAddressesThatNobodyVouchedForLetNobodyIn() {
        github.person("member").orgs("acme");
        HttpPerson member = gateway.stranger();
        member.signIn(github, "member", "/x");
        assertThat(call("/x", github.tokenFor("member").value()).statusCode()).isEqualTo(200);
        HttpPerson guest = gateway.stranger();
        guest.signIn(github, github.person("guest").login(), "/x");
        assertProblem(call("/x", github.tokenFor("guest").value()), 403, "access.denied");
        github.person("octocat").email("mona@octocat.example", true, true);
        assertProblem(call("/email/x", github.tokenFor("octocat").value()), 403, "access.denied");
    }
}
