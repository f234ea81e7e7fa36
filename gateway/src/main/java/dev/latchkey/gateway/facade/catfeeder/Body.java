package dev.latchkey.gateway.facade.catfeeder;

import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.springframework.core.io.buffer.DataBufferLimitException;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpRequest;
import reactor.core.publisher.Mono;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The fields that a call brings, as JSON or as a form; of JSON only texts, which is all that is asked for. */
final class Body {

    private static final int LARGEST = 64 * 1024;
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private Body() {}

    /** Fails with {@code request.malformed} or {@code request.body.too-large}. */
    static Mono<Map<String, String>> fields(ServerHttpRequest request) {
        boolean form = isForm(request);
        return DataBufferUtils.join(request.getBody(), LARGEST)
                .onErrorMap(DataBufferLimitException.class, e -> Problem.of(ProblemCode.BODY_TOO_LARGE))
                .map(buffer -> {
                    String text = buffer.toString(StandardCharsets.UTF_8);
                    DataBufferUtils.release(buffer);
                    return text;
                })
                .defaultIfEmpty("")
                .map(text -> form ? inForm(text) : inJson(text));
    }

    private static boolean isForm(ServerHttpRequest request) {
        try {
            MediaType type = request.getHeaders().getContentType();
            return MediaType.APPLICATION_FORM_URLENCODED.isCompatibleWith(type);
        } catch (InvalidMediaTypeException e) {
            return false;
        }
    }

    private static Map<String, String> inForm(String text) {
        Map<String, String> fields = new HashMap<>();
        for (String pair : text.split("&")) {
            int equals = pair.indexOf('=');
            if (equals > 0) {
                fields.putIfAbsent(decoded(pair.substring(0, equals)), decoded(pair.substring(equals + 1)));
            }
        }
        return fields;
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw Problem.of(ProblemCode.REQUEST_MALFORMED, "The form cannot be read");
        }
    }

    private static Map<String, String> inJson(String text) {
        Map<String, String> fields = new HashMap<>();
        if (text.isBlank()) {
            return fields;
        }
        try {
            JsonNode json = JSON.readTree(text);
            json.properties().forEach(field -> {
                if (field.getValue().isString()) {
                    fields.put(field.getKey(), field.getValue().asString());
                }
            });
            return fields;
        } catch (JacksonException e) {
            throw Problem.of(ProblemCode.REQUEST_MALFORMED, "The JSON cannot be read");
        }
    }
}
