package dev.latchkey.gateway.testing;

import java.util.List;
import java.util.Map;

/** The webhook payloads that decide over sessions, with the members that GitHub guarantees. */
final class Payloads {

    private final GitHubState state;
    private final Accounts accounts;

    Payloads(GitHubState state) {
        this.state = state;
        this.accounts = new Accounts(state);
    }

    Webhook authorizationRevoked(StubPerson person) {
        return webhook("github_app_authorization", "action", "revoked", "sender", accounts.user(person));
    }

    Webhook organizationMemberRemoved(String org, StubPerson person) {
        StubPerson.Membership membership = new StubPerson.Membership(org, "unaffiliated", "inactive");
        return webhook(
                "organization",
                "action",
                "member_removed",
                "membership",
                accounts.membership(person, membership),
                "organization",
                accounts.org(org),
                "sender",
                accounts.user(person));
    }

    Webhook teamMemberRemoved(StubPerson.Team team, StubPerson person) {
        Map<String, Object> user = accounts.user(person);
        return webhook(
                "membership",
                "action",
                "removed",
                "scope",
                "team",
                "member",
                user,
                "sender",
                user,
                "team",
                accounts.team(team),
                "organization",
                accounts.org(team.org()));
    }

    Webhook repositoryMemberRemoved(String fullName, StubPerson person) {
        Map<String, Object> repository = Json.object(
                "id",
                state.number("repo:" + fullName),
                "full_name",
                fullName,
                "name",
                fullName.substring(fullName.indexOf('/') + 1),
                "private",
                true);
        Map<String, Object> user = accounts.user(person);
        return webhook("member", "action", "removed", "member", user, "repository", repository, "sender", user);
    }

    Webhook installation(StubInstallation installation, String action) {
        return webhook("installation", "action", action, "installation", about(installation));
    }

    Webhook installationRepositoriesAdded(StubInstallation installation, String repository) {
        return webhook(
                "installation_repositories",
                "action",
                "added",
                "installation",
                about(installation),
                "repository_selection",
                "selected",
                "repositories_added",
                List.of(Json.object("full_name", installation.account() + "/" + repository, "name", repository)),
                "repositories_removed",
                List.of());
    }

    Webhook repositoryRenamed(String fullName, String oldName) {
        String[] parts = fullName.split("/");
        return webhook(
                "repository",
                "action",
                "renamed",
                "changes",
                Json.object("repository", Json.object("name", Json.object("from", oldName))),
                "repository",
                Json.object("full_name", fullName, "name", parts[1], "owner", accounts.org(parts[0])));
    }

    private Map<String, Object> about(StubInstallation installation) {
        return Json.object(
                "id",
                installation.id(),
                "app_id",
                installation.app().id(),
                "account",
                accounts.org(installation.account()));
    }

    private static Webhook webhook(String event, Object... members) {
        return Webhook.of(event, Json.write(Json.object(members)));
    }
}
