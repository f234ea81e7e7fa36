package dev.latchkey.gateway.github;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.latchkey.gateway.github.api.ApiAnswer;
import dev.latchkey.gateway.github.api.ApiRequest;
import dev.latchkey.gateway.github.api.Calls;
import dev.latchkey.gateway.github.api.Principal;
import dev.latchkey.gateway.github.api.RequestBody;
import dev.latchkey.gateway.github.api.Target;
import dev.latchkey.gateway.github.api.Validators;
import dev.latchkey.gateway.github.pace.Kind;
import dev.latchkey.gateway.github.pace.RouteTemplates;
import dev.latchkey.gateway.github.pace.Savings;
import dev.latchkey.gateway.installation.InstallationTokens;
import dev.latchkey.gateway.installation.RepositoryName;
import dev.latchkey.gateway.limit.Throttle;
import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.route.Caller;
import dev.latchkey.gateway.route.Challenger;
import dev.latchkey.gateway.route.Limits;
import dev.latchkey.gateway.route.Permit;
import dev.latchkey.gateway.route.PermittedStage;
import dev.latchkey.gateway.route.RepositoryTemplate;
import dev.latchkey.gateway.route.Route;
import dev.latchkey.gateway.session.Person;
import dev.latchkey.gateway.watch.Span;
import dev.latchkey.gateway.web.Passage;
import dev.latchkey.gateway.web.RequestScope;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/**
 * The stage that answers for GitHub's API on routes that lead to it: as the person who asks, with that person's token and
 * quota. What follows on the way to GitHub, in order, stands in {@link PassthroughConfiguration}.
 */
public final class GitHubPassthrough implements PermittedStage {

    /** First parts of paths below which the app is told what anybody is told. */
    private static final Set<String> EVERYBODYS = Set.of(
            "advisories",
            "codes_of_conduct",
            "emojis",
            "events",
            "feeds",
            "gists",
            "gitignore",
            "licenses",
            "meta",
            "networks",
            "octocat",
            "organizations",
            "orgs",
            "repos",
            "repositories",
            "search",
            "topics",
            "users",
            "versions",
            "zen");

    /** Of one address less in an hour than strangers may use of the app's quota together. */
    private static final Limits.Rate OF_A_STRANGER = new Limits.Rate(1, Duration.ofSeconds(2), 100);

    private final Calls calls;
    private final InstallationTokens installations;
    private final Answers answers;
    private final Challenger challenger;
    private final Throttle throttle;
    private final Savings savings;
    private final Duration patience;
    /** Compared by identity, and forgotten together with a route that is no longer in force. */
    private final Cache<Route, Mount> mounts = Caffeine.newBuilder().weakKeys().build();

    GitHubPassthrough(
            Calls calls,
            InstallationTokens installations,
            Answers answers,
            Challenger challenger,
            Throttle throttle,
            Savings savings,
            Duration patience) {
        this.calls = calls;
        this.installations = installations;
        this.answers = answers;
        this.challenger = challenger;
        this.throttle = throttle;
        this.savings = savings;
        this.patience = patience;
    }

    @Override
    public Mono<Void> handle(Permit permit, ServerWebExchange exchange, Next next) {
        if (!permit.route().leadsTo(GitHubApi.NAME)) {
            return next.proceed(permit, exchange);
        }
        Caller caller = permit.caller();
        if (caller == null) {
            return asNobody(permit.route(), exchange);
        }
        if (caller instanceof Caller.InSession) {
            SameOrigin.demand(exchange.getRequest().getHeaders(), RequestScope.of(exchange));
        }
        Route route = permit.route();
        RepositoryTemplate repository = route.send().repository();
        return repository == null
                ? pass(route, person(caller), exchange)
                : installation(repository, route, exchange).flatMap(found -> pass(route, found, exchange));
    }

    /** Where the route lets strangers in, they read what everybody may, by the app's own quota; for more they sign in. */
    private Mono<Void> asNobody(Route route, ServerWebExchange exchange) {
        HttpMethod method = exchange.getRequest().getMethod();
        boolean reads = method.equals(HttpMethod.GET) || method.equals(HttpMethod.HEAD);
        return reads && route.send().repository() == null && isEverybodys(target(route, exchange))
                ? throttle.count("github-stranger:" + stranger(exchange), OF_A_STRANGER)
                        .then(Mono.defer(() -> pass(route, new Principal.OfApp(), exchange)))
                : challenger.challenge(exchange);
    }

    private static String stranger(ServerWebExchange exchange) {
        return Throttle.stranger(RequestScope.of(exchange).client());
    }

    /** Not what GitHub tells the app of itself, of those who bought it, or of its quota. */
    private static boolean isEverybodys(Target target) {
        String path = target.path();
        int slash = path.indexOf('/', 1);
        return target.isRest()
                && path.startsWith("/")
                && EVERYBODYS.contains(slash < 0 ? path.substring(1) : path.substring(1, slash));
    }

    private Target target(Route route, ServerWebExchange exchange) {
        return found(mounts.get(route, Mount::of), exchange).target();
    }

    private static Mount.Found found(Mount mount, ServerWebExchange exchange) {
        return mount.find(
                RequestScope.of(exchange).path(), exchange.getRequest().getURI().getRawQuery());
    }

    /** Where the App is no more, nothing is answered, not even from what is at hand. */
    private Mono<Principal> installation(RepositoryTemplate template, Route route, ServerWebExchange exchange) {
        String name = template.nameIn(route.path(), RequestScope.of(exchange).path());
        if (name == null) {
            throw Problem.of(ProblemCode.REPOSITORY_INVALID);
        }
        RepositoryName repository = new RepositoryName(template.owner(), name);
        return installations.installationOf(repository).map(number -> new Principal.OfInstallation(repository, number));
    }

    private static Principal person(Caller caller) {
        Person person = caller.person();
        if (person == null) {
            throw Problem.of(ProblemCode.ACCESS_DENIED, "GitHub is called as a person, and no person is calling");
        }
        return new Principal.OfPerson(person.id());
    }

    private Mono<Void> pass(Route route, Principal principal, ServerWebExchange exchange) {
        Mount mount = mounts.get(route, Mount::of);
        Mount.Found found = found(mount, exchange);
        Passage.of(exchange).asksFor(template(found.target()));
        Answers.Exchange answered = answers.to(exchange, route, mount, found.enterprise());
        return request(principal, route, found.target(), exchange.getRequest(), answered)
                .flatMap(asked -> Span.around("github", calls.call(asked)).doOnNext(answer -> save(asked, answer)))
                .map(Optional::of)
                .onErrorResume(GitHubPassthrough::isOver, over -> Mono.just(Optional.empty()))
                .flatMap(answer -> answer.map(answered::write).orElseGet(() -> challenger.challenge(exchange)));
    }

    private void save(ApiRequest asked, ApiAnswer answer) {
        if (asked.target().isRest() && Savings.isFree(answer.headers().getFirst("X-Latchkey-Cache"))) {
            savings.add(asked.principal().payer(), asked.target().path());
        }
    }

    private static String template(Target target) {
        return RouteTemplates.of(target.api() == Target.Api.GRAPHQL ? RouteTemplates.GRAPHQL : target.path());
    }

    private Mono<ApiRequest> request(
            Principal principal, Route route, Target target, ServerHttpRequest received, Answers.Exchange answered) {
        HttpHeaders headers = RequestHeaders.of(received.getHeaders());
        answered.readTags(headers);
        return Bodies.of(received, target.api() == Target.Api.GRAPHQL)
                .map(body -> new ApiRequest(
                        principal,
                        route.id(),
                        received.getMethod(),
                        target,
                        headers,
                        body,
                        kind(target, received.getMethod(), body),
                        patience,
                        Validators.NONE));
    }

    private static Kind kind(Target target, HttpMethod method, RequestBody body) {
        if (target.api() != Target.Api.GRAPHQL || !method.equals(HttpMethod.POST)) {
            return Kind.REST;
        }
        return body instanceof RequestBody.Bytes all ? GraphQlKind.of(all.bytes()) : Kind.GRAPHQL_MUTATION;
    }

    /** The session goes on, but what GitHub is asked with has ended: a new sign-in brings it back. */
    private static boolean isOver(Throwable failure) {
        return failure instanceof Problem problem && problem.code() == ProblemCode.SIGN_IN_REQUIRED;
    }
}
