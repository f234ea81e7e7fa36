package dev.latchkey.gateway.facade.loginbroker;

import dev.latchkey.gateway.facade.loginbroker.ReturnTargets.ReturnTarget;
import dev.latchkey.gateway.keys.Secret;
import dev.latchkey.gateway.login.DelegatedSignIn;
import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.provider.TokenRefused;
import dev.latchkey.gateway.route.Permit;
import dev.latchkey.gateway.session.Person;
import dev.latchkey.gateway.web.ErrorDialect;
import dev.latchkey.gateway.web.GatewayAddress;
import dev.latchkey.gateway.web.RequestScope;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/** The way of a browser from an instance to GitHub and back again, to nowhere but a listed instance. */
final class BrokeredSignIn {

    private final DelegatedSignIn signIn;
    private final ReturnTargets targets;
    private final Instances instances;
    private final OneTimeCodes codes;
    private final BrokerTokens tokens;
    private final Visits visits;
    private final LoginBrokerProperties properties;
    private final GatewayAddress address;
    private final JsonAnswers json;

    BrokeredSignIn(
            DelegatedSignIn signIn,
            ReturnTargets targets,
            Instances instances,
            OneTimeCodes codes,
            BrokerTokens tokens,
            Visits visits,
            LoginBrokerProperties properties,
            GatewayAddress address,
            JsonAnswers json) {
        this.signIn = signIn;
        this.targets = targets;
        this.instances = instances;
        this.codes = codes;
        this.tokens = tokens;
        this.visits = visits;
        this.properties = properties;
        this.address = address;
        this.json = json;
    }

    static Problem refusedTarget() {
        return Problem.of(ProblemCode.RETURN_TARGET_REFUSED, "Invalid redirect_uri");
    }

    Mono<Void> start(Permit permit, String path, ServerWebExchange exchange) {
        return Mono.fromCallable(() -> target(permit, exchange.getRequest()))
                .flatMap(target -> signIn.start(exchange, target.address(), callback(permit, path, exchange)))
                .flatMap(provider -> json.redirect(exchange, provider));
    }

    /** The first that is said counts, whether or not one may go there: nothing falls back to another. */
    private ReturnTarget target(Permit permit, ServerHttpRequest request) {
        List<String> asked = request.getQueryParams().getOrDefault("redirect_uri", List.of());
        if (asked.size() > 1) {
            throw refusedTarget();
        }
        String text = asked.isEmpty() || asked.get(0) == null || asked.get(0).isEmpty()
                ? unasked(permit, request.getHeaders())
                : asked.get(0);
        return Optional.ofNullable(text)
                .flatMap(asks -> listed(permit, asks))
                .orElseThrow(BrokeredSignIn::refusedTarget);
    }

    private Optional<ReturnTarget> listed(Permit permit, String target) {
        return targets.listed(target).filter(each -> instances.isServed(each.origin(), permit));
    }

    private @Nullable String unasked(Permit permit, HttpHeaders headers) {
        String origin = headers.getOrigin();
        if (origin != null) {
            return origin;
        }
        String page = headers.getFirst(HttpHeaders.REFERER);
        if (page != null && !page.isEmpty()) {
            return ReturnTargets.originOf(page).orElse(page);
        }
        String own = instances.ofRoute(permit);
        return own == null ? properties.defaultTarget() : own;
    }

    /** A route for every host is known by the gateway's own address; one for a host of its own by no other. */
    private URI callback(Permit permit, String path, ServerWebExchange exchange) {
        RequestScope scope = RequestScope.of(exchange);
        String origin = permit.route().host() == null ? address.origin() : scope.scheme() + "://" + scope.authority();
        String prefix = scope.path().substring(0, scope.path().length() - path.length());
        return URI.create(origin + prefix + LoginBrokerBuiltIn.CALLBACK);
    }

    Mono<Void> finish(Permit permit, String path, ServerWebExchange exchange) {
        if (properties.statusProfile().equals(LoginBrokerProperties.LEGACY)
                && permit.route().errors() == ErrorDialect.ERROR) {
            ErrorDialect.ERROR_LEGACY.attachTo(exchange);
        }
        boolean underWay = signIn.isUnderWay(exchange);
        return signIn.finish(
                        exchange,
                        callback(permit, path, exchange),
                        target -> listed(permit, target).isPresent())
                .onErrorMap(Problem.class, problem -> worded(problem, underWay))
                .flatMap(arrived -> listed(permit, arrived.target())
                        .map(target -> back(target, arrived.person()))
                        .orElseGet(() -> Mono.error(Problem.of(ProblemCode.STATE_INVALID, "Invalid state"))))
                .flatMap(target -> json.redirect(exchange, target));
    }

    private Mono<String> back(ReturnTarget target, Person person) {
        return visits.signedIn(person.id())
                .then(Mono.defer(() -> brought(target, person)))
                .map(token -> target.with(token.reveal(), person.login()))
                .switchIfEmpty(Mono.just(target.address()));
    }

    private Mono<Secret> brought(ReturnTarget target, Person person) {
        return switch (properties.tokenInQuery()) {
            case LoginBrokerProperties.NONE -> Mono.empty();
            case LoginBrokerProperties.CODE ->
                codes.make(person, target.origin()).map(Secret::of);
            default -> tokens.issue(person, target.origin());
        };
    }

    /** The words that instances know, for the same problem. */
    private static Problem worded(Problem problem, boolean underWay) {
        String words = switch (problem.code()) {
            case STATE_MISSING, STATE_INVALID, STATE_USED, STATE_EXPIRED, ISSUER_WRONG ->
                underWay ? "Invalid state" : "State not found";
            case SIGN_IN_DECLINED, CODE_MISSING, CODE_REFUSED, PROVIDER_MISCONFIGURED -> "Failed to exchange token";
            case PROFILE_UNUSABLE -> "Failed to get user info";
            case PROVIDER_FAILED ->
                problem.getCause() == null || problem.getCause() instanceof TokenRefused
                        ? "Failed to exchange token"
                        : "Failed to get user info";
            default -> null;
        };
        if (words == null) {
            return problem;
        }
        Problem said = Problem.of(problem.code(), words);
        return problem.getCause() == null ? said : said.causedBy(problem.getCause());
    }
}
