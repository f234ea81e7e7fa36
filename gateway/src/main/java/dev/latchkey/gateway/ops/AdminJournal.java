package dev.latchkey.gateway.ops;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.web.ProblemDocument;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.web.reactive.function.server.HandlerFilterFunction;
import org.springframework.web.reactive.function.server.HandlerFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/** Words failures as problems, and tells of every call that would change something how it went. */
final class AdminJournal implements HandlerFilterFunction<ServerResponse, ServerResponse> {

    private static final Logger LOG = LoggerFactory.getLogger(AdminJournal.class);
    private static final int ENOUGH_TO_TELL_APART = 4;

    private final ProblemDocument document;
    private final Consumer<AdminAction> listener;

    AdminJournal(ProblemDocument document, Consumer<AdminAction> listener) {
        this.document = document;
        this.listener = listener;
    }

    @Override
    public Mono<ServerResponse> filter(ServerRequest request, HandlerFunction<ServerResponse> next) {
        return Mono.defer(() -> next.handle(request))
                .doOnNext(answer -> tell(request, "done"))
                .onErrorResume(Problem.class, problem -> failed(request, problem))
                .onErrorResume(failure -> {
                    LOG.error("A call of the admin API failed", failure);
                    return failed(request, Problem.of(ProblemCode.INTERNAL));
                });
    }

    private Mono<ServerResponse> failed(ServerRequest request, Problem problem) {
        tell(request, problem.code().code());
        String id = UUID.randomUUID().toString().replace("-", "");
        return ServerResponse.status(problem.code().status())
                .contentType(ProblemDocument.MEDIA_TYPE)
                .header("X-Latchkey-Problem", problem.code().code())
                .bodyValue(document.render(problem, id, request.uri().getRawPath()));
    }

    private void tell(ServerRequest request, String outcome) {
        if (request.method().equals(HttpMethod.GET) || request.method().equals(HttpMethod.HEAD)) {
            return;
        }
        Object pattern =
                request.attribute(RouterFunctions.MATCHING_PATTERN_ATTRIBUTE).orElse(request.path());
        listener.accept(new AdminAction(
                actor(request.headers().firstHeader(HttpHeaders.AUTHORIZATION)),
                request.method() + " " + pattern,
                request.uri().getRawPath(),
                outcome));
    }

    /** The token has been found good, so who holds the list of tokens can tell whose it is; nobody else can. */
    private static String actor(@Nullable String authorization) {
        if (authorization == null) {
            return "this-machine";
        }
        String token = authorization.substring(authorization.indexOf(' ') + 1).trim();
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(token.getBytes(UTF_8));
            return "token:" + HexFormat.of().formatHex(hash, 0, ENOUGH_TO_TELL_APART);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
