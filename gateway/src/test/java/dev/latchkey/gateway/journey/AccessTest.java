package dev.latchkey.gateway.journey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.latchkey.gateway.membership.Memberships;
import dev.latchkey.gateway.store.Store;
import dev.latchkey.gateway.testing.EchoBackend;
import dev.latchkey.gateway.testing.Fault;
import dev.latchkey.gateway.testing.GitHubStub;
import dev.latchkey.gateway.testing.HttpPerson;
import dev.latchkey.gateway.testing.StubPerson;
import dev.latchkey.gateway.testing.TestGateway;
import dev.latchkey.gateway.testing.Webhook;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Base64;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Who is let in by which line, and what those hear who are not. */
class AccessTest {

    private static GitHubStub github;
    private static EchoBackend app;
    private static TestGateway gateway;
    private static int people;

    private StubPerson person;

    @BeforeAll
    static void start() {
        github = GitHubStub.start();
        app = EchoBackend.start();
        gateway = TestGateway.signingInAt(github)
                .property("latchkey.github.scopes", "read:user,user:email,read:org,repo")
                .route("start", "to: " + app.url(), "allow: [signed-in]", "send: { jwt: false, headers: none }")
                .route("org", "path: /org/**", "to: " + app.url(), "allow: [org:acme]", "public: [/org/open]")
                .route("team", "path: /team/**", "to: " + app.url(), "allow: [team:acme/eng]")
                .route("repo", "path: /repo/**", "to: " + app.url(), "allow: ['repo:acme/wiki:write']")
                .route("email", "path: /email/**", "to: " + app.url(), "allow: ['email:*@acme.example']")
                .route("user", "path: /user/**", "to: " + app.url(), "allow: [user:OctoCat]")
                .route(
                        "many",
                        "path: /many/**",
                        "to: " + app.url(),
                        "allow: [org:acme, team:other/ops, user:boss, 'email:*@boss.example']")
                .start();
    }

    @AfterAll
    static void stop() {
        gateway.close();
        app.close();
        github.close();
    }

    @BeforeEach
    void somebodyNew() {
        github.endpoint("/api/v3/").heal();
        person = github.person("somebody-" + people++);
        app.forgetRequests();
    }

    private HttpPerson signIn() {
        HttpPerson browser = gateway.stranger();
        assertThat(browser.signIn(github, person.login(), "/").statusCode()).isEqualTo(200);
        return browser;
    }

    private static void assertProblem(HttpResponse<String> answer, int status, String code) {
        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(answer.headers().firstValue("X-Latchkey-Problem")).contains(code);
    }

    @ParameterizedTest
    @ValueSource(strings = {"org", "team", "repo", "email"})
    void letsInWhomTheLineNamesAndNobodyElse(String kind) {
        HttpPerson outside = signIn();
        assertProblem(outside.fetch("/" + kind + "/x"), 403, "access.denied");
        assertThat(app.requests()).noneMatch(request -> request.target().startsWith("/" + kind));

        person = github.person("insider-" + people++);
        person.teams("acme/eng/core")
                .repository("acme/wiki", "push")
                .email(person.login() + "@acme.example", true, true);
        assertThat(signIn().fetch("/" + kind + "/x").statusCode()).isEqualTo(200);
    }

    @Test
    void letsInAPersonByLoginWithoutCase() {
        person = github.person("octocat");
        assertThat(signIn().fetch("/user/x").statusCode()).isEqualTo(200);
    }

    @Test
    void believesOnlyTheVerifiedPrimaryAddress() {
        person.email("me@home.example", true, true)
                .email("me@acme.example", false, true)
                .profileEmail("me@acme.example");
        assertProblem(signIn().fetch("/email/x"), 403, "access.denied");

        person = github.person("somebody-" + people++);
        person.email("me@acme.example", true, false);
        assertProblem(signIn().fetch("/email/x"), 403, "access.denied");
    }

    @Test
    void asksStrangersToSignInAndAsksGitHubNothing() {
        github.forgetCalls();
        assertProblem(gateway.stranger().fetch("/org/x"), 401, "sign-in.required");
        assertThat(gateway.stranger().fetch("/org/open").statusCode()).isEqualTo(200);
        // Others may still be asked about, beside their requests.
        assertThat(github.calls().matching(call -> call.login() == null).count())
                .isZero();
    }

    @Test
    void saysWhomTheAppIsForAndNamesNobody() {
        HttpResponse<String> answer = signIn().fetch("/many/x");
        JsonNode problem = JsonMapper.shared().readTree(answer.body());
        assertThat(problem.path("detail").asString())
                .isEqualTo("This app is for members of acme, or members of the team other/ops,"
                        + " or people named one by one, or people with an address at boss.example."
                        + " Ask the people who run this app to let you in, or sign in with another account.");
        assertThat(signIn().navigate("/many/x").body())
                .contains("members of acme")
                .doesNotContain("boss,");
    }

    @Test
    void keepsSomebodyOutTheMomentGitHubReportsThatTheyLeft() {
        person.orgs("acme");
        HttpPerson browser = signIn();
        assertThat(browser.fetch("/org/x").statusCode()).isEqualTo(200);
        person.leaves("acme");
        assertThat(browser.fetch("/org/x").statusCode()).isEqualTo(200);
        Webhook removed = github.organizationMemberRemoved("acme", person.login());
        gateway.bean(Memberships.class)
                .heard("organization", JsonMapper.shared().readTree(removed.payload()))
                .block();
        assertProblem(browser.fetch("/org/x"), 403, "access.denied");
    }

    @Test
    void neverTakesAnOutageForANo() {
        person.orgs("acme");
        HttpPerson browser = signIn();
        github.endpoint("/api/v3/").always(Fault.quotaExhausted(Duration.ofMinutes(5)));
        HttpResponse<String> answer = browser.fetch("/org/x");
        assertProblem(answer, 503, "membership.unknown");
        assertThat(Integer.parseInt(answer.headers().firstValue("Retry-After").orElseThrow()))
                .isBetween(200, 301);
        assertThat(browser.fetch("/").statusCode()).isEqualTo(200);
    }

    @Test
    void asksForANewSignInWhereTheTokenHasEnded() {
        person.orgs("acme");
        HttpPerson browser = signIn();
        String id = "github:" + person.id();
        Store store = gateway.bean(Store.class);
        store.delete("token:" + id).then(store.publish("token-changed", id)).block();
        await().untilAsserted(() -> assertProblem(browser.fetch("/org/x"), 401, "sign-in.required"));
        assertThat(browser.signIn(github, person.login(), "/org/x").statusCode())
                .isEqualTo(200);
    }

    @Test
    void explainsWhatHidesAMembership() {
        person.orgs("acme-saml");
        github.org("acme").enforcesSaml(false);
        person.orgs("acme");
        github.org("acme").restrictsOAuthApps(true);
        try {
            HttpResponse<String> answer = signIn().navigate("/org/x");
            assertProblem(answer, 403, "membership.app-restricted");
            assertThat(answer.body()).contains("acme has not approved");
            github.org("acme").restrictsOAuthApps(false).enforcesSaml(true);
            person = github.person("somebody-" + people++);
            person.orgs("acme");
            assertProblem(signIn().fetch("/org/x"), 403, "membership.sso-required");
        } finally {
            github.org("acme").restrictsOAuthApps(false).enforcesSaml(false);
        }
    }

    @Test
    void tellsBackendsTheGroupsOnceTheyAreKnown() {
        person.orgs("zoo").teams("acme/eng/core");
        HttpPerson browser = signIn();
        assertThat(browser.fetch("/team/x").statusCode()).isEqualTo(200);
        SessionsContract.await(() -> {
            browser.fetch("/team/x");
            return "acme,zoo,acme:core,acme:eng".equals(app.lastRequest().header("X-Forwarded-Groups"));
        });
        String jwt = app.lastRequest().header("Authorization").split("\\.")[1];
        JsonNode claims = JsonMapper.shared().readTree(Base64.getUrlDecoder().decode(jwt));
        assertThat(claims.path("groups").toString()).isEqualTo("[\"acme\",\"zoo\",\"acme:core\",\"acme:eng\"]");
    }
}
