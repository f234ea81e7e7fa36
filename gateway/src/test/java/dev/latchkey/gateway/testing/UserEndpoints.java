package dev.latchkey.gateway.testing;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** {@code /user} and what hangs below it: who the token's person is, and what they belong to. */
final class UserEndpoints implements Endpoints {

    private final GitHubState state;
    private final Api api;
    private final Accounts accounts;

    UserEndpoints(GitHubState state, Api api) {
        this.state = state;
        this.api = api;
        this.accounts = new Accounts(state);
    }

    @Override
    public void addTo(Routes routes) {
        routes.get(Api.BASE + "/user", call -> api.asPerson(call, this::profile));
        routes.get(Api.BASE + "/user/emails", call -> api.asPerson(call, caller -> emails(call, caller)));
        routes.get(Api.BASE + "/user/orgs", call -> api.asPerson(call, caller -> orgs(call, caller)));
        routes.get(Api.BASE + "/user/teams", call -> api.asPerson(call, caller -> teams(call, caller)));
        routes.get(
                Api.BASE + "/user/memberships/orgs", call -> api.asPerson(call, caller -> memberships(call, caller)));
        routes.get(
                Api.BASE + "/user/memberships/orgs/{org}",
                call -> api.asPerson(call, caller -> membership(call, caller)));
    }

    private Reply profile(Api.Caller caller) {
        Map<String, Object> profile = accounts.user(caller.person());
        if (caller.person().lacksId()) {
            profile.remove("id");
        }
        profile.put("name", caller.person().name());
        profile.put("company", null);
        profile.put("email", caller.person().profileEmail());
        profile.put("two_factor_authentication", true);
        profile.put("created_at", "2011-01-25T18:44:36Z");
        profile.put("updated_at", "2026-11-01T00:00:00Z");
        return Reply.json(200, profile).with("X-Accepted-OAuth-Scopes", "");
    }

    private Reply emails(Call call, Api.Caller caller) {
        if (!caller.may("email_addresses", "user:email")) {
            return denied(caller, 404, "Not Found", "email_addresses=read", "user:email");
        }
        List<?> emails = caller.person().emails().stream()
                .map(email -> Json.object(
                        "email", email.address(),
                        "primary", email.primary(),
                        "verified", email.verified(),
                        "visibility", email.primary() ? "private" : null))
                .toList();
        return Page.of(call, state.webUrl(), emails).with("X-Accepted-OAuth-Scopes", "user, user:email");
    }

    private Reply orgs(Call call, Api.Caller caller) {
        if (!caller.may("members", "read:org", "read:user")) {
            return denied(
                    caller,
                    403,
                    "You need at least read:org scope or user scope to list your organizations.",
                    "members=read",
                    "read:org, user");
        }
        List<?> orgs = visible(caller)
                .filter(StubPerson.Membership::isActive)
                .map(membership -> accounts.org(membership.org()))
                .toList();
        return listed(call, caller, orgs).with("X-Accepted-OAuth-Scopes", "admin:org, read:org, user");
    }

    private Reply teams(Call call, Api.Caller caller) {
        if (!caller.may("members", "read:org", "repo")) {
            return denied(caller, 404, "Not Found", "members=read", "read:org, repo, user");
        }
        List<?> teams = caller.person().teams().stream()
                .filter(team -> !state.org(team.org()).isHiddenFrom(caller.app()))
                .map(accounts::team)
                .toList();
        return listed(call, caller, teams).with("X-Accepted-OAuth-Scopes", "admin:org, read:org, repo, user");
    }

    private Reply memberships(Call call, Api.Caller caller) {
        if (!caller.may("members", "read:org")) {
            return needsReadOrg(caller);
        }
        String wanted = call.queryParam("state");
        List<?> memberships = visible(caller)
                .filter(membership -> wanted == null || membership.state().equals(wanted))
                .map(membership -> accounts.membership(caller.person(), membership))
                .toList();
        return listed(call, caller, memberships).with("X-Accepted-OAuth-Scopes", "admin:org, read:org");
    }

    private Reply membership(Call call, Api.Caller caller) {
        if (!caller.may("members", "read:org")) {
            return needsReadOrg(caller);
        }
        Optional<StubPerson.Membership> membership = caller.person().memberships().stream()
                .filter(each -> each.org().equalsIgnoreCase(call.variable("org")))
                .findFirst();
        return membership
                .map(each -> state.org(each.org()).isHiddenFrom(caller.app())
                        ? state.org(each.org()).refusal(state.webUrl())
                        : Reply.json(200, accounts.membership(caller.person(), each)))
                .orElseGet(() -> Reply.message(404, "Not Found"));
    }

    /** Memberships in organisations that let the app see them. */
    private Stream<StubPerson.Membership> visible(Api.Caller caller) {
        return caller.person().memberships().stream()
                .filter(membership -> !state.org(membership.org()).isHiddenFrom(caller.app()));
    }

    /** A page of a list, which says when SAML kept something out of it. */
    private Reply listed(Call call, Api.Caller caller, List<?> all) {
        String hidden = caller.person().memberships().stream()
                .map(membership -> state.org(membership.org()))
                .filter(StubOrg::isEnforcingSaml)
                .map(org -> String.valueOf(org.id()))
                .collect(Collectors.joining(","));
        Reply reply = Page.of(call, state.webUrl(), all);
        return hidden.isEmpty() ? reply : reply.with("X-GitHub-SSO", "partial-results; organizations=" + hidden);
    }

    private static Reply needsReadOrg(Api.Caller caller) {
        return denied(
                caller,
                403,
                "You need at least read:org scope to list your organization memberships.",
                "members=read",
                "admin:org, read:org");
    }

    private static Reply denied(Api.Caller caller, int status, String message, String permission, String scopes) {
        if (caller.app().isGitHubApp()) {
            return Reply.message(403, "Resource not accessible by integration")
                    .with("X-Accepted-GitHub-Permissions", permission);
        }
        return Reply.message(status, message).with("X-Accepted-OAuth-Scopes", scopes);
    }
}
