package dev.latchkey.gateway.testing;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** What somebody may do in a repository. All are private: to others they do not exist. */
final class RepositoryEndpoints implements Endpoints {

    /** From most to least; each includes those after it. */
    private static final List<String> PERMISSIONS = List.of("admin", "maintain", "push", "triage", "pull");

    private final GitHubState state;
    private final Api api;
    private final Accounts accounts;

    RepositoryEndpoints(GitHubState state, Api api) {
        this.state = state;
        this.api = api;
        this.accounts = new Accounts(state);
    }

    @Override
    public void addTo(Routes routes) {
        String repository = Api.BASE + "/repos/{owner}/{repo}";
        routes.get(repository, call -> seen(call, permission -> Reply.json(200, repository(call, permission))));
        routes.get(
                repository + "/collaborators/{login}/permission",
                call -> seen(call, own -> collaborator(call, call.variable("login"))));
    }

    private Reply seen(Call call, Function<String, Reply> answer) {
        return api.asPerson(call, caller -> {
            boolean allowed = caller.may("metadata", "repo");
            Optional<String> known = permissionOf(caller.person(), call);
            StubOrg owner = state.org(call.variable("owner"));
            if (known.isPresent() && owner.isHiddenFrom(caller.app())) {
                return owner.refusal(state.webUrl());
            }
            return known.filter(permission -> allowed).map(answer).orElseGet(() -> Reply.message(404, "Not Found"));
        });
    }

    private static Optional<String> permissionOf(StubPerson person, Call call) {
        String fullName = call.variable("owner") + "/" + call.variable("repo");
        return person.repositories().entrySet().stream()
                .filter(repository -> repository.getKey().equalsIgnoreCase(fullName))
                .map(Map.Entry::getValue)
                .findFirst();
    }

    private Map<String, Object> repository(Call call, String permission) {
        String fullName = call.variable("owner") + "/" + call.variable("repo");
        long id = state.number("repo:" + fullName);
        return Json.object(
                "id",
                id,
                "node_id",
                Accounts.nodeId("010:Repository" + id),
                "name",
                call.variable("repo"),
                "full_name",
                fullName,
                "private",
                true,
                "owner",
                accounts.org(call.variable("owner")),
                "html_url",
                state.webUrl() + "/" + fullName,
                "url",
                state.apiUrl() + "/repos/" + fullName,
                "visibility",
                "private",
                "default_branch",
                "main",
                "permissions",
                permissions(permission),
                "role_name",
                roleName(permission));
    }

    private Reply collaborator(Call call, String login) {
        Optional<StubPerson> person = state.find(login);
        if (person.isEmpty()) {
            return Reply.message(404, "Not Found");
        }
        String permission = permissionOf(person.get(), call).orElse(null);
        return Reply.json(
                200,
                Json.object(
                        "permission", permission == null ? "none" : coarse(permission),
                        "role_name", permission == null ? "none" : roleName(permission),
                        "user", accounts.user(person.get())));
    }

    private static Map<String, Object> permissions(String permission) {
        Map<String, Object> json = Json.object();
        PERMISSIONS.forEach(each -> json.put(each, PERMISSIONS.indexOf(permission) <= PERMISSIONS.indexOf(each)));
        return json;
    }

    private static String roleName(String permission) {
        return switch (permission) {
            case "push" -> "write";
            case "pull" -> "read";
            default -> permission;
        };
    }

    /** The older of the two fields knows only three grades. */
    private static String coarse(String permission) {
        return switch (permission) {
            case "maintain" -> "write";
            case "triage" -> "read";
            default -> roleName(permission);
        };
    }
}
