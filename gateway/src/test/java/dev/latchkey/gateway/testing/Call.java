package dev.latchkey.gateway.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One request as GitHub saw it.
 *
 * @param path decoded by nobody: as it stood in the request line, without the query
 * @param query the raw query, empty when there was none
 * @param variables what the route's template named, such as {@code client_id}
 * @param at when it arrived, by the stand-in's clock
 * @param token the bearer token it was made with, or null
 * @param login whose token that is or once was, or null
 */
public record Call(
        String method,
        String path,
        String query,
        List<Header> headers,
        String body,
        Map<String, String> variables,
        Instant at,
        String token,
        String login) {

    /** The first header of that name, or null. */
    public String header(String name) {
        return Header.first(headers, name);
    }

    public Map<String, String> queryParams() {
        return FormFields.parse(query);
    }

    /** The query parameter of that name, or null. */
    public String queryParam(String name) {
        return queryParams().get(name);
    }

    /** The body's fields, whether it came form-encoded or as a JSON object of texts. */
    public Map<String, String> form() {
        return body.startsWith("{") ? jsonFields() : FormFields.parse(body);
    }

    /** Id and secret of HTTP Basic authentication, form-decoded as RFC 6749 section 2.3.1 asks. */
    Optional<Basic> basic() {
        return credentials("Basic").map(Call::decodeBasic);
    }

    String variable(String name) {
        return variables.get(name);
    }

    boolean accepts(String mediaType) {
        return Header.values(headers, "Accept").stream().anyMatch(accept -> accept.contains(mediaType));
    }

    /** The token of {@code Authorization: Bearer} or of GitHub's older {@code Authorization: token}. */
    static String bearerIn(List<Header> headers) {
        String value = Header.first(headers, "Authorization");
        return credentials(value, "Bearer")
                .or(() -> credentials(value, "token"))
                .orElse(null);
    }

    private Optional<String> credentials(String scheme) {
        return credentials(header("Authorization"), scheme);
    }

    private static Optional<String> credentials(String authorization, String scheme) {
        if (authorization == null || !authorization.regionMatches(true, 0, scheme + " ", 0, scheme.length() + 1)) {
            return Optional.empty();
        }
        return Optional.of(authorization.substring(scheme.length() + 1).trim());
    }

    private static Basic decodeBasic(String credentials) {
        String[] parts = new String(Base64.getDecoder().decode(credentials), UTF_8).split(":", 2);
        String[] decoded = Arrays.stream(parts)
                .map(part -> FormFields.parse("x=" + part).get("x"))
                .toArray(String[]::new);
        return new Basic(decoded[0], decoded.length > 1 ? decoded[1] : "");
    }

    private Map<String, String> jsonFields() {
        var fields = new LinkedHashMap<String, String>();
        Json.read(body)
                .properties()
                .forEach(field -> fields.put(field.getKey(), field.getValue().asString()));
        return fields;
    }

    record Basic(String id, String secret) {}
}
