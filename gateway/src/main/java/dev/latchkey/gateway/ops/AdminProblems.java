package dev.latchkey.gateway.ops;

import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.web.ProblemDocument;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.web.reactive.function.server.HandlerFilterFunction;
import org.springframework.web.reactive.function.server.HandlerFunction;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/** Words the failures of the admin API as problems. */
final class AdminProblems implements HandlerFilterFunction<ServerResponse, ServerResponse> {

    private static final Logger LOG = LoggerFactory.getLogger(AdminProblems.class);

    private final ProblemDocument document;

    AdminProblems(ProblemDocument document) {
        this.document = document;
    }

    @Override
    public Mono<ServerResponse> filter(ServerRequest request, HandlerFunction<ServerResponse> next) {
        return Mono.defer(() -> next.handle(request))
                .onErrorResume(Problem.class, problem -> answer(request, problem))
                .onErrorResume(failure -> {
                    LOG.error("A call of the admin API failed", failure);
                    return answer(request, Problem.of(ProblemCode.INTERNAL));
                });
    }

    private Mono<ServerResponse> answer(ServerRequest request, Problem problem) {
        String id = UUID.randomUUID().toString().replace("-", "");
        return ServerResponse.status(problem.code().status())
                .contentType(ProblemDocument.MEDIA_TYPE)
                .header(InternalDoor.MARK, problem.code().code())
                .bodyValue(document.render(problem, id, request.uri().getRawPath()));
    }
}
