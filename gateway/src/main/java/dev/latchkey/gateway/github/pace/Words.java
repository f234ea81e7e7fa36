package dev.latchkey.gateway.github.pace;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * What a body says about limits, read from its start, which may end in the midst of anything. Only GitHub's own words count:
 * the members of the outermost object, and those of GraphQL's errors; what people wrote is never looked at.
 */
final class Words {

    private static final JsonFactory JSON = new JsonFactory();
    private static final String PRIMARY = "API rate limit exceeded";
    private static final List<String> SECONDARY =
            List.of("You have exceeded a secondary rate limit", "You have triggered an abuse detection mechanism");
    private static final List<String> SECONDARY_PAGES = List.of("secondary-rate-limits", "abuse-rate-limits");
    private static final List<String> GRAPHQL_TYPES = List.of("RATE_LIMITED", "RATE_LIMIT");
    private static final String GRAPHQL_CODE = "graphql_rate_limit";

    private boolean primary;
    private boolean secondary;

    private Words() {}

    static Words of(@Nullable String bodyStart) {
        Words words = new Words();
        if (bodyStart != null && bodyStart.stripLeading().startsWith("{")) {
            words.readObject(bodyStart);
        }
        return words;
    }

    boolean sayPrimary() {
        return primary;
    }

    boolean saySecondary() {
        return secondary;
    }

    private void readObject(String body) {
        try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), body)) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                String name = parser.currentName();
                JsonToken value = parser.nextToken();
                if (value == JsonToken.START_ARRAY && "errors".equals(name)) {
                    readErrors(parser);
                } else {
                    readMember(parser, name, value);
                }
            }
        } catch (JacksonException e) {
            // Here the part that we have ends; what was read before counts.
        }
    }

    private void readErrors(JsonParser parser) {
        while (parser.nextToken() == JsonToken.START_OBJECT) {
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                String name = parser.currentName();
                readMember(parser, name, parser.nextToken());
            }
        }
    }

    private void readMember(JsonParser parser, String name, JsonToken value) {
        if (value == JsonToken.VALUE_STRING) {
            consider(name, parser.getString());
        } else {
            parser.skipChildren();
        }
    }

    private void consider(String name, String text) {
        switch (name) {
            case "message" -> {
                primary |= text.startsWith(PRIMARY);
                secondary |= SECONDARY.stream().anyMatch(text::startsWith);
            }
            case "documentation_url" -> secondary |= SECONDARY_PAGES.stream().anyMatch(text::endsWith);
            case "type" -> primary |= GRAPHQL_TYPES.contains(text);
            case "code" -> primary |= GRAPHQL_CODE.equals(text);
            default -> {}
        }
    }
}
