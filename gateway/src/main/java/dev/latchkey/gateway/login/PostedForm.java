package dev.latchkey.gateway.login;

import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import org.springframework.util.MultiValueMap;
import org.springframework.web.reactive.function.server.ServerRequest;
import reactor.core.publisher.Mono;

/** The form that a request of the gateway's own pages carries. */
public final class PostedForm {

    private PostedForm() {}

    /** Fails with {@code request.malformed} if it cannot be decoded or is larger than any form of ours. */
    public static Mono<MultiValueMap<String, String>> of(ServerRequest request) {
        return request.formData()
                .onErrorMap(
                        failure -> !(failure instanceof Problem),
                        failure -> Problem.of(ProblemCode.REQUEST_MALFORMED, "The form cannot be read"));
    }
}
