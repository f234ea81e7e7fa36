package dev.latchkey.gateway.ops;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.latchkey.gateway.keys.SecretSource;
import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.web.ProblemDocument;
import dev.latchkey.gateway.web.ThisMachine;
import java.security.MessageDigest;
import java.util.List;
import java.util.UUID;
import org.springframework.http.HttpHeaders;
import org.springframework.web.reactive.function.server.HandlerFilterFunction;
import org.springframework.web.reactive.function.server.HandlerFunction;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/**
 * Lets in to the calls of the internal port that tell or change something: whoever bears a configured token, or, where
 * none is configured, whoever calls from this very machine and is no web page.
 */
final class InternalDoor implements HandlerFilterFunction<ServerResponse, ServerResponse> {

    private static final String SCHEME = "Bearer ";

    private final List<SecretSource> tokens;
    private final ProblemDocument document;

    InternalDoor(List<SecretSource> tokens, ProblemDocument document) {
        this.tokens = List.copyOf(tokens);
        this.document = document;
    }

    @Override
    public Mono<ServerResponse> filter(ServerRequest request, HandlerFunction<ServerResponse> next) {
        boolean allowed = tokens.isEmpty() ? ThisMachine.calls(request) : bearsToken(request);
        return allowed ? next.handle(request) : refuse(request);
    }

    /** Takes as long for a near miss as for a far one, and for the first token as for the last. */
    private boolean bearsToken(ServerRequest request) {
        List<String> values = request.headers().header(HttpHeaders.AUTHORIZATION);
        String value = values.size() == 1 ? values.get(0) : "";
        byte[] claimed = value.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
                ? value.substring(SCHEME.length()).trim().getBytes(UTF_8)
                : new byte[0];
        boolean known = false;
        for (SecretSource token : tokens) {
            known |= MessageDigest.isEqual(token.current().reveal().getBytes(UTF_8), claimed);
        }
        return known;
    }

    private Mono<ServerResponse> refuse(ServerRequest request) {
        Problem problem = Problem.of(ProblemCode.INTERNAL_TOKEN_REQUIRED);
        String id = UUID.randomUUID().toString().replace("-", "");
        return ServerResponse.status(problem.code().status())
                .contentType(ProblemDocument.MEDIA_TYPE)
                .header(HttpHeaders.WWW_AUTHENTICATE, "Bearer realm=\"internal\"")
                .header("X-Latchkey-Problem", problem.code().code())
                .bodyValue(document.render(problem, id, request.uri().getRawPath()));
    }
}
