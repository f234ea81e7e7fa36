package dev.latchkey.gateway.github.cache;

import dev.latchkey.gateway.provider.GitHub;
import dev.latchkey.gateway.provider.ProviderEvent;
import dev.latchkey.gateway.provider.ProviderEventListener;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;

/**
 * Makes answers old by what GitHub tells: all about a repository with any event of it, all about an organization with any
 * event of its own, all that a person has been given when what they belong to changes, and all of an account's when an app
 * is installed there or no more.
 *
 * @see <a href="https://docs.github.com/en/webhooks/webhook-events-and-payloads">Webhook events and payloads</a>
 */
public final class ChangeEvents implements ProviderEventListener {

    /** What happens in a repository and lets nobody see it who did not before. Every other event may. */
    private static final Set<String> WITHIN = Set.of(
            "check_run",
            "check_suite",
            "commit_comment",
            "create",
            "delete",
            "deployment",
            "deployment_status",
            "discussion",
            "discussion_comment",
            "gollum",
            "issue_comment",
            "issues",
            "label",
            "milestone",
            "pull_request",
            "pull_request_review",
            "pull_request_review_comment",
            "pull_request_review_thread",
            "push",
            "release",
            "star",
            "status",
            "watch",
            "workflow_job",
            "workflow_run");

    private final Changes changes;

    public ChangeEvents(Changes changes) {
        this.changes = changes;
    }

    @Override
    public Mono<Void> heard(ProviderEvent event) {
        JsonNode payload = event.payload();
        Set<String> paths = new LinkedHashSet<>();
        repository(payload, paths);
        organization(event, payload, paths);
        boolean access = !WITHIN.contains(event.name());
        return Flux.fromIterable(paths)
                .concatMap(path -> access ? changes.below(Changes.EVERYBODY, path) : changes.within(path))
                .then(Mono.defer(() -> people(payload)));
    }

    private static void repository(JsonNode payload, Set<String> paths) {
        JsonNode repository = payload.path("repository");
        String name = repository.path("full_name").asString("");
        String id = repository.path("id").asString("");
        if (name.isEmpty()) {
            return;
        }
        paths.add("/repos/" + name);
        paths.add("/repositories/" + id);
        String old = payload.path("changes")
                .path("repository")
                .path("name")
                .path("from")
                .asString("");
        if (!old.isEmpty()) {
            paths.add("/repos/" + name.substring(0, name.indexOf('/') + 1) + old);
        }
        JsonNode owner = payload.path("changes").path("owner").path("from");
        for (String kind : List.of("user", "organization")) {
            String login = owner.path(kind).path("login").asString("");
            if (!login.isEmpty()) {
                paths.add("/repos/" + login + name.substring(name.indexOf('/')));
            }
        }
    }

    private static void organization(ProviderEvent event, JsonNode payload, Set<String> paths) {
        switch (event.name()) {
            case "organization", "team" -> {
                String login = payload.path("organization").path("login").asString("");
                if (!login.isEmpty()) {
                    // A team or an organization that is no more, or has another right, tells of no repository.
                    paths.add("/orgs/" + login);
                    paths.add("/repos/" + login);
                    paths.add("/repositories");
                }
            }
            case "membership", "team_add", "org_block", "repository", "member" -> {
                String login = payload.path("organization").path("login").asString("");
                if (!login.isEmpty()) {
                    paths.add("/orgs/" + login);
                }
            }
            case "installation", "installation_repositories", "installation_target" -> {
                String login = payload.path("installation")
                        .path("account")
                        .path("login")
                        .asString("");
                if (!login.isEmpty()) {
                    paths.add("/orgs/" + login);
                    paths.add("/users/" + login);
                    paths.add("/repos/" + login);
                    paths.add("/repositories");
                }
            }
            default -> {
                // Tells of a repository, if of anything that is kept.
            }
        }
    }

    private Mono<Void> people(JsonNode payload) {
        Set<String> people = new LinkedHashSet<>();
        add(people, payload.path("member"));
        add(people, payload.path("membership").path("user"));
        add(people, payload.path("blocked_user"));
        return Flux.fromIterable(people)
                .concatMap(person -> changes.below(person, ""))
                .then();
    }

    private static void add(Set<String> people, JsonNode user) {
        String id = user.path("id").asString("");
        if (!id.isEmpty()) {
            people.add(GitHub.ID + ':' + id);
        }
    }
}
