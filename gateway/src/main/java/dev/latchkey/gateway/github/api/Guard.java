package dev.latchkey.gateway.github.api;

import dev.latchkey.gateway.github.pace.Kind;
import dev.latchkey.gateway.keys.Secret;
import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.bulkhead.BulkheadConfig;
import io.github.resilience4j.bulkhead.BulkheadFullException;
import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.reactor.bulkhead.operator.BulkheadOperator;
import io.github.resilience4j.reactor.circuitbreaker.operator.CircuitBreakerOperator;
import io.github.resilience4j.reactor.timelimiter.TimeLimiterOperator;
import io.github.resilience4j.timelimiter.TimeLimiter;
import io.github.resilience4j.timelimiter.TimeLimiterConfig;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import reactor.core.publisher.Mono;

/**
 * Keeps a GitHub that fails from taking the gateway with it, in this order from the outside in:
 *
 * <ol>
 *   <li>the circuit breaker: while it is open nothing is sent at all, and what the bulkhead refuses is no failure of
 *       GitHub's;
 *   <li>the bulkhead: so many calls may wait for the head of an answer at once;
 *   <li>the time limit: a head that does not come in time gives its place back and counts against GitHub.
 * </ol>
 *
 * <p>An answer is a success, whatever its status but for those of GitHub's own failure.
 */
public final class Guard {

    private static final Duration PAUSE = Duration.ofSeconds(5);
    private static final Duration SOON = Duration.ofSeconds(1);
    private static final int LOOKED_AT = 50;
    private static final int FAILED_PERCENT = 50;
    private static final int PROBES = 5;

    private final ApiClient client;
    private final CircuitBreaker breaker;
    /** A query that is too heavy is answered 502 or 504, which says nothing of GitHub's health. */
    private final CircuitBreaker queryBreaker;

    private final Bulkhead bulkhead;
    private final TimeLimiter limit;

    /**
     * @param limit from the end of the request to the head of the answer
     * @param concurrent how many calls may wait for an answer at once
     */
    public Guard(ApiClient client, Duration limit, int concurrent, Clock clock) {
        this.client = client;
        this.breaker = CircuitBreaker.of(
                "github", settings(clock).recordResult(Guard::isFailure).build());
        this.queryBreaker = CircuitBreaker.of("github-graphql", settings(clock).build());
        this.bulkhead = Bulkhead.of(
                "github",
                BulkheadConfig.custom()
                        .maxConcurrentCalls(concurrent)
                        .maxWaitDuration(Duration.ZERO)
                        .writableStackTraceEnabled(false)
                        .build());
        this.limit =
                TimeLimiter.of(TimeLimiterConfig.custom().timeoutDuration(limit).build());
    }

    private static CircuitBreakerConfig.Builder settings(Clock clock) {
        return CircuitBreakerConfig.custom()
                .clock(clock)
                .slidingWindowSize(LOOKED_AT)
                .minimumNumberOfCalls(LOOKED_AT)
                .failureRateThreshold(FAILED_PERCENT)
                .waitDurationInOpenState(PAUSE)
                .permittedNumberOfCallsInHalfOpenState(PROBES)
                .recordException(Failures::isGitHubs)
                .ignoreException(failure -> !Failures.isGitHubs(failure))
                .writableStackTraceEnabled(false);
    }

    private static boolean isFailure(Object answer) {
        return answer instanceof ApiAnswer given && given.status() >= 500;
    }

    /** @param credentials what stands in {@code Authorization} */
    Mono<ApiAnswer> send(ApiRequest request, Secret credentials) {
        return client.send(request, credentials)
                .transformDeferred(sent -> request.body().isRepeatable() ? limited(sent) : sent)
                .transformDeferred(BulkheadOperator.of(bulkhead))
                .transformDeferred(CircuitBreakerOperator.of(request.kind() == Kind.REST ? breaker : queryBreaker))
                .onErrorMap(BulkheadFullException.class, full -> busy())
                .onErrorMap(CallNotPermittedException.class, open -> paused());
    }

    /** Not of an upload, which takes as long as it takes. */
    private Mono<ApiAnswer> limited(Mono<ApiAnswer> sent) {
        return sent.transformDeferred(TimeLimiterOperator.of(limit))
                .onErrorMap(TimeoutException.class, Failures::asProblem);
    }

    private static Problem busy() {
        return Problem.of(ProblemCode.GITHUB_BUSY).retryAfter(SOON);
    }

    private static Problem paused() {
        return Problem.of(ProblemCode.GITHUB_PAUSED).retryAfter(PAUSE);
    }
}
