package dev.latchkey.gateway.facade.catfeeder;

import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.route.BuiltInServer;
import dev.latchkey.gateway.route.Permit;
import dev.latchkey.gateway.session.BrowserSession;
import dev.latchkey.gateway.session.Sessions;
import dev.latchkey.gateway.web.RequestScope;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;
import tools.jackson.databind.json.JsonMapper;

/**
 * Answers as Cat Feeder's helper did, on routes that lead to it. It acts on tokens that are sent on purpose
 * and never on a cookie's word, so no page of another site can do anything in somebody's name.
 */
final class CatFeeder implements BuiltInServer {

    private static final Pattern OAUTH = Pattern.compile("/api/v1/oauth(?:/([^/]{1,64}))?/?");
    private static final Pattern TOKEN = Pattern.compile("/api/v1/token/([a-z_]{1,32})/?");
    private static final Pattern LOGOUT = Pattern.compile("/api/v1/logout/?");
    private static final int LONGEST_TOKEN = 100;
    private static final String BEARER = "Bearer ";
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final SignInCalls signIns;
    private final ProviderCalls providers;
    private final TokenCalls tokens;
    private final Sessions sessions;
    private final List<String> origins;
    private final Clock clock;

    CatFeeder(
            SignInCalls signIns,
            ProviderCalls providers,
            TokenCalls tokens,
            Sessions sessions,
            List<String> origins,
            Clock clock) {
        this.signIns = signIns;
        this.providers = providers;
        this.tokens = tokens;
        this.sessions = sessions;
        this.origins = List.copyOf(origins);
        this.clock = clock;
    }

    @Override
    public String name() {
        return OAuthProviders.NAME;
    }

    @Override
    public Mono<Void> serve(Permit permit, String path, ServerWebExchange exchange) {
        allowOrigin(exchange);
        if (exchange.getRequest().getMethod().name().equals("OPTIONS")) {
            return preflight(exchange);
        }
        String token = token(exchange.getRequest().getHeaders());
        return visit(exchange, token)
                .flatMap(visit -> answer(visit, path, token)
                        .onErrorResume(failure -> Mono.just(failed(exchange, visit.isLoggedIn(), failure)))
                        .flatMap(answer -> write(exchange.getResponse(), answer)))
                .onErrorResume(
                        Problem.class, problem -> write(exchange.getResponse(), failed(exchange, false, problem)));
    }

    // Who calls

    private Mono<Visit> visit(ServerWebExchange exchange, @Nullable String token) {
        Mono<BrowserSession> session = token == null ? Mono.empty() : sessions.load(token);
        return session.map(this::usedNow)
                .map(known -> new Visit(exchange, known, known.person()))
                .defaultIfEmpty(new Visit(exchange, null, null));
    }

    /** What is stored of a session's last use lags behind, and this is a use. */
    private BrowserSession usedNow(BrowserSession session) {
        return new BrowserSession(
                session.id(), session.person(), session.startedAt(), clock.instant(), session.end(), session.origin());
    }

    /** Bearer goes before Cat Feeder's own header. */
    private static @Nullable String token(HttpHeaders headers) {
        String authorization = headers.getFirst(HttpHeaders.AUTHORIZATION);
        String token = authorization != null && authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())
                ? authorization.substring(BEARER.length()).trim()
                : headers.getFirst("token");
        return token == null || token.isEmpty() || token.length() > LONGEST_TOKEN ? null : token;
    }

    // What is asked

    private Mono<Answer> answer(Visit visit, String path, @Nullable String token) {
        String method = visit.exchange().getRequest().getMethod().name();
        Matcher oauth = OAUTH.matcher(path);
        if (oauth.matches()) {
            return oauth(visit, method, oauth.group(1));
        }
        Matcher about = TOKEN.matcher(path);
        if (about.matches()) {
            return aboutToken(visit, method + ' ' + about.group(1), token);
        }
        if (LOGOUT.matcher(path).matches() && method.equals("POST")) {
            return tokens.logout(visit);
        }
        return unknown();
    }

    private Mono<Answer> oauth(Visit visit, String method, @Nullable String name) {
        if (name == null) {
            return method.equals("GET") ? providers.list(visit) : unknown();
        }
        return switch (name) {
            case "login" -> method.equals("POST") ? signIns.login(visit) : unknown();
            case "callback" -> method.equals("POST") || method.equals("GET") ? signIns.callback(visit) : unknown();
            default ->
                switch (method) {
                    case "POST" -> providers.add(visit, name);
                    case "PUT" -> providers.update(visit, name);
                    case "PATCH" -> providers.patch(visit, name);
                    case "DELETE" -> providers.delete(visit, name);
                    case "GET" -> providers.one(visit, name);
                    default -> unknown();
                };
        };
    }

    private Mono<Answer> aboutToken(Visit visit, String call, @Nullable String token) {
        return switch (call) {
            case "GET valid" -> word(visit, tokens.valid(visit));
            case "GET admin" -> word(visit, tokens.admin(visit));
            case "GET ttl" -> Mono.fromCallable(() -> tokens.ttl(visit));
            case "GET info" -> Mono.fromCallable(() -> tokens.info(visit));
            case "POST refresh" -> Mono.fromCallable(() -> tokens.refresh(visit, String.valueOf(token)));
            case "DELETE revoke_account_tokens" -> tokens.revokeAll(visit);
            default -> unknown();
        };
    }

    private static Mono<Answer> unknown() {
        return Mono.error(new Refused(404, "There is nothing at this address", "not found"));
    }

    /** One word instead of the envelope. */
    private static Mono<Answer> word(Visit visit, int status) {
        ServerHttpResponse response = visit.exchange().getResponse();
        response.setStatusCode(HttpStatusCode.valueOf(status));
        harden(response.getHeaders());
        response.getHeaders().setContentType(MediaType.TEXT_PLAIN);
        return body(response, status == 200 ? "ok" : "ko").then(Mono.empty());
    }

    /** Which call it was, in Cat Feeder's names. */
    private static String title(ServerWebExchange exchange) {
        String path = RequestScope.of(exchange).path();
        Matcher oauth = OAUTH.matcher(path);
        if (!oauth.matches()) {
            return LOGOUT.matcher(path).matches() ? "logout" : TokenCalls.TOKEN;
        }
        return switch (String.valueOf(oauth.group(1))) {
            case "login" -> SignInCalls.LOGIN;
            case "callback" -> SignInCalls.CALLBACK;
            default ->
                switch (exchange.getRequest().getMethod().name()) {
                    case "POST" -> ProviderCalls.ADD;
                    case "PUT" -> ProviderCalls.UPDATE;
                    case "PATCH" -> ProviderCalls.PATCH;
                    case "DELETE" -> ProviderCalls.DELETE;
                    default -> ProviderCalls.GET;
                };
        };
    }

    private static Answer failed(ServerWebExchange exchange, boolean loggedIn, Throwable failure) {
        ProblemCode code = Dialect.codeOf(failure);
        if (code != null) {
            exchange.getResponse().getHeaders().set("X-Latchkey-Problem", code.code());
        }
        return Dialect.failure(failure, title(exchange), loggedIn);
    }

    // How it is answered

    private static Mono<Void> write(ServerHttpResponse response, Answer answer) {
        response.setStatusCode(HttpStatusCode.valueOf(answer.status()));
        harden(response.getHeaders());
        if (answer.status() == 401) {
            response.getHeaders().set(HttpHeaders.WWW_AUTHENTICATE, "Bearer realm=\"oauth\"");
        }
        response.getHeaders().setContentType(MediaType.APPLICATION_JSON);
        return body(response, JSON.writeValueAsString(answer.body()));
    }

    private static Mono<Void> body(ServerHttpResponse response, String text) {
        return response.writeWith(Mono.just(response.bufferFactory().wrap(text.getBytes(StandardCharsets.UTF_8))));
    }

    private static void harden(HttpHeaders headers) {
        headers.set(HttpHeaders.CACHE_CONTROL, "no-cache, no-store, must-revalidate");
        headers.set(HttpHeaders.PRAGMA, "no-cache");
        headers.set(HttpHeaders.EXPIRES, "0");
        headers.set("app_sender", "latchkey");
        headers.set("X-Content-Type-Options", "nosniff");
        headers.set("X-Frame-Options", "DENY");
        headers.set("X-XSS-Protection", "1; mode=block");
        headers.set("Referrer-Policy", "strict-origin-when-cross-origin");
    }

    // Pages of other origins

    /** Each origin by name: with credentials, "everybody" would be every site that a person opens. */
    private void allowOrigin(ServerWebExchange exchange) {
        HttpHeaders headers = exchange.getResponse().getHeaders();
        String origin = exchange.getRequest().getHeaders().getOrigin();
        headers.add(HttpHeaders.VARY, HttpHeaders.ORIGIN);
        if (origin != null && origins.contains(origin)) {
            headers.setAccessControlAllowOrigin(origin);
            headers.setAccessControlAllowCredentials(true);
        }
    }

    private static Mono<Void> preflight(ServerWebExchange exchange) {
        ServerHttpResponse response = exchange.getResponse();
        if (response.getHeaders().getAccessControlAllowOrigin() != null) {
            response.getHeaders().set(HttpHeaders.ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, PUT, PATCH, DELETE");
            response.getHeaders().set(HttpHeaders.ACCESS_CONTROL_ALLOW_HEADERS, "authorization, content-type, token");
        }
        harden(response.getHeaders());
        response.setStatusCode(HttpStatusCode.valueOf(204));
        return response.setComplete();
    }
}
