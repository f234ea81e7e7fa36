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
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
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

    private static final Duration UNSAID_WAIT = Duration.ofMinutes(1);

    private final Calls calls;
    private final Duration patience;
    private final Clock clock;

    GitHubReads(Calls calls, Duration patience, Clock clock) {
        this.calls = calls;
        this.patience = patience;
        this.clock = clock;
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
     * @return fails with {@code sign-in.required}, {@code token.unavailable} or a {@code github.…} problem; with {@code
     *     github.limited} too where GitHub itself has just refused for one of its limits
     */
    public Mono<Read> get(PersonId person, String app, String path, @Nullable String query) {
        return get(person, app, path, query, new HttpHeaders());
    }

    /**
     * The same as GitHub has it this very moment, for whatever is decided by it: nothing that was kept is believed before
     * GitHub has confirmed it.
     *
     * @return fails with {@code github.unreachable} too where GitHub cannot be asked
     */
    public Mono<Read> getNow(PersonId person, String app, String path, @Nullable String query) {
        HttpHeaders headers = new HttpHeaders();
        headers.setCacheControl("no-cache");
        return get(person, app, path, query, headers).doOnNext(GitHubReads::refuseStale);
    }

    private static void refuseStale(Read read) {
        if ("stale".equals(read.headers().getFirst("X-Latchkey-Cache"))) {
            throw Problem.of(
                    ProblemCode.GITHUB_UNREACHABLE, "GitHub does not answer, and this is decided by GitHub alone");
        }
    }

    private Mono<Read> get(PersonId person, String app, String path, @Nullable String query, HttpHeaders headers) {
        if (!path.startsWith("/") || path.indexOf('?') >= 0 || path.indexOf('#') >= 0 || TargetPaths.escapes(path)) {
            return Mono.error(Problem.of(ProblemCode.TARGET_AMBIGUOUS, "The path leads out of GitHub's API"));
        }
        ApiRequest request = new ApiRequest(
                new Principal.OfPerson(person),
                app,
                HttpMethod.GET,
                new Target(Target.Api.REST, path, query),
                RequestHeaders.of(headers),
                RequestBody.NONE,
                Kind.REST,
                patience,
                Validators.NONE);
        return calls.call(request).flatMap(answer -> answer.gathered(LARGEST)).map(this::read);
    }

    private Read read(ApiAnswer answer) {
        if (!(answer.body() instanceof ApiAnswer.Bytes all)) {
            answer.discard();
            throw Problem.of(ProblemCode.GITHUB_BROKEN, "GitHub's answer is too long");
        }
        if (isLimit(answer)) {
            throw Problem.of(ProblemCode.GITHUB_LIMITED, "GitHub API returned status " + answer.status())
                    .retryAfter(wait(answer.headers()));
        }
        return new Read(answer.status(), answer.headers(), all.bytes());
    }

    /** GitHub tells both its limits by either status (REST API, "Rate limits"). */
    private static boolean isLimit(ApiAnswer answer) {
        boolean told = answer.headers().containsHeader(HttpHeaders.RETRY_AFTER)
                || "0".equals(answer.headers().getFirst("X-RateLimit-Remaining"));
        return answer.status() == 429 || (answer.status() == 403 && told);
    }

    private Duration wait(HttpHeaders headers) {
        Long seconds = number(headers.getFirst(HttpHeaders.RETRY_AFTER));
        if (seconds != null) {
            return Duration.ofSeconds(seconds);
        }
        Long reset = number(headers.getFirst("X-RateLimit-Reset"));
        Duration wait = reset == null ? UNSAID_WAIT : Duration.between(clock.instant(), Instant.ofEpochSecond(reset));
        return wait.isNegative() ? Duration.ofSeconds(1) : wait;
    }

    private static @Nullable Long number(@Nullable String text) {
        return text == null || !text.matches("[0-9]{1,12}") ? null : Long.valueOf(text);
    }
}
