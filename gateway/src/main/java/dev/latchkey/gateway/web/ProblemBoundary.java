package dev.latchkey.gateway.web;

import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.http.server.reactive.ServerHttpResponseDecorator;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;
import reactor.netty.Connection;

/**
 * The one place where a failure becomes a response: a page for people who are opening one, problem details for
 * everybody else, and always a header that tells the gateway's own answers from an app's.
 */
public final class ProblemBoundary implements Stage {

    private static final Set<ProblemCode> REFUSED_TOKENS = Set.of(
            ProblemCode.API_TOKEN_REFUSED,
            ProblemCode.ACTIONS_TOKEN_REFUSED,
            ProblemCode.GITHUB_TOKEN_REFUSED,
            ProblemCode.SERVICE_TOKEN_REFUSED);
    private static final Logger LOG = LoggerFactory.getLogger(ProblemBoundary.class);
    static final String MARK = "X-Latchkey-Problem";
    /** As somebody else, or as oneself with more rights at the provider. */
    private static final Set<ProblemCode> SOLVED_BY_SIGNING_IN_ANEW = EnumSet.of(
            ProblemCode.ACCESS_DENIED,
            ProblemCode.GITHUB_ACCOUNT_REQUIRED,
            ProblemCode.MEMBERSHIP_SSO_REQUIRED,
            ProblemCode.MEMBERSHIP_APP_RESTRICTED,
            ProblemCode.MEMBERSHIP_NOT_VISIBLE);

    private final ProblemDocument document;
    private final Pages pages;
    private final SecurityHeaders security;
    private final GatewayAddress address;

    ProblemBoundary(ProblemDocument document, Pages pages, SecurityHeaders security, GatewayAddress address) {
        this.document = document;
        this.pages = pages;
        this.security = security;
        this.address = address;
    }

    @Override
    public Mono<Void> handle(ServerWebExchange exchange, Next next) {
        Mono<Void> rest;
        try {
            rest = next.proceed(exchange);
        } catch (RuntimeException failure) {
            return answer(exchange, failure);
        }
        return rest.onErrorResume(failure -> answer(exchange, failure));
    }

    private Mono<Void> answer(ServerWebExchange exchange, Throwable failure) {
        Problem problem = asProblem(failure);
        Passage.of(exchange).failed(problem.code());
        if (problem.getCause() != null && hasGone(exchange.getResponse())) {
            LOG.debug("request={} the client has gone", requestId(exchange));
            // A failure would be taken for the gateway's own further out, and fill the log as often as strangers like.
            return Mono.empty();
        }
        log(exchange, problem);
        ServerHttpResponse response = exchange.getResponse();
        if (response.isCommitted()) {
            // Part of an answer is out already; breaking the connection is the only honest end.
            return Mono.error(failure);
        }
        if (GrpcCall.isIn(exchange.getRequest())) {
            return refuseCall(exchange, problem);
        }
        boolean page = ErrorDialect.of(exchange).hasPages() && Navigation.wantsHtml(exchange.getRequest());
        ErrorDialect dialect = page ? ErrorDialect.PROBLEM : ErrorDialect.of(exchange);
        byte[] body = page ? page(exchange, problem) : json(exchange, problem, dialect);
        writeHead(response, problem, page, dialect, body.length);
        if (dialect.status(problem.code()) == HttpStatus.UNAUTHORIZED.value()) {
            challenge(exchange.getRequest(), problem.code(), response.getHeaders());
        }
        if (exchange.getRequest().getMethod() == HttpMethod.HEAD) {
            return response.setComplete();
        }
        DataBuffer buffer = response.bufferFactory().wrap(body);
        return response.writeWith(Mono.just(buffer));
    }

    /** No page, no cookie and no dialect: whatever else the route says, a program of gRPC understands nothing but this. */
    private Mono<Void> refuseCall(ServerWebExchange exchange, Problem problem) {
        ServerHttpResponse response = exchange.getResponse();
        response.setRawStatusCode(HttpStatus.OK.value());
        response.getCookies().clear();
        HttpHeaders headers = response.getHeaders();
        headers.clear();
        security.onAnswer(headers);
        mark(headers, problem);
        GrpcCall.refuse(headers, problem, requestId(exchange));
        return response.setComplete();
    }

    /** What is written to a client that has closed its connection fails like a backend does; the connection tells which. */
    private static boolean hasGone(ServerHttpResponse response) {
        return ServerHttpResponseDecorator.getNativeResponse(response) instanceof Connection client
                && !client.channel().isActive();
    }

    /** Says what can be sent instead (RFC 9110, section 11.6.1; RFC 6750, section 3). */
    private void challenge(ServerHttpRequest request, ProblemCode code, HttpHeaders headers) {
        String realm = "realm=\"" + address.origin() + '"';
        boolean refused = REFUSED_TOKENS.contains(code);
        if (refused) {
            headers.set(HttpHeaders.WWW_AUTHENTICATE, "Bearer " + realm + ", error=\"invalid_token\"");
        } else if (code == ProblemCode.SIGN_IN_REQUIRED || code == ProblemCode.ACTIONS_TOKEN_REQUIRED) {
            headers.set(HttpHeaders.WWW_AUTHENTICATE, "Bearer " + realm);
            if (isGit(request)) {
                headers.add(HttpHeaders.WWW_AUTHENTICATE, "Basic " + realm);
            }
        }
    }

    /** Git asks its user for a password only where one is asked for; a browser would too, with a window of its own. */
    private static boolean isGit(ServerHttpRequest request) {
        String agent = request.getHeaders().getFirst(HttpHeaders.USER_AGENT);
        return agent != null && (agent.startsWith("git/") || agent.startsWith("git-lfs/"));
    }

    private void writeHead(
            ServerHttpResponse response, Problem problem, boolean page, ErrorDialect dialect, int length) {
        HttpHeaders headers = response.getHeaders();
        response.setRawStatusCode(dialect.status(problem.code()));
        // Cookies that a handler set on its way to the failure are meant: an attempt that failed is cleared.
        headers.headerNames().stream()
                .filter(name -> !name.equalsIgnoreCase(HttpHeaders.SET_COOKIE))
                .toList()
                .forEach(headers::remove);
        if (page) {
            security.onPage(headers);
        } else {
            security.onAnswer(headers);
        }
        headers.setContentType(mediaType(page, dialect));
        headers.setContentLength(length);
        mark(headers, problem);
        if (problem.code() == ProblemCode.REQUEST_MALFORMED || problem.code() == ProblemCode.BODY_TOO_LARGE) {
            // Nobody knows where the next request would begin, or wants to read up to there.
            headers.set(HttpHeaders.CONNECTION, "close");
        }
        if (problem.code() == ProblemCode.METHOD_REFUSED) {
            headers.setAllow(Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.POST));
        }
    }

    private static void mark(HttpHeaders headers, Problem problem) {
        headers.set(MARK, problem.code().code());
        if (problem.retryAfter() != null) {
            headers.set(HttpHeaders.RETRY_AFTER, Long.toString(ProblemDocument.seconds(problem.retryAfter())));
        }
    }

    private static MediaType mediaType(boolean page, ErrorDialect dialect) {
        if (page) {
            return Pages.MEDIA_TYPE;
        }
        return dialect == ErrorDialect.PROBLEM ? ProblemDocument.MEDIA_TYPE : MediaType.APPLICATION_JSON;
    }

    private byte[] json(ServerWebExchange exchange, Problem problem, ErrorDialect dialect) {
        if (dialect != ErrorDialect.PROBLEM) {
            return dialect.render(problem);
        }
        return document.render(problem, requestId(exchange), pathOf(exchange.getRequest()));
    }

    /** A request that was refused before it was parsed has no path that anybody could be sure of. */
    private static @Nullable String pathOf(ServerHttpRequest request) {
        return RefusedRequest.isIn(request.getHeaders())
                ? null
                : request.getURI().getRawPath();
    }

    private byte[] page(ServerWebExchange exchange, Problem problem) {
        ProblemPage page = ProblemPage.of(problem, requestId(exchange));
        URI tryAgain = problem.startOver();
        if (tryAgain != null) {
            page = page.tryAgainAt(tryAgain.toString());
        }
        if (SOLVED_BY_SIGNING_IN_ANEW.contains(problem.code())) {
            page = page.switchAccountAt(address.path("/sign_out"));
        }
        return pages.problem(page).getBytes(StandardCharsets.UTF_8);
    }

    private static String requestId(ServerWebExchange exchange) {
        RequestScope scope = RequestScope.find(exchange);
        return scope == null ? exchange.getRequest().getId() : scope.requestId();
    }

    /** What frameworks below throw, in the gateway's words; anything unforeseen is the gateway's own failure. */
    private static Problem asProblem(Throwable failure) {
        if (failure instanceof Problem problem) {
            return problem;
        }
        if (failure instanceof ResponseStatusException status) {
            return ofStatus(status.getStatusCode(), failure);
        }
        return Problem.of(ProblemCode.INTERNAL).causedBy(failure);
    }

    private static Problem ofStatus(HttpStatusCode status, Throwable failure) {
        if (status.isSameCodeAs(HttpStatus.NOT_FOUND)) {
            return Problem.of(ProblemCode.ROUTE_UNKNOWN);
        }
        if (status.isSameCodeAs(HttpStatus.METHOD_NOT_ALLOWED)) {
            return Problem.of(ProblemCode.METHOD_REFUSED);
        }
        if (status.isSameCodeAs(HttpStatus.GATEWAY_TIMEOUT)) {
            return Problem.of(ProblemCode.BACKEND_TIMEOUT).causedBy(failure);
        }
        return status.is4xxClientError()
                ? Problem.of(ProblemCode.REQUEST_MALFORMED)
                : Problem.of(ProblemCode.INTERNAL).causedBy(failure);
    }

    private static void log(ServerWebExchange exchange, Problem problem) {
        String request = requestId(exchange);
        if (problem.code() == ProblemCode.INTERNAL) {
            LOG.error("request={} problem={}", request, problem.code().code(), problem.getCause());
        } else if (problem.code().status() >= 500 || problem.getCause() != null) {
            LOG.warn("request={} problem={} cause={}", request, problem.code().code(), problem.causes());
        } else {
            LOG.debug("request={} problem={}", request, problem.code().code());
        }
    }
}
