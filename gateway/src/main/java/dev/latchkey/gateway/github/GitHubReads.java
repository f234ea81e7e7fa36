package dev.latchkey.gateway.github;

import dev.latchkey.gateway.github.api.ApiAnswer;
import dev.latchkey.gateway.github.api.ApiRequest;
import dev.latchkey.gateway.github.api.Calls;
import dev.latchkey.gateway.github.api.Principal;
import dev.latchkey.gateway.github.api.RequestBody;
import dev.latchkey.gateway.github.api.Target;
import dev.latchkey.gateway.github.api.TargetPaths;
import dev.latchkey.gateway.github.api.Validators;
import dev.latchkey.gateway.github.pace.Kind;
import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.session.PersonId;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import reactor.core.publisher.Mono;

/**
 * Reads GitHub's API for features of the gateway's own, as the person whom they serve: by the steps of the passthrough, so
 * from its cache, within the person's quota and never while GitHub has asked to be left alone.
 */
public final class GitHubReads {

    /** What is read whole; a hundred releases with their notes are smaller. */
    private static final int LARGEST = 8 * 1024 * 1024;

    private final Calls calls;
    private final Duration patience;

    GitHubReads(Calls calls, Duration patience) {
        this.calls = calls;
        this.patience = patience;
    }

    /**
     * What GitHub answered, success or not.
     *
     * @param headers GitHub's, and the gateway's own {@code X-Latchkey-Cache}
     */
    public record Read(int status, HttpHeaders headers, byte[] body) {

        public boolean isSuccess() {
            return status >= 200 && status < 300;
        }
    }

    /**
     * Reads a resource.
     *
     * @param app the id of the route on whose behalf, to count by
     * @param path below the API's address, with a leading slash and escaped
     * @return fails with {@code sign-in.required}, {@code token.unavailable} or a {@code github.…} problem
     */
    public Mono<Read> get(PersonId person, String app, String path, @Nullable String query) {
        if (!path.startsWith("/") || path.indexOf('?') >= 0 || path.indexOf('#') >= 0 || TargetPaths.escapes(path)) {
            return Mono.error(Problem.of(ProblemCode.TARGET_AMBIGUOUS, "The path leads out of GitHub's API"));
        }
        ApiRequest request = new ApiRequest(
                new Principal.OfPerson(person),
                app,
                HttpMethod.GET,
                new Target(Target.Api.REST, path, query),
                RequestHeaders.of(new HttpHeaders()),
                RequestBody.NONE,
                Kind.REST,
                patience,
                Validators.NONE);
        return calls.call(request).flatMap(answer -> answer.gathered(LARGEST)).map(GitHubReads::read);
    }

    private static Read read(ApiAnswer answer) {
        if (!(answer.body() instanceof ApiAnswer.Bytes all)) {
            answer.discard();
            throw Problem.of(ProblemCode.GITHUB_BROKEN, "GitHub's answer is too long");
        }
        return new Read(answer.status(), answer.headers(), all.bytes());
    }
}
