package dev.latchkey.gateway.testing;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Base64;
import java.util.Map;

/** People, organisations and teams as the API writes them. */
final class Accounts {

    private final GitHubState state;

    Accounts(GitHubState state) {
        this.state = state;
    }

    Map<String, Object> user(StubPerson person) {
        String url = state.apiUrl() + "/users/" + person.login();
        return Json.object(
                "login",
                person.login(),
                "id",
                person.id(),
                "node_id",
                nodeId("04:User" + person.id()),
                "avatar_url",
                person.avatarUrl(),
                "gravatar_id",
                "",
                "url",
                url,
                "html_url",
                state.webUrl() + "/" + person.login(),
                "organizations_url",
                url + "/orgs",
                "repos_url",
                url + "/repos",
                "type",
                "User",
                "site_admin",
                false);
    }

    Map<String, Object> org(String login) {
        long id = state.org(login).id();
        String url = state.apiUrl() + "/orgs/" + login;
        return Json.object(
                "login",
                login,
                "id",
                id,
                "node_id",
                nodeId("12:Organization" + id),
                "url",
                url,
                "repos_url",
                url + "/repos",
                "members_url",
                url + "/members{/member}",
                "avatar_url",
                "https://avatars.githubusercontent.com/u/" + id + "?v=4",
                "description",
                null);
    }

    Map<String, Object> team(StubPerson.Team team) {
        Map<String, Object> json = simpleTeam(team);
        json.put("organization", org(team.org()));
        json.put("parent", team.parent() == null ? null : simpleTeam(team.parent()));
        return json;
    }

    Map<String, Object> membership(StubPerson person, StubPerson.Membership membership) {
        String orgUrl = state.apiUrl() + "/orgs/" + membership.org();
        return Json.object(
                "url", orgUrl + "/memberships/" + person.login(),
                "state", membership.state(),
                "role", membership.role(),
                "organization_url", orgUrl,
                "organization", org(membership.org()),
                "user", user(person));
    }

    private Map<String, Object> simpleTeam(StubPerson.Team team) {
        long id = state.number("team:" + team.org() + "/" + team.slug());
        long orgId = state.org(team.org()).id();
        String url = state.apiUrl() + "/organizations/" + orgId + "/team/" + id;
        return Json.object(
                "name",
                team.slug(),
                "id",
                id,
                "node_id",
                nodeId("04:Team" + id),
                "slug",
                team.slug(),
                "description",
                "",
                "privacy",
                "closed",
                "notification_setting",
                "notifications_enabled",
                "url",
                url,
                "html_url",
                state.webUrl() + "/orgs/" + team.org() + "/teams/" + team.slug(),
                "members_url",
                url + "/members{/member}",
                "repositories_url",
                url + "/repos",
                "permission",
                "pull");
    }

    static String nodeId(String plain) {
        return Base64.getEncoder().encodeToString(plain.getBytes(US_ASCII));
    }
}
