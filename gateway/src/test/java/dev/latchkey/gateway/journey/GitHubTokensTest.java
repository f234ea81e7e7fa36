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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** GitHub tokens as credentials, where a route asks for that. */
class GitHubTokensTest {

    private final TestClock clock = TestClock.now();
    private final GitHubStub github = GitHubStub.start(clock);
    private final EchoBackend app = EchoBackend.start();

    private TestGateway gateway;

    @BeforeEach
    void start() {
        gateway = TestGateway.signingInAt(github)
                .clock(clock)
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
                .start();
        github.forgetCalls();
    }

    @AfterEach
    void stop() {
        gateway.close();
        app.close();
        github.close();
    }

    private HttpResponse<String> call(String path, String token) {
        return gateway.stranger().get(path, "Authorization", "Bearer " + token);
    }

    private static void assertProblem(HttpResponse<String> answer, int status, String code) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.headers().firstValue("X-Latchkey-Problem")).contains(code);
    }

    private int checks() {
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
        clock.advance(Duration.ofMinutes(1));
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
        clock.advance(Duration.ofMinutes(1));
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
        for (int i = 0; i < 20; i++) {
            assertProblem(call("/x", "gho_" + "%036d".formatted(i)), 401, "github-token.refused");
        }
        assertProblem(call("/x", "gho_" + "%036d".formatted(99)), 429, "limit.rate");
        assertThat(checks()).isEqualTo(20);
    }

    @Test
    void membershipsAreStillAskedForAndAddressesThatNobodyVouchedForLetNobodyIn() {
        github.person("member").orgs("acme");
        HttpPerson member = gateway.stranger();
        member.signIn(github, "member", "/x");
        assertThat(call("/x", github.tokenFor("member").value()).statusCode()).isEqualTo(200);
        HttpPerson hubot = gateway.stranger();
        hubot.signIn(github, "hubot", "/x");
        assertProblem(call("/x", github.tokenFor("hubot").value()), 403, "access.denied");
        github.person("octocat").email("mona@octocat.example", true, true);
        assertProblem(call("/email/x", github.tokenFor("octocat").value()), 403, "access.denied");
    }
}
