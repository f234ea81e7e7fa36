package dev.latchkey.gateway.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class MembershipEndpointsTest {

    private final GitHubStub github = GitHubStub.start();
    private final HttpPerson client = HttpPerson.at(github.webUrl());
    private final StubPerson octocat = github.person("octocat");
    private final String token = github.tokenFor("octocat", "read:org", "repo").value();

    @AfterEach
    void stop() {
        github.close();
    }

    @Test
    void listsActiveOrganisationsOnly() {
        octocat.orgs("acme").org("later", "member", "pending");

        assertThat(get("/user/orgs").body()).contains("\"login\":\"acme\"").doesNotContain("later");
        assertThat(Json.read(get("/user/memberships/orgs?state=pending").body()).size())
                .isEqualTo(1);
        assertThat(Json.read(get("/user/memberships/orgs/later").body())
                        .get("state")
                        .asString())
                .isEqualTo("pending");
    }

    @Test
    void forgetsOrganisationTeamsAndRepositoriesOfWhoeverLeaves() {
        octocat.teams("acme/eng").repository("acme/wiki", "push").leaves("acme");

        assertThat(get("/user/orgs").body()).isEqualTo("[]");
        assertThat(get("/user/teams").body()).isEqualTo("[]");
        assertThat(get("/repos/acme/wiki").statusCode()).isEqualTo(404);
        assertThat(get("/orgs/acme/members/octocat").statusCode()).isEqualTo(404);
    }

    @Test
    void countsMembersOfAChildTeamForItsParent() {
        octocat.teams("acme/eng/core");

        assertThat(get("/orgs/acme/teams/core/memberships/octocat").statusCode())
                .isEqualTo(200);
        assertThat(get("/orgs/acme/teams/eng/memberships/octocat").statusCode()).isEqualTo(200);
        assertThat(get("/orgs/acme/teams/ops/memberships/octocat").statusCode()).isEqualTo(404);
        assertThat(get("/orgs/acme/members/octocat").statusCode()).isEqualTo(204);
    }

    @Test
    void hidesRestrictedOrganisationsFromOAuthApps() {
        octocat.teams("acme/eng").orgs("open");
        github.org("acme").restrictsOAuthApps(true);

        assertThat(get("/user/orgs").body()).contains("open").doesNotContain("acme");
        assertThat(get("/user/teams").body()).isEqualTo("[]");
    }

    @Test
    void saysThatSamlKeptSomethingOut() {
        octocat.orgs("acme", "open");
        long acme = github.org("acme").enforcesSaml(true).id();

        HttpResponse<String> orgs = get("/user/orgs");

        assertThat(orgs.statusCode()).isEqualTo(200);
        assertThat(orgs.body()).doesNotContain("acme");
        assertThat(orgs.headers().firstValue("x-github-sso")).hasValue("partial-results; organizations=" + acme);
    }

    @Test
    void wantsScopesForMembershipsAndAPermissionFromGitHubApps() {
        octocat.orgs("acme");
        String narrow = github.tokenFor("octocat", "user:email").value();
        assertThat(get(narrow, "/user/orgs").statusCode()).isEqualTo(403);
        assertThat(get(narrow, "/user/memberships/orgs").statusCode()).isEqualTo(403);

        StubApp gitHubApp =
                github.registerOAuthApp("app", "s", "http://localhost/").asGitHubApp();
        String unscoped = github.tokenFor(gitHubApp, "octocat").value();
        assertThat(get(unscoped, "/user/orgs").statusCode()).isEqualTo(200);
        gitHubApp.withoutPermission("members");
        HttpResponse<String> refused = get(unscoped, "/user/orgs");
        assertThat(refused.statusCode()).isEqualTo(403);
        assertThat(refused.headers().firstValue("x-accepted-github-permissions"))
                .hasValue("members=read");
    }

    @Test
    void tellsWhatAPersonMayDoInARepository() {
        octocat.repository("acme/wiki", "push");

        JsonNode repository = Json.read(get("/repos/acme/wiki").body());
        JsonNode permission = Json.read(
                get("/repos/acme/wiki/collaborators/octocat/permission").body());

        assertThat(repository.get("permissions").get("push").asBoolean()).isTrue();
        assertThat(repository.get("permissions").get("maintain").asBoolean()).isFalse();
        assertThat(permission.get("permission").asString()).isEqualTo("write");
        assertThat(get("/repos/acme/secret").statusCode()).isEqualTo(404);
    }

    @Test
    void countsTheQuotaButNotTheQuestionForIt() {
        get("/user");
        get("/rate_limit");

        JsonNode core = Json.read(get("/rate_limit").body()).get("resources").get("core");
        assertThat(core.get("used").asInt()).isEqualTo(1);
        assertThat(core.get("limit").asInt()).isEqualTo(5_000);
    }

    private HttpResponse<String> get(String path) {
        return get(token, path);
    }

    private HttpResponse<String> get(String with, String path) {
        return client.get("/api/v3" + path, "Authorization", "token " + with);
    }
}
