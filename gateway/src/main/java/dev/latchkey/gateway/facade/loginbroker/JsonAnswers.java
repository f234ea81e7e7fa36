package dev.latchkey.gateway.facade.loginbroker;

import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.web.SecurityHeaders;
import java.net.URI;
import java.net.URISyntaxException;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferLimitException;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads and writes the JSON of this service. */
final class JsonAnswers {

    private static final int LARGEST_BODY = 16 * 1024;
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final SecurityHeaders security;

    JsonAnswers(SecurityHeaders security) {
        this.security = security;
    }

    Mono<Void> write(ServerWebExchange exchange, Object body) {
        ServerHttpResponse response = exchange.getResponse();
        byte[] json = JSON.writeValueAsBytes(body);
        security.onAnswer(response.getHeaders());
        response.getHeaders().setContentType(MediaType.APPLICATION_JSON);
        response.getHeaders().setContentLength(json.length);
        return response.writeWith(Mono.just(response.bufferFactory().wrap(json)));
    }

    Mono<Void> redirect(ServerWebExchange exchange, String target) {
        ServerHttpResponse response = exchange.getResponse();
        security.onAnswer(response.getHeaders());
        response.setStatusCode(HttpStatus.FOUND);
        response.getHeaders().setLocation(address(target));
        return response.setComplete();
    }

    /** Whatever is wrong with it, nobody repeats it: there may be a token in it. */
    private static URI address(String target) {
        try {
            return new URI(target);
        } catch (URISyntaxException e) {
            throw new IllegalStateException("what somebody was to be led to is no address");
        }
    }

    /** The object that the request brought; fails with {@code request.malformed} for anything else. */
    static Mono<JsonNode> read(ServerWebExchange exchange) {
        return DataBufferUtils.join(exchange.getRequest().getBody(), LARGEST_BODY)
                .onErrorMap(DataBufferLimitException.class, tooLong -> unreadable())
                .map(JsonAnswers::bytes)
                .defaultIfEmpty(new byte[0])
                .map(JsonAnswers::object);
    }

    private static byte[] bytes(DataBuffer buffer) {
        byte[] bytes = new byte[buffer.readableByteCount()];
        buffer.read(bytes);
        DataBufferUtils.release(buffer);
        return bytes;
    }

    private static JsonNode object(byte[] bytes) {
        try {
            JsonNode root = JSON.readTree(bytes);
            if (root != null && root.isObject()) {
                return root;
            }
        } catch (JacksonException e) {
            // Answered below.
        }
        throw unreadable();
    }

    static JsonNode parsed(byte[] json) {
        try {
            return JSON.readTree(json);
        } catch (JacksonException e) {
            throw Problem.of(ProblemCode.GITHUB_BROKEN, "GitHub's answer is not JSON");
        }
    }

    static Problem unreadable() {
        return Problem.of(ProblemCode.REQUEST_MALFORMED, "Invalid request");
    }
}
