package dev.latchkey.gateway.ops;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.latchkey.gateway.keys.SecretSource;
import dev.latchkey.gateway.keys.Sha256;
import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.watch.Audit;
import dev.latchkey.gateway.watch.AuditEvent;
import dev.latchkey.gateway.watch.AuditEvent.Action;
import dev.latchkey.gateway.web.ProblemDocument;
import dev.latchkey.gateway.web.ThisMachine;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatusCode;
import org.springframework.web.reactive.function.server.HandlerFilterFunction;
import org.springframework.web.reactive.function.server.HandlerFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/**
 * Lets in to the calls of the internal port that tell or change something: whoever bears a configured token, or, where
 * none is configured, whoever calls from this very machine and is no web page.
 */
final class InternalDoor implements HandlerFilterFunction<ServerResponse, ServerResponse> {

    static final String MARK = "X-Latchkey-Problem";
    private static final String SCHEME = "Bearer ";
    private static final int ENOUGH_TO_TELL_APART = 4;

    private final List<SecretSource> tokens;
    private final ProblemDocument document;
    private final Audit audit;

    InternalDoor(List<SecretSource> tokens, ProblemDocument document, Audit audit) {
        this.tokens = List.copyOf(tokens);
        this.document = document;
        this.audit = audit;
    }

    @Override
    public Mono<ServerResponse> filter(ServerRequest request, HandlerFunction<ServerResponse> next) {
        boolean allowed = tokens.isEmpty() ? ThisMachine.calls(request) : bearsToken(request);
        return allowed ? audited(request, Mono.defer(() -> next.handle(request))) : refuse(request);
    }

    /** What only reads leaves no trace; what changes something does, whether it came to pass or not. */
    private Mono<ServerResponse> audited(ServerRequest request, Mono<ServerResponse> answer) {
        if (request.method().equals(HttpMethod.GET) || request.method().equals(HttpMethod.HEAD)) {
            return answer;
        }
        return answer.doOnNext(done -> audit.tell(operation(request, done)))
                .doOnError(failure -> audit.tell(failed(request, failure)));
    }

    private AuditEvent failed(ServerRequest request, Throwable failure) {
        ProblemCode code = failure instanceof Problem problem ? problem.code() : ProblemCode.INTERNAL;
        return about(request, AuditEvent.failure(Action.OPERATION, code.code()))
                .with("actor", actor(request))
                .with("status", Integer.toString(code.status()));
    }

    private AuditEvent operation(ServerRequest request, ServerResponse answer) {
        HttpStatusCode status = answer.statusCode();
        AuditEvent event = status.isError()
                ? AuditEvent.failure(Action.OPERATION, reason(answer))
                : AuditEvent.success(Action.OPERATION);
        return about(request, event).with("actor", actor(request)).with("status", Integer.toString(status.value()));
    }

    private static String reason(ServerResponse answer) {
        String code = answer.headers().getFirst(MARK);
        return code == null ? "refused" : code;
    }

    /**
     * The call by what it does, which is the same for whatever it is done to, and by what it is done to. A session goes by
     * its name here as everywhere.
     */
    private static AuditEvent about(ServerRequest request, AuditEvent event) {
        Object pattern =
                request.attribute(RouterFunctions.MATCHING_PATTERN_ATTRIBUTE).orElse(request.path());
        String session = request.pathVariables().get("session");
        AuditEvent told = event.with("operation", request.method() + " " + pattern)
                .with("target", session == null ? request.uri().getRawPath() : pattern.toString())
                .with("person", request.queryParam("person").orElse(null))
                .with("provider", request.queryParam("provider").orElse(null))
                .with("login", request.queryParam("login").orElse(null))
                .with("peer", request.remoteAddress().map(Object::toString).orElse(null));
        return session == null ? told : told.withSession(session);
    }

    /** Whoever holds the list of tokens can tell whose it was; nobody else can. */
    private String actor(ServerRequest request) {
        return tokens.isEmpty()
                ? "this-machine"
                : "token:" + HexFormat.of().formatHex(Sha256.of(claimed(request)), 0, ENOUGH_TO_TELL_APART);
    }

    /** Takes as long for a near miss as for a far one, and for the first token as for the last. */
    private boolean bearsToken(ServerRequest request) {
        byte[] claimed = claimed(request);
        boolean known = false;
        for (SecretSource token : tokens) {
            known |= MessageDigest.isEqual(token.current().reveal().getBytes(UTF_8), claimed);
        }
        return known;
    }

    private static byte[] claimed(ServerRequest request) {
        List<String> values = request.headers().header(HttpHeaders.AUTHORIZATION);
        String value = values.size() == 1 ? values.get(0) : "";
        return value.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
                ? value.substring(SCHEME.length()).trim().getBytes(UTF_8)
                : new byte[0];
    }

    private Mono<ServerResponse> refuse(ServerRequest request) {
        Problem problem = Problem.of(ProblemCode.INTERNAL_TOKEN_REQUIRED);
        audit.tell(about(
                request, AuditEvent.failure(Action.OPERATION, problem.code().code())));
        String id = UUID.randomUUID().toString().replace("-", "");
        return ServerResponse.status(problem.code().status())
                .contentType(ProblemDocument.MEDIA_TYPE)
                .header(HttpHeaders.WWW_AUTHENTICATE, "Bearer realm=\"internal\"")
                .header(MARK, problem.code().code())
                .bodyValue(document.render(problem, id, request.uri().getRawPath()));
    }
}
