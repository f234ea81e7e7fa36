package dev.latchkey.gateway.membership;

import java.util.HashSet;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * What a webhook event of GitHub touches.
 *
 * @see <a href="https://docs.github.com/en/webhooks/webhook-events-and-payloads">webhook events and payloads</a>
 */
final class Event {

    /** Of a repository, the actions after which everybody may do what they could before. */
    private static final Set<String> HARMLESS = Set.of("edited", "archived", "unarchived");

    private final JsonNode payload;
    private final Set<String> scopes = new HashSet<>();

    private Event(JsonNode payload) {
        this.payload = payload;
    }

    /** The scopes of the event; none if it has nothing to do with membership. */
    static Set<String> scopesOf(String name, JsonNode payload) {
        Event event = new Event(payload);
        event.read(name);
        return Set.copyOf(event.scopes);
    }

    private void read(String name) {
        switch (name) {
            case "organization" -> organizationEvent();
            case "membership" -> person(payload.path("member"));
            case "member" -> person(payload.path("member"));
            case "org_block" -> person(payload.path("blocked_user"));
            case "team" -> teamEvent();
            case "repository", "public" -> repositoryEvent();
            case "installation", "installation_repositories", "installation_target" -> scopes.add(Scopes.EVERYTHING);
            default -> {
                // Push, issues and the like change nobody's memberships.
            }
        }
    }

    /** Joining and leaving concern one person; a rename or an end concerns all. */
    private void organizationEvent() {
        JsonNode user = payload.path("membership").path("user");
        if (user.isObject()) {
            person(user);
        } else if (!payload.path("action").asString("").equals("member_invited")) {
            organization(payload.path("organization"));
            login(payload.path("changes").path("login").path("from").asString(""));
        }
    }

    private void teamEvent() {
        JsonNode repository = payload.path("repository");
        if (repository.isObject()) {
            repository(repository);
        } else {
            organization(payload.path("organization"));
        }
    }

    private void repositoryEvent() {
        if (HARMLESS.contains(payload.path("action").asString(""))) {
            return;
        }
        JsonNode repository = payload.path("repository");
        repository(repository);
        String formerName = payload.path("changes")
                .path("repository")
                .path("name")
                .path("from")
                .asString("");
        String owner = repository.path("owner").path("login").asString("");
        if (!formerName.isEmpty() && !owner.isEmpty()) {
            scopes.add(Scopes.repository(owner + '/' + formerName));
        }
        JsonNode formerOwner = payload.path("changes").path("owner").path("from");
        String name = repository.path("name").asString("");
        for (String kind : Set.of("user", "organization")) {
            String login = formerOwner.path(kind).path("login").asString("");
            if (!login.isEmpty()) {
                scopes.add(Scopes.repository(login + '/' + name));
            }
        }
    }

    private void person(JsonNode user) {
        long id = user.path("id").asLong(0);
        if (id > 0) {
            scopes.add(Scopes.person(id));
        }
    }

    private void organization(JsonNode organization) {
        long id = organization.path("id").asLong(0);
        if (id > 0) {
            scopes.add(Scopes.organization(id));
        }
        login(organization.path("login").asString(""));
    }

    private void login(String login) {
        if (!login.isEmpty()) {
            scopes.add(Scopes.organization(login));
        }
    }

    private void repository(JsonNode repository) {
        long id = repository.path("id").asLong(0);
        if (id > 0) {
            scopes.add(Scopes.repository(id));
        }
        String name = repository.path("full_name").asString("");
        if (!name.isEmpty()) {
            scopes.add(Scopes.repository(name));
        }
    }
}
