package dev.latchkey.gateway.journey;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.gateway.testing.EchoBackend;
import dev.latchkey.gateway.testing.GitHubStub;
import dev.latchkey.gateway.testing.HttpPerson;
import dev.latchkey.gateway.testing.StubGitHubApp;
import dev.latchkey.gateway.testing.StubInstallation;
import dev.latchkey.gateway.testing.StubInstallationToken;
import dev.latchkey.gateway.testing.TestGateway;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Apps that are sent the token of an installation instead of a person's. */
class InstallationSendTest {

    private static final String SEND = "send: { headers: pomerium, github-token: installation, repository: ";

    private static GitHubStub github;
    private static EchoBackend app;
    private static TestGateway gateway;
    private static HttpPerson octocat;
    private static StubInstallation acme;

    @BeforeAll
    static void start() {
        github = GitHubStub.start();
        app = EchoBackend.start();
        StubGitHubApp gitHubApp = github.gitHubApp(4711);
        acme = gitHubApp.installedAt("acme", "wiki", "docs");
        gitHubApp.installedAt("other", "secret");
        gateway = TestGateway.signingInAt(github)
                .properties(gitHubApp.gatewayProperties())
                .route("start", "to: " + app.url(), "allow: [signed-in]")
                .route("wiki", "path: /wiki/**", "to: " + app.url(), "allow: [signed-in]", SEND + "acme/wiki }")
                .route(
                        "repos",
                        "path: '/repos/{repo}/**'",
                        "to: " + app.url(),
                        "allow: [user:octocat]",
                        SEND + "'acme/{repo}' }")
                .route(
                        "github",
                        "path: /github/**",
                        "to: builtin:github-api",
                        "allow: [user:octocat]",
                        "send: { github-token: installation, repository: acme/wiki }")
                .route("api-wiki", api("wiki"))
                .route("api-docs", api("docs"))
                .route("api-nowhere", api("nowhere"))
                .start();
        octocat = gateway.stranger();
        octocat.signIn(github, "octocat", "/");
    }

    /** GitHub's API as the installation at that repository. */
    private static String[] api(String repository) {
        return new String[] {
            "path: /any/" + repository + "/**",
            "to: builtin:github-api",
            "allow: [user:octocat]",
            "send: { github-token: installation, repository: acme/" + repository + " }"
        };
    }

    @AfterAll
    static void stop() {
        gateway.close();
        app.close();
        github.close();
    }

    @BeforeEach
    void forget() {
        app.forgetRequests();
    }

    private static StubInstallationToken sent() {
        return github.installationToken(app.lastRequest().header("X-Forwarded-Access-Token"))
                .orElseThrow();
    }

    @Test
    void theAppGetsTheTokenOfTheRepositoryThatTheRouteNames() {
        assertThat(octocat.get("/wiki/x", "X-Forwarded-Access-Token", "forged").statusCode())
                .isEqualTo(200);
        assertThat(sent().repositories()).containsExactly("wiki");
        assertThat(sent().installation()).isEqualTo(acme.id());
        String first = app.lastRequest().header("X-Forwarded-Access-Token");
        HttpPerson hubot = gateway.stranger();
        hubot.signIn(github, "hubot", "/");
        assertThat(hubot.get("/wiki/x").statusCode()).isEqualTo(200);
        assertThat(app.lastRequest().header("X-Forwarded-Access-Token")).isEqualTo(first);
    }

    @Test
    void aVariableOfThePathNamesTheRepositoryOfThatOwnerAlone() {
        assertThat(octocat.get("/repos/docs/x").statusCode()).isEqualTo(200);
        assertThat(sent().repositories()).containsExactly("docs");
        assertThat(sent().installation()).isEqualTo(acme.id());
        refused("/repos/secret/x");
        refused("/repos/a%20b/x");
        refused("/repos/" + "r".repeat(101) + "/x");
        refused("/repos/other%2fsecret/x");
    }

    private static void refused(String path) {
        app.forgetRequests();
        HttpResponse<String> answer = octocat.get(path);
        assertThat(answer.statusCode()).isBetween(400, 499);
        assertThat(answer.headers().firstValue("X-Latchkey-Problem")).isPresent();
        assertThat(app.requests()).isEmpty();
    }

    @Test
    void nobodyWhoIsNotLetInMakesAToken() {
        github.forgetCalls();
        assertThat(gateway.stranger().get("/wiki/x").statusCode()).isEqualTo(401);
        HttpPerson hubot = gateway.stranger();
        hubot.signIn(github, "hubot", "/");
        assertThat(hubot.get("/repos/wiki/x").statusCode()).isEqualTo(403);
        assertThat(github.calls().under("/api/v3/app/installations").count()).isZero();
        assertThat(app.requests()).noneMatch(request -> request.target().startsWith("/repos"));
    }

    @Test
    void theRepositoriesOfOneInstallationAreKeptApart() {
        github.content().put("/repos/acme/wiki/issues", "[1]");
        github.content().put("/repos/acme/docs/issues", "[2]");
        assertThat(octocat.get("/any/wiki/repos/acme/wiki/issues").body()).isEqualTo("[1]");
        assertThat(octocat.get("/any/docs/repos/acme/docs/issues").body()).isEqualTo("[2]");

        github.forgetCalls();
        octocat.get("/any/docs/repos/acme/wiki/issues");
        assertThat(github.calls().to("GET", "/api/v3/repos/acme/wiki/issues").count())
                .as("what was kept for one repository's token is no answer for another's")
                .isEqualTo(1);
    }

    @Test
    void nothingIsAnsweredAsAnInstallationThatIsNotThere() {
        github.forgetCalls();
        HttpResponse<String> answer = octocat.get("/any/nowhere/repos/acme/nowhere");
        assertThat(answer.headers().firstValue("X-Latchkey-Problem")).contains("installation.missing");
        assertThat(github.calls().under("/api/v3/repos/acme/nowhere").list())
                .noneMatch(call -> call.path().endsWith("/nowhere"));
    }

    @Test
    void K18_aTokenThatGitHubRefusesAtThePassthroughIsReplacedForTheVeryCall() {
        github.content().put("/repos/acme/wiki/pulls", "[]");
        assertThat(octocat.get("/any/wiki/repos/acme/wiki/pulls").statusCode()).isEqualTo(200);
        String dead =
                github.calls().to("GET", "/api/v3/repos/acme/wiki/pulls").last().token();
        assertThat(HttpPerson.at(github.apiUrl())
                        .send(
                                "DELETE",
                                github.apiUrl() + "/installation/token",
                                null,
                                "Authorization",
                                "Bearer " + dead)
                        .statusCode())
                .isEqualTo(204);
        github.content().put("/repos/acme/wiki/milestones", "[]");
        assertThat(octocat.get("/any/wiki/repos/acme/wiki/milestones").statusCode())
                .isEqualTo(200);
        assertThat(github.calls()
                        .to("GET", "/api/v3/repos/acme/wiki/milestones")
                        .last()
                        .token())
                .isNotEqualTo(dead);
    }

    @Test
    void noTokenIsFetchedForWhatIsAtHand() {
        github.content().put("/repos/acme/docs/labels", "[]");
        assertThat(octocat.get("/any/docs/repos/acme/docs/labels").body()).isEqualTo("[]");
        github.forgetCalls();
        assertThat(octocat.get("/any/docs/repos/acme/docs/labels").headers().firstValue("X-Latchkey-Cache"))
                .isPresent();
        assertThat(github.calls().under("/api/v3/app").count()).isZero();
    }

    @Test
    void githubsApiIsCalledAsTheInstallationWhereTheRouteSaysSo() {
        github.content().put("/repos/acme/wiki", "{\"id\":1}");
        github.forgetCalls();
        assertThat(octocat.get("/github/repos/acme/wiki").body()).isEqualTo("{\"id\":1}");
        String token =
                github.calls().to("GET", "/api/v3/repos/acme/wiki").last().token();
        assertThat(github.installationToken(token).orElseThrow().repositories()).containsExactly("wiki");
        assertThat(gateway.stranger().get("/github/repos/acme/wiki").statusCode())
                .isEqualTo(401);
    }
}
