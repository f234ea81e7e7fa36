package dev.latchkey.gateway.facade.loginbroker;

import dev.latchkey.gateway.facade.loginbroker.BrokerTokens.Good;
import dev.latchkey.gateway.keys.Secret;
import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.route.BuiltInServer;
import dev.latchkey.gateway.route.Permit;
import dev.latchkey.gateway.session.BrowserSession;
import dev.latchkey.gateway.session.Person;
import dev.latchkey.gateway.session.SessionLoader;
import java.time.Clock;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;

/** The addresses of Trackeep's sign-in service and of the one that came after it. */
final class LoginBrokerServer implements BuiltInServer {

    private static final Logger LOG = LoggerFactory.getLogger(LoginBrokerServer.class);
    private static final String ROTATED = "X-Trackeep-Controller-Token";
    private static final Pattern INSTALLATION =
            Pattern.compile("/app/installations/([0-9]{1,18})/(verify|repos|access-token)");
    private static final int LONGEST_TOKEN = 8 * 1024;

    private final BrokeredSignIn signIn;
    private final BrokerTokens tokens;
    private final OneTimeCodes codes;
    private final Visits visits;
    private final GitHubFace gitHub;
    private final ReturnTargets targets;
    private final Instances instances;
    private final Cors cors;
    private final JsonAnswers json;
    private final Clock clock;

    LoginBrokerServer(
            BrokeredSignIn signIn,
            BrokerTokens tokens,
            OneTimeCodes codes,
            Visits visits,
            GitHubFace gitHub,
            ReturnTargets targets,
            Instances instances,
            Cors cors,
            JsonAnswers json,
            Clock clock) {
        this.signIn = signIn;
        this.tokens = tokens;
        this.codes = codes;
        this.visits = visits;
        this.gitHub = gitHub;
        this.targets = targets;
        this.instances = instances;
        this.cors = cors;
        this.json = json;
        this.clock = clock;
    }

    @Override
    public String name() {
        return LoginBrokerBuiltIn.NAME;
    }

    @Override
    public Mono<Void> serve(Permit permit, String path, ServerWebExchange exchange) {
        cors.apply(exchange);
        if (Cors.isPreflight(exchange)) {
            return Cors.answerPreflight(exchange);
        }
        return switch (path) {
            case LoginBrokerBuiltIn.START -> reading(exchange, signIn.start(permit, path, exchange));
            case LoginBrokerBuiltIn.CALLBACK -> reading(exchange, signIn.finish(permit, path, exchange));
            case LoginBrokerBuiltIn.ME -> reading(exchange, me(permit, exchange));
            case LoginBrokerBuiltIn.HEALTH -> reading(exchange, health(exchange));
            case LoginBrokerBuiltIn.REDEEM, LoginBrokerBuiltIn.REDEEM_TOO ->
                writing(exchange, redeem(permit, exchange));
            case LoginBrokerBuiltIn.LOGOUT -> writing(exchange, logout(permit, exchange));
            default -> {
                if (!path.startsWith(LoginBrokerBuiltIn.GITHUB + '/')) {
                    throw Problem.of(ProblemCode.ROUTE_UNKNOWN);
                }
                String below = path.substring(LoginBrokerBuiltIn.GITHUB.length());
                yield reading(exchange, gitHub(below, permit, exchange));
            }
        };
    }

    private static Mono<Void> reading(ServerWebExchange exchange, Mono<Void> answer) {
        HttpMethod method = exchange.getRequest().getMethod();
        return method.equals(HttpMethod.GET) || method.equals(HttpMethod.HEAD) ? answer : refusedMethod();
    }

    private static Mono<Void> writing(ServerWebExchange exchange, Mono<Void> answer) {
        return exchange.getRequest().getMethod().equals(HttpMethod.POST) ? answer : refusedMethod();
    }

    private static Mono<Void> refusedMethod() {
        return Mono.error(Problem.of(ProblemCode.METHOD_REFUSED));
    }

    private Mono<Void> health(ServerWebExchange exchange) {
        return Mono.defer(() -> {
            Map<String, Object> members = new LinkedHashMap<>();
            members.put("status", "ok");
            members.put("service", "latchkey-login-broker");
            members.put("version", "2.0.0");
            members.put("time", clock.instant().getEpochSecond());
            return json.write(exchange, members);
        });
    }

    // Who is it

    private Mono<Void> me(Permit permit, ServerWebExchange exchange) {
        return Mono.defer(() -> {
            BrowserSession session = SessionLoader.sessionOf(exchange);
            boolean silent = !exchange.getRequest().getHeaders().containsHeader(HttpHeaders.AUTHORIZATION);
            return silent && session != null
                    ? whole(session.person()).flatMap(user -> json.write(exchange, Map.of("user", user)))
                    : known(permit, exchange, good -> whole(good.person()).map(user -> Map.of("user", user)));
        });
    }

    private Mono<Map<String, Object>> whole(Person person) {
        return visits.of(person.id())
                .switchIfEmpty(Mono.error(() -> Problem.of(ProblemCode.PERSON_UNKNOWN, "User not found")))
                .map(visit -> {
                    Map<String, Object> user = shortly(person);
                    user.put("created_at", Instant.ofEpochMilli(visit.first()).toString());
                    user.put("last_login", Instant.ofEpochMilli(visit.last()).toString());
                    user.put("role", "");
                    return user;
                });
    }

    private static Map<String, Object> shortly(Person person) {
        Map<String, Object> user = new LinkedHashMap<>();
        user.put("id", SignedTokens.numberOf(person));
        user.put("github_id", SignedTokens.numberOf(person));
        user.put("username", person.login());
        user.put("email", person.emailVerified() ? text(person.email()) : "");
        user.put("name", text(person.name()));
        user.put("avatar_url", text(person.picture()));
        return user;
    }

    private static String text(@Nullable String text) {
        return text == null ? "" : text;
    }

    /** Answers whoever brings a good token; what is offered instead of an old one goes with any answer, be it a failure. */
    private Mono<Void> known(Permit permit, ServerWebExchange exchange, Function<Good, Mono<? extends Object>> answer) {
        return good(permit, exchange)
                .flatMap(good -> successor(good)
                        .doOnNext(successor -> offer(exchange, successor))
                        .then(Mono.defer(() -> answer.apply(good))))
                .flatMap(body -> json.write(exchange, body));
    }

    /** Whoever brings a good token, at a route that serves the instance that it was made for. */
    private Mono<Good> good(Permit permit, ServerWebExchange exchange) {
        return Mono.fromCallable(() -> tokenIn(exchange))
                .flatMap(text -> tokens.read(text, exchange))
                .filter(good -> instances.isServed(good.client(), permit))
                .switchIfEmpty(Mono.error(BrokerTokens::refused));
    }

    /** What the old token is good for is not held up by there being no other: the next call tries again. */
    private Mono<Secret> successor(Good good) {
        return tokens.successor(good).onErrorResume(failure -> {
            LOG.warn("A token of {} could not be renewed: {}", good.person().id(), failure.toString());
            return Mono.empty();
        });
    }

    private static void offer(ServerWebExchange exchange, Secret successor) {
        exchange.getResponse().beforeCommit(() -> {
            exchange.getResponse().getHeaders().set(ROTATED, successor.reveal());
            return Mono.empty();
        });
    }

    private static String tokenIn(ServerWebExchange exchange) {
        List<String> lines = exchange.getRequest().getHeaders().getOrEmpty(HttpHeaders.AUTHORIZATION);
        if (lines.isEmpty()) {
            throw Problem.of(ProblemCode.SERVICE_TOKEN_REFUSED, "No authorization header");
        }
        String line = lines.get(0).strip();
        boolean scheme = line.regionMatches(true, 0, "Bearer ", 0, "Bearer ".length());
        String token = scheme ? line.substring("Bearer ".length()).strip() : line;
        if (lines.size() > 1 || token.isEmpty() || token.length() > LONGEST_TOKEN) {
            throw BrokerTokens.refused();
        }
        return token;
    }

    // Tokens

    private Mono<Void> redeem(Permit permit, ServerWebExchange exchange) {
        return JsonAnswers.read(exchange)
                .flatMap(body -> redeemed(permit, exchange, body))
                .flatMap(answer -> json.write(exchange, answer));
    }

    private Mono<Map<String, Object>> redeemed(Permit permit, ServerWebExchange exchange, JsonNode body) {
        JsonNode token = body.path("token");
        if (!token.isString() || token.asString().isBlank()) {
            throw JsonAnswers.unreadable();
        }
        String text = token.asString().strip();
        String client = instances.asking(permit, exchange, body);
        if (!OneTimeCodes.isMeant(text)) {
            return tokens.read(text, exchange)
                    .filter(good -> good.client().equals(client))
                    .switchIfEmpty(Mono.error(BrokerTokens::refused))
                    .flatMap(good -> successor(good)
                            .defaultIfEmpty(Secret.of(text))
                            .map(current -> answer(current, good.person())));
        }
        return codes.redeem(text, client)
                .switchIfEmpty(Mono.error(BrokerTokens::refused))
                .flatMap(waiting ->
                        tokens.issue(waiting.person(), waiting.client()).map(made -> answer(made, waiting.person())));
    }

    private static Map<String, Object> answer(Secret token, Person person) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("token", token.reveal());
        members.put("user", shortly(person));
        return members;
    }

    private Mono<Void> logout(Permit permit, ServerWebExchange exchange) {
        return good(permit, exchange)
                .flatMap(tokens::end)
                .then(Mono.defer(() -> json.write(exchange, Map.of("message", "Logged out"))));
    }

    // GitHub

    private Mono<Void> gitHub(String path, Permit permit, ServerWebExchange exchange) {
        String app = permit.route().id();
        Matcher installation = INSTALLATION.matcher(path);
        if (installation.matches()) {
            long id = Long.parseLong(installation.group(1));
            String what = installation.group(2);
            return known(permit, exchange, good -> switch (what) {
                case "verify" -> gitHub.verify(good, id, app);
                case "repos" -> gitHub.repositoriesOf(good, id, app);
                default -> gitHub.accessTokenOf(good, id, app);
            });
        }
        return switch (path) {
            case "/repos" -> known(permit, exchange, good -> gitHub.repositories(good, app));
            case "/user/access-token" -> known(permit, exchange, gitHub::accessToken);
            case "/app/info" -> Mono.defer(() -> json.write(exchange, gitHub.info()));
            case "/app/install-url" -> known(permit, exchange, good -> installUrl(exchange));
            default -> throw Problem.of(ProblemCode.ROUTE_UNKNOWN);
        };
    }

    private Mono<Map<String, Object>> installUrl(ServerWebExchange exchange) {
        String back = exchange.getRequest().getQueryParams().getFirst("redirect_uri");
        boolean listed = back == null
                || ReturnTargets.originOf(back).filter(targets::hasOrigin).isPresent();
        return !listed ? Mono.error(BrokeredSignIn.refusedTarget()) : Mono.fromCallable(gitHub::installUrl);
    }
}
