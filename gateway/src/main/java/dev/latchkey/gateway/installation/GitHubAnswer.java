package dev.latchkey.gateway.installation;

import dev.latchkey.gateway.provider.Waits;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What GitHub answered.
 *
 * @param body its JSON, or a missing node where it was none
 */
record GitHubAnswer(int status, HttpHeaders headers, JsonNode body) {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    static GitHubAnswer of(int status, HttpHeaders headers, String body) {
        return new GitHubAnswer(status, headers, json(body));
    }

    private static JsonNode json(String body) {
        try {
            return JSON.readTree(body);
        } catch (JacksonException e) {
            return JSON.missingNode();
        }
    }

    /** GitHub's words about a failure, which are never passed on. */
    String message() {
        return body.path("message").asString("");
    }

    boolean mentions(String word) {
        return message().toLowerCase(Locale.ROOT).contains(word);
    }

    /** The clock it was answered by, or null. */
    @Nullable
    Instant date() {
        return Waits.httpDate(headers.getFirst(HttpHeaders.DATE));
    }

    boolean isRedirect() {
        return status == 301 || status == 302 || status == 307 || status == 308;
    }
}
