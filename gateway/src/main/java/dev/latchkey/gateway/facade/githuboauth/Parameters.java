package dev.latchkey.gateway.facade.githuboauth;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import java.net.URLDecoder;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferLimitException;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.util.InvalidMimeTypeException;
import org.springframework.util.MultiValueMap;
import reactor.core.publisher.Mono;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a client says: in a form, in JSON, in the query, and in {@code Authorization: Basic}, as GitHub takes it. Nothing may
 * be said twice (RFC 6749, section 3.2), and no secret in the query unless the operator allows it.
 */
final class Parameters {

    private static final Set<String> SECRETS =
            Set.of("client_secret", "code", "code_verifier", "refresh_token", "device_code");
    private static final int LARGEST_BODY = 16 * 1024;
    private static final int LONGEST = 2048;
    private static final int MOST = 32;
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final Map<String, String> values;

    private Parameters(Map<String, String> values) {
        this.values = values;
    }

    @Nullable
    String get(String name) {
        return values.get(name);
    }

    /** What the query says; fails with {@code oauth.request.invalid} if that is ambiguous. */
    static Parameters inQuery(ServerHttpRequest request) {
        try {
            return new Parameters(queryOf(request));
        } catch (Refusal refusal) {
            throw Problem.of(
                    ProblemCode.OAUTH_REQUEST_INVALID,
                    String.valueOf(refusal.fields().get("error_description")));
        }
    }

    /** All that a request says; fails with a {@link Refusal}. */
    static Mono<Parameters> in(ServerHttpRequest request, boolean querySecrets) {
        Map<String, String> query = queryOf(request);
        if (!querySecrets && query.keySet().stream().anyMatch(SECRETS::contains)) {
            throw invalid("Secrets are taken in the body only: what stands in an address is kept in logs");
        }
        return DataBufferUtils.join(request.getBody(), LARGEST_BODY)
                .onErrorMap(DataBufferLimitException.class, e -> Problem.of(ProblemCode.BODY_TOO_LARGE))
                .map(Parameters::text)
                .defaultIfEmpty("")
                .map(body -> {
                    Map<String, String> all = new HashMap<>(query);
                    bodyIn(body, request.getHeaders()).forEach((name, value) -> add(all, name, value));
                    // Some clients name themselves in both places.
                    basicIn(request.getHeaders()).forEach((name, value) -> {
                        if (!value.equals(all.get(name))) {
                            add(all, name, value);
                        }
                    });
                    return new Parameters(all);
                });
    }

    private static Map<String, String> queryOf(ServerHttpRequest request) {
        MultiValueMap<String, String> query = request.getQueryParams();
        Map<String, String> values = new HashMap<>();
        query.forEach((name, said) -> said.forEach(value -> add(values, name, value == null ? "" : value)));
        return values;
    }

    private static void add(Map<String, String> values, String name, String value) {
        if (value.length() > LONGEST || values.size() >= MOST) {
            throw invalid("There is too much of it");
        }
        if (value.isEmpty()) {
            return;
        }
        String before = values.putIfAbsent(name, value);
        if (before != null) {
            throw invalid(
                    "'" + (SECRETS.contains(name) || name.length() > 32 ? "a parameter" : name) + "' is said twice");
        }
    }

    private static String text(DataBuffer buffer) {
        String text = buffer.toString(UTF_8);
        DataBufferUtils.release(buffer);
        return text;
    }

    private static Map<String, String> bodyIn(String body, HttpHeaders headers) {
        if (body.isBlank()) {
            return Map.of();
        }
        return isJson(headers) ? json(body) : form(body);
    }

    private static boolean isJson(HttpHeaders headers) {
        try {
            MediaType type = headers.getContentType();
            return type != null && type.isCompatibleWith(MediaType.APPLICATION_JSON);
        } catch (InvalidMimeTypeException e) {
            return false;
        }
    }

    private static Map<String, String> json(String body) {
        Map<String, String> values = new HashMap<>();
        try {
            JsonNode root = JSON.readTree(body);
            root.properties().forEach(field -> {
                if (field.getValue().isString()) {
                    add(values, field.getKey(), field.getValue().stringValue());
                }
            });
        } catch (JacksonException e) {
            throw invalid("The body is no JSON");
        }
        return values;
    }

    private static Map<String, String> form(String body) {
        Map<String, String> values = new HashMap<>();
        for (String pair : body.split("&", -1)) {
            int equals = pair.indexOf('=');
            String name = equals < 0 ? pair : pair.substring(0, equals);
            add(values, decoded(name), equals < 0 ? "" : decoded(pair.substring(equals + 1)));
        }
        return values;
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, UTF_8);
        } catch (IllegalArgumentException e) {
            throw invalid("The body is no form");
        }
    }

    /** Both parts are form-encoded before they are put together (RFC 6749, section 2.3.1). */
    private static Map<String, String> basicIn(HttpHeaders headers) {
        List<String> lines = headers.getOrEmpty(HttpHeaders.AUTHORIZATION);
        if (lines.isEmpty()) {
            return Map.of();
        }
        String line = lines.get(0);
        if (lines.size() > 1 || !line.regionMatches(true, 0, "Basic ", 0, 6)) {
            throw Refusal.badCredentials();
        }
        try {
            String pair =
                    new String(Base64.getDecoder().decode(line.substring(6).strip()), UTF_8);
            int colon = pair.indexOf(':');
            if (colon < 0) {
                throw Refusal.badCredentials();
            }
            return Map.of(
                    "client_id", decoded(pair.substring(0, colon)),
                    "client_secret", decoded(pair.substring(colon + 1)));
        } catch (IllegalArgumentException e) {
            throw Refusal.badCredentials();
        }
    }

    private static Refusal invalid(String words) {
        return Refusal.of("invalid_request", words);
    }
}
