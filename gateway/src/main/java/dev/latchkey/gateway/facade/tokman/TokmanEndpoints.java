package dev.latchkey.gateway.facade.tokman;

import dev.latchkey.gateway.installation.InstallationToken;
import dev.latchkey.gateway.installation.InstallationTokens;
import dev.latchkey.gateway.installation.RepositoryName;
import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.watch.Audit;
import dev.latchkey.gateway.web.TargetCheck;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.web.reactive.function.server.HandlerFunction;
import org.springframework.web.reactive.function.server.RequestPredicates;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/** The addresses of tokman: a repository's token, that it is dead, and whether the broker is there. */
final class TokmanEndpoints {

    private static final Set<HttpMethod> READING = Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS);
    private static final Set<HttpMethod> TELLING = Set.of(HttpMethod.POST, HttpMethod.OPTIONS);

    private final InstallationTokens tokens;
    private final Callers callers;
    private final TokmanProperties properties;
    private final GrantLog log;

    TokmanEndpoints(InstallationTokens tokens, Callers callers, TokmanProperties properties, Audit audit) {
        this.tokens = tokens;
        this.callers = callers;
        this.properties = properties;
        this.log = new GrantLog(audit);
    }

    RouterFunction<ServerResponse> routes() {
        RouterFunction<ServerResponse> routes = routesUnder("/api");
        return properties.prefix().isEmpty() ? routes : routes.and(routesUnder(properties.prefix() + "/api"));
    }

    private RouterFunction<ServerResponse> routesUnder(String api) {
        String health = api + "/health";
        String token = api + "/{namespace}/{repository}";
        String invalidate = token + "/invalidate";
        return RouterFunctions.route()
                .GET(health, request -> TokmanDialect.ok(Map.of("message", "ok")))
                .HEAD(health, request -> ServerResponse.ok().build())
                .OPTIONS(health, request -> allowed(READING))
                .route(RequestPredicates.path(health), request -> refusedMethod(READING))
                .GET(token, TokmanEndpoints::isForAFreshOne, known(this::freshToken))
                .GET(token, known(this::token))
                .HEAD(token, known((caller, repository) -> ServerResponse.ok().build()))
                .OPTIONS(token, request -> allowed(READING))
                .route(RequestPredicates.path(token), request -> refusedMethod(READING))
                .POST(invalidate, known(this::invalidate))
                .OPTIONS(invalidate, request -> allowed(TELLING))
                .route(RequestPredicates.path(invalidate), request -> refusedMethod(TELLING))
                .route(RequestPredicates.path(api + "/**"), request -> unknownPath())
                .filter((request, next) -> guarded(request, next))
                .build();
    }

    /** Nothing is looked at in a path that can be read in two ways, and every failure is said in one dialect. */
    private static Mono<ServerResponse> guarded(ServerRequest request, HandlerFunction<ServerResponse> next) {
        return Mono.defer(() -> {
                    TargetCheck.check(request.uri().getRawPath());
                    return next.handle(request);
                })
                .onErrorResume(Problem.class, problem -> TokmanDialect.failure(problem, null))
                .onErrorResume(TokmanDialect::failure);
    }

    /** For a caller who is known and may have that repository's tokens. */
    private HandlerFunction<ServerResponse> known(BiFunction<Caller, RepositoryName, Mono<ServerResponse>> answer) {
        return request -> {
            Caller caller = identified(request);
            RepositoryName repository =
                    new RepositoryName(request.pathVariable("namespace"), request.pathVariable("repository"));
            return Mono.defer(() -> {
                        checkAllowed(caller, repository.toString());
                        return answer.apply(caller, repository);
                    })
                    .onErrorResume(Problem.class, problem -> {
                        log.refused(caller, repository, problem);
                        return TokmanDialect.failure(problem, repository.toString());
                    });
        };
    }

    private Caller identified(ServerRequest request) {
        try {
            return callers.of(request);
        } catch (Problem problem) {
            log.unknown(request.remoteAddress().map(Object::toString).orElse("-"), problem);
            throw problem;
        }
    }

    private static void checkAllowed(Caller caller, String fullName) {
        if (!caller.repositories().include(fullName)) {
            throw Problem.of(ProblemCode.CALLER_REFUSED);
        }
    }

    /** {@code ?fresh}: the caller has found its token dead. */
    private static boolean isForAFreshOne(ServerRequest request) {
        return request.queryParam("fresh")
                .filter(value -> !value.equalsIgnoreCase("false") && !value.equals("0"))
                .isPresent();
    }

    private Mono<ServerResponse> freshToken(Caller caller, RepositoryName repository) {
        return tokens.invalidate(repository).then(Mono.defer(() -> {
            log.invalidated(caller, repository);
            return token(caller, repository);
        }));
    }

    private Mono<ServerResponse> token(Caller caller, RepositoryName repository) {
        return tokens.token(properties.reach(repository))
                // A repository that has moved is another one than was asked for.
                .doOnNext(token -> token.repositories().forEach(actual -> checkAllowed(caller, actual)))
                .doOnNext(token -> log.granted(caller, repository, token))
                .flatMap(token -> TokmanDialect.ok(body(repository, token)));
    }

    private Map<String, String> body(RepositoryName repository, InstallationToken token) {
        Map<String, String> body = new LinkedHashMap<>();
        body.put("repository", repository.name());
        body.put("namespace", repository.owner());
        body.put("access_token", token.reveal());
        if (properties.expiresAt()) {
            body.put("expires_at", token.expiresAt().toString());
        }
        return body;
    }

    private Mono<ServerResponse> invalidate(Caller caller, RepositoryName repository) {
        return tokens.invalidate(repository).then(Mono.defer(() -> {
            log.invalidated(caller, repository);
            return ServerResponse.noContent().build();
        }));
    }

    private static Mono<ServerResponse> allowed(Set<HttpMethod> methods) {
        return ServerResponse.ok().allow(methods.toArray(HttpMethod[]::new)).build();
    }

    private static Mono<ServerResponse> refusedMethod(Set<HttpMethod> methods) {
        return TokmanDialect.plainError(
                ServerResponse.status(HttpStatus.METHOD_NOT_ALLOWED).allow(methods.toArray(HttpMethod[]::new)),
                "This address takes "
                        + String.join(
                                ", ",
                                methods.stream().map(HttpMethod::name).sorted().toList()));
    }

    private static Mono<ServerResponse> unknownPath() {
        return TokmanDialect.plainError(
                ServerResponse.status(HttpStatus.NOT_FOUND), "There is nothing at this address");
    }
}
