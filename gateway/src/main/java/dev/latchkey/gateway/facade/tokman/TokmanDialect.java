package dev.latchkey.gateway.facade.tokman;

import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;
import tools.jackson.databind.json.JsonMapper;

/**
 * Answers as tokman's clients read them: one line of JSON, with {@code error} for everything that failed.
 *
 * <p>They take 400 for "the App is not there" and nothing else, and 500 and more for "try again"; so no other failure has
 * 400.
 */
final class TokmanDialect {

    private static final Logger LOG = LoggerFactory.getLogger(TokmanDialect.class);
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final int NOT_THERE = 400;

    private TokmanDialect() {}

    static Mono<ServerResponse> ok(Map<String, String> body) {
        return json(ServerResponse.ok(), body);
    }

    static Mono<ServerResponse> failure(Problem problem, @Nullable String repository) {
        ServerResponse.BodyBuilder answer = ServerResponse.status(status(problem.code()))
                .header("X-Latchkey-Problem", problem.code().code());
        if (problem.retryAfter() != null) {
            long seconds = Math.max(1, (problem.retryAfter().toMillis() + 999) / 1000);
            answer.header(HttpHeaders.RETRY_AFTER, Long.toString(seconds));
        }
        if (problem.code() == ProblemCode.CALLER_UNKNOWN) {
            answer.header(HttpHeaders.WWW_AUTHENTICATE, "Basic realm=\"installation tokens\"");
        }
        return json(answer, error(words(problem, repository)));
    }

    /** Of what nobody foresaw, nothing is told. */
    static Mono<ServerResponse> failure(Throwable failure) {
        LOG.error("The installation-token broker failed", failure);
        return json(
                ServerResponse.status(ProblemCode.INTERNAL.status())
                        .header("X-Latchkey-Problem", ProblemCode.INTERNAL.code()),
                error(ProblemCode.INTERNAL.title()));
    }

    static Mono<ServerResponse> plainError(ServerResponse.BodyBuilder answer, String words) {
        return json(answer, error(words));
    }

    private static int status(ProblemCode code) {
        return switch (code) {
            case INSTALLATION_MISSING, INSTALLATION_SUSPENDED -> NOT_THERE;
            default -> code.status();
        };
    }

    private static String words(Problem problem, @Nullable String repository) {
        if (repository == null) {
            return problem.detail();
        }
        String what = switch (problem.code()) {
            case INSTALLATION_MISSING -> "App is not installed on " + repository;
            case INSTALLATION_SUSPENDED -> "The installation of the App on " + repository + " is suspended";
            default -> problem.detail();
        };
        return "Failed to retrieve a token: " + what;
    }

    private static Map<String, String> error(String words) {
        Map<String, String> body = new LinkedHashMap<>();
        body.put("error", words);
        return body;
    }

    private static Mono<ServerResponse> json(ServerResponse.BodyBuilder answer, Map<String, String> body) {
        return answer.contentType(MediaType.APPLICATION_JSON)
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .header("X-Content-Type-Options", "nosniff")
                .bodyValue(JSON.writeValueAsString(body) + "\n");
    }
}
