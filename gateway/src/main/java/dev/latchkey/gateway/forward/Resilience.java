package dev.latchkey.gateway.forward;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.route.Limits;
import dev.latchkey.gateway.route.Permit;
import dev.latchkey.gateway.route.PermittedStage;
import dev.latchkey.gateway.route.Route;
import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.bulkhead.BulkheadConfig;
import io.github.resilience4j.bulkhead.BulkheadFullException;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.core.IntervalFunction;
import io.github.resilience4j.reactor.bulkhead.operator.BulkheadOperator;
import io.github.resilience4j.reactor.retry.RetryOperator;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.springframework.cloud.gateway.support.ServerWebExchangeUtils;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/**
 * The stage that keeps a weak app from being asked too much, in this order from the outside in:
 *
 * <ol>
 *   <li>the bulkhead: a request that is being retried is one request under way, and one too many costs nothing more;
 *   <li>the retry: of requests without effect (RFC 9110, section 9.2.1) and without a body, when the app could not be
 *       reached or broke off before it answered;
 *   <li>the circuit breaker: it sees every attempt, and while it is open there is none to repeat;
 *   <li>the time limit, which {@link Forward} keeps for each attempt: an app that is too slow opens the breaker, but is
 *       not asked again while somebody waits.
 * </ol>
 */
public final class Resilience implements PermittedStage {

    private static final Set<HttpMethod> SAFE = Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS);
    private static final Duration FIRST_WAIT = Duration.ofMillis(50);
    private static final Duration LAST_WAIT = Duration.ofSeconds(1);
    private static final Duration SOON = Duration.ofSeconds(1);
    private static final int MOST = 20_000;
    private static final Duration UNUSED = Duration.ofHours(1);

    private final Clock clock;
    private final Cache<BulkheadKey, Bulkhead> bulkheads = forgetting();
    private final Cache<BreakerKey, CircuitBreaker> breakers = forgetting();
    private final Cache<Integer, Retry> retries = forgetting();

    Resilience(Clock clock) {
        this.clock = clock;
    }

    private static <K, V> Cache<K, V> forgetting() {
        return Caffeine.newBuilder().maximumSize(MOST).expireAfterAccess(UNUSED).build();
    }

    private record BulkheadKey(String route, int concurrent) {}

    private record BreakerKey(URI backend, Limits.Breaker breaker) {}

    @Override
    public Mono<Void> handle(Permit permit, ServerWebExchange exchange, Next next) {
        Route route = permit.route();
        if (!route.limits().isGuarding()) {
            return next.proceed(permit, exchange);
        }
        Mono<Void> attempt = Mono.defer(() -> attempt(permit, exchange, next));
        return bulkhead(route, retry(route, exchange, breaker(route, exchange, attempt)));
    }

    /** Nothing of an attempt before is left on the exchange. */
    private static Mono<Void> attempt(Permit permit, ServerWebExchange exchange, Next next) {
        ServerWebExchangeUtils.reset(exchange);
        return next.proceed(permit, exchange);
    }

    /** The circuit breakers in use: by the app's address, how much of it is closed to requests, from 0 to 1. */
    public Map<String, Double> circuits() {
        Map<String, Double> circuits = new HashMap<>();
        breakers.asMap()
                .forEach((key, breaker) -> circuits.merge(
                        key.backend().toString(),
                        switch (breaker.getState()) {
                            case OPEN, FORCED_OPEN -> 1.0;
                            case HALF_OPEN -> 0.5;
                            default -> 0.0;
                        },
                        Math::max));
        return circuits;
    }

    // One by one, from the outside in

    private Mono<Void> bulkhead(Route route, Mono<Void> inner) {
        int concurrent = route.limits().concurrent();
        if (concurrent == 0) {
            return inner;
        }
        Bulkhead bulkhead = bulkheads.get(
                new BulkheadKey(route.id(), concurrent),
                key -> Bulkhead.of(
                        key.route(),
                        BulkheadConfig.custom()
                                .maxConcurrentCalls(key.concurrent())
                                .maxWaitDuration(Duration.ZERO)
                                .writableStackTraceEnabled(false)
                                .build()));
        return inner.transformDeferred(BulkheadOperator.of(bulkhead))
                .onErrorMap(
                        BulkheadFullException.class,
                        full -> Problem.of(ProblemCode.BACKEND_BUSY).retryAfter(SOON));
    }

    private Mono<Void> retry(Route route, ServerWebExchange exchange, Mono<Void> inner) {
        int times = route.limits().retries();
        if (times == 0 || !isRepeatable(exchange.getRequest())) {
            return inner;
        }
        Retry retry = retries.get(times, Resilience::retry);
        return inner.onErrorMap(failure -> mayBeRepeated(failure, exchange), Repeatable::new)
                .transformDeferred(RetryOperator.of(retry))
                .onErrorMap(Repeatable.class, Repeatable::problem);
    }

    private static Retry retry(int times) {
        return Retry.of(
                "retry",
                RetryConfig.custom()
                        .maxAttempts(times + 1)
                        .intervalFunction(IntervalFunction.ofExponentialRandomBackoff(FIRST_WAIT, 2, 0.5, LAST_WAIT))
                        .retryExceptions(Repeatable.class)
                        .build());
    }

    private Mono<Void> breaker(Route route, ServerWebExchange exchange, Mono<Void> inner) {
        Limits.Breaker settings = route.limits().breaker();
        if (settings == null) {
            return inner;
        }
        CircuitBreaker breaker = breakers.get(new BreakerKey(route.backend(), settings), this::breaker);
        return Mono.defer(() -> {
            if (!breaker.tryAcquirePermission()) {
                return Mono.error(Problem.of(ProblemCode.BACKEND_PAUSED).retryAfter(settings.pause()));
            }
            Attempt attempt = new Attempt(breaker);
            // An answer that has begun is a success, however long it goes on.
            exchange.getResponse().beforeCommit(() -> Mono.fromRunnable(attempt::succeeded));
            return inner.doOnSuccess(done -> attempt.succeeded())
                    .doOnError(attempt::failed)
                    .doOnCancel(attempt::abandoned);
        });
    }

    private CircuitBreaker breaker(BreakerKey key) {
        Limits.Breaker settings = key.breaker();
        return CircuitBreaker.of(
                key.backend().toString(),
                CircuitBreakerConfig.custom()
                        .clock(clock)
                        .failureRateThreshold(settings.failures())
                        .slidingWindowSize(settings.of())
                        .minimumNumberOfCalls(settings.of())
                        .waitDurationInOpenState(settings.pause())
                        .permittedNumberOfCallsInHalfOpenState(settings.probes())
                        .writableStackTraceEnabled(false)
                        .build());
    }

    // What is a failure

    private static boolean isRepeatable(ServerHttpRequest request) {
        HttpHeaders headers = request.getHeaders();
        return SAFE.contains(request.getMethod())
                && headers.getContentLength() <= 0
                && !headers.containsHeader(HttpHeaders.TRANSFER_ENCODING)
                && !headers.containsHeader(HttpHeaders.UPGRADE);
    }

    private static boolean mayBeRepeated(Throwable failure, ServerWebExchange exchange) {
        ProblemCode code = codeOf(failure);
        boolean unanswered = code == ProblemCode.BACKEND_UNREACHABLE || code == ProblemCode.BACKEND_BROKEN;
        return unanswered && !exchange.getResponse().isCommitted();
    }

    private static boolean isBackends(Throwable failure) {
        ProblemCode code = codeOf(failure);
        return code == ProblemCode.BACKEND_UNREACHABLE
                || code == ProblemCode.BACKEND_BROKEN
                || code == ProblemCode.BACKEND_TIMEOUT;
    }

    private static @Nullable ProblemCode codeOf(Throwable failure) {
        return failure instanceof Problem problem ? problem.code() : null;
    }

    /** A failure after which the same request may be sent again. */
    private static final class Repeatable extends RuntimeException {

        Repeatable(Throwable problem) {
            super(null, problem, false, false);
        }

        Throwable problem() {
            Throwable cause = getCause();
            return cause == null ? this : cause;
        }
    }

    /** One attempt that the breaker let through. It is counted once. */
    private static final class Attempt {

        private final CircuitBreaker breaker;
        private final AtomicBoolean counted = new AtomicBoolean();
        private final long begun = System.nanoTime();

        Attempt(CircuitBreaker breaker) {
            this.breaker = breaker;
        }

        void succeeded() {
            if (counted.compareAndSet(false, true)) {
                breaker.onSuccess(System.nanoTime() - begun, TimeUnit.NANOSECONDS);
            }
        }

        /** What is the client's own fault says nothing about the app. */
        void failed(Throwable failure) {
            if (counted.compareAndSet(false, true)) {
                if (isBackends(failure)) {
                    breaker.onError(System.nanoTime() - begun, TimeUnit.NANOSECONDS, failure);
                } else {
                    breaker.releasePermission();
                }
            }
        }

        void abandoned() {
            if (counted.compareAndSet(false, true)) {
                breaker.releasePermission();
            }
        }
    }
}
