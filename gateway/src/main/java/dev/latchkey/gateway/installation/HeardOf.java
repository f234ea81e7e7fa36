package dev.latchkey.gateway.installation;

import dev.latchkey.gateway.problem.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Whom a webhook is about (GitHub: "Webhook events and payloads").
 *
 * @param owner the account of which everything known is out of date, or null
 * @param repositories those of which everything known is out of date
 */
record HeardOf(@Nullable String owner, List<RepositoryName> repositories) {

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final HeardOf NOBODY = new HeardOf(null, List.of());

    /** Others of the event {@code repository} change nothing about where it is. */
    private static final Set<String> MOVES = Set.of("created", "deleted", "renamed", "transferred");

    static HeardOf read(String event, String payload) {
        try {
            return switch (event) {
                case "installation", "installation_repositories" -> account(JSON.readTree(payload));
                case "repository" -> repository(JSON.readTree(payload));
                default -> NOBODY;
            };
        } catch (JacksonException e) {
            return NOBODY;
        }
    }

    private static HeardOf account(JsonNode payload) {
        String login =
                payload.path("installation").path("account").path("login").asString("");
        return login.isEmpty() ? NOBODY : new HeardOf(login, List.of());
    }

    private static HeardOf repository(JsonNode payload) {
        if (!MOVES.contains(payload.path("action").asString(""))) {
            return NOBODY;
        }
        JsonNode repository = payload.path("repository");
        String owner = repository.path("owner").path("login").asString("");
        String name = repository.path("name").asString("");
        JsonNode changes = payload.path("changes");
        JsonNode from = changes.path("owner").path("from");
        List<RepositoryName> names = new ArrayList<>();
        add(names, owner, name);
        add(names, owner, changes.path("repository").path("name").path("from").asString(""));
        add(names, from.path("user").path("login").asString(""), name);
        add(names, from.path("organization").path("login").asString(""), name);
        return new HeardOf(null, names);
    }

    private static void add(List<RepositoryName> names, String owner, String name) {
        if (!owner.isEmpty() && !name.isEmpty()) {
            try {
                names.add(new RepositoryName(owner, name));
            } catch (Problem notAName) {
                // Nothing is known of what cannot be asked for.
            }
        }
    }
}
