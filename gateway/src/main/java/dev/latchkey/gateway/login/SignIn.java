package dev.latchkey.gateway.login;

import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.provider.GitHub;
import dev.latchkey.gateway.provider.ProviderToken;
import dev.latchkey.gateway.provider.TokenEndpoint;
import dev.latchkey.gateway.provider.TokenRefused;
import dev.latchkey.gateway.session.BrowserSession;
import dev.latchkey.gateway.session.Person;
import dev.latchkey.gateway.session.PersonId;
import dev.latchkey.gateway.session.SessionEnded.Reason;
import dev.latchkey.gateway.session.Sessions;
import dev.latchkey.gateway.store.Store;
import dev.latchkey.gateway.token.ApiTokens;
import dev.latchkey.gateway.vault.TokenVault;
import dev.latchkey.gateway.web.GatewayAddress;
import dev.latchkey.gateway.web.RequestScope;
import java.net.URI;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.security.oauth2.client.endpoint.OAuth2AuthorizationCodeGrantRequest;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.client.registration.ReactiveClientRegistrationRepository;
import org.springframework.security.oauth2.client.web.server.DefaultServerOAuth2AuthorizationRequestResolver;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationExchange;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationResponse;
import org.springframework.security.oauth2.core.endpoint.PkceParameterNames;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/**
 * Signs a person in by the authorization code grant with PKCE: one attempt for each start, finished at most once, in
 * the browser that started it.
 *
 * <p>The order of checks on the way back matters. Nothing is asked of the provider before the answer is known to
 * belong to an attempt of this browser, to be in time, to be the first, and to come from the right issuer.
 */
final class SignIn {

    private static final Logger LOG = LoggerFactory.getLogger(SignIn.class);

    private final GitHub gitHub;
    private final AttemptCookies attempts;
    private final TokenEndpoint tokens;
    private final GitHubProfile profiles;
    private final Sessions sessions;
    private final TokenVault vault;
    private final ApiTokens apiTokens;
    private final Store store;
    private final ReturnTarget targets;
    private final GatewayAddress address;
    private final Clock clock;
    private final SignInFailures failures;

    SignIn(
            GitHub gitHub,
            AttemptCookies attempts,
            TokenEndpoint tokens,
            GitHubProfile profiles,
            Sessions sessions,
            TokenVault vault,
            ApiTokens apiTokens,
            Store store,
            ReturnTarget targets,
            GatewayAddress address,
            Clock clock,
            SignInFailures failures) {
        this.gitHub = gitHub;
        this.attempts = attempts;
        this.tokens = tokens;
        this.profiles = profiles;
        this.sessions = sessions;
        this.vault = vault;
        this.apiTokens = apiTokens;
        this.store = store;
        this.targets = targets;
        this.address = address;
        this.clock = clock;
        this.failures = failures;
    }

    /** Remembers an attempt in the browser and gives the address at the provider to send it to. */
    Mono<String> start(ServerWebExchange exchange, String target) {
        return start(exchange, target, gitHub.registration());
    }

    /** The same as that registration has it, with a callback of its own perhaps. */
    Mono<String> start(ServerWebExchange exchange, String target, ClientRegistration registration) {
        ReactiveClientRegistrationRepository registrations = id -> Mono.just(registration);
        return new DefaultServerOAuth2AuthorizationRequestResolver(registrations)
                .resolve(exchange, GitHub.ID)
                .doOnNext(request ->
                        attempts.remember(attempt(request, target), exchange.getRequest(), exchange.getResponse()))
                .map(OAuth2AuthorizationRequest::getAuthorizationRequestUri);
    }

    private SignInAttempt attempt(OAuth2AuthorizationRequest request, String target) {
        Object verifier = request.getAttributes().get(PkceParameterNames.CODE_VERIFIER);
        if (!(verifier instanceof String text)) {
            throw new IllegalStateException("the authorization request has no PKCE verifier");
        }
        return new SignInAttempt(String.valueOf(request.getState()), text, target, clock.millis());
    }

    /** What came of an attempt: where to go, signed in as whom. */
    record Finished(String target, Sessions.Started started) {}

    /** Finishes the attempt that the provider's answer belongs to. */
    Mono<Finished> finish(ServerWebExchange exchange) {
        return finish(exchange, gitHub.registration());
    }

    /** The same for an attempt that was started with that registration. */
    Mono<Finished> finish(ServerWebExchange exchange, ClientRegistration registration) {
        ServerHttpRequest request = exchange.getRequest();
        return Mono.fromCallable(() -> CallbackAnswer.stateIn(request.getQueryParams()))
                .flatMap(state -> {
                    if (attempts.isKnown(state, request)) {
                        attempts.forget(state, exchange.getResponse());
                    }
                    return attemptOf(state, request);
                })
                .onErrorMap(Problem.class, problem -> problem.startOverAt(address.at("/start")))
                .flatMap(attempt -> Mono.fromCallable(() -> CallbackAnswer.read(request.getQueryParams()))
                        .flatMap(answer -> finish(attempt, answer, origin(exchange), registration))
                        .onErrorResume(
                                Problem.class,
                                problem -> failures.failed(attempt.target(), problem.startOverAt(startOf(attempt)))
                                        .flatMap(Mono::error)));
    }

    private URI startOf(SignInAttempt attempt) {
        return address.at(targets.startFor(attempt.target()));
    }

    private Mono<SignInAttempt> attemptOf(String state, ServerHttpRequest request) {
        return attempts.find(state, request)
                .map(Mono::just)
                .orElseGet(() -> store.get(usedKey(state))
                        .flatMap(used -> Mono.<SignInAttempt>error(Problem.of(ProblemCode.STATE_USED)))
                        .switchIfEmpty(Mono.error(() -> Problem.of(
                                attempts.isKnown(state, request)
                                        ? ProblemCode.STATE_INVALID
                                        : ProblemCode.STATE_MISSING))));
    }

    private Mono<Finished> finish(
            SignInAttempt attempt,
            CallbackAnswer answer,
            BrowserSession.Origin origin,
            ClientRegistration registration) {
        Instant now = clock.instant();
        if (attempt.isExpired(now)) {
            return Mono.error(Problem.of(ProblemCode.STATE_EXPIRED));
        }
        if (answer.issuer() != null && !answer.issuer().equals(gitHub.issuer())) {
            return Mono.error(Problem.of(ProblemCode.ISSUER_WRONG));
        }
        if (answer.error() != null) {
            return Mono.error(refusal(answer.error()));
        }
        return store.putIfAbsent(usedKey(attempt.state()), new byte[] {1}, now.plus(SignInAttempt.LIFE))
                .filter(first -> first)
                .switchIfEmpty(Mono.error(() -> Problem.of(ProblemCode.STATE_USED)))
                .flatMap(first -> exchange(attempt, answer.codeOrThrow(), registration))
                .flatMap(arrived -> begin(arrived, origin))
                .map(started -> new Finished(attempt.target(), started));
    }

    private static Problem refusal(String error) {
        return switch (error) {
            case "access_denied" -> Problem.of(ProblemCode.SIGN_IN_DECLINED);
            case "redirect_uri_mismatch", "application_suspended" -> Problem.of(ProblemCode.PROVIDER_MISCONFIGURED);
            default -> Problem.of(ProblemCode.PROVIDER_FAILED, "GitHub refused to sign you in");
        };
    }

    private record Arrived(Person person, ProviderToken token) {}

    private Mono<Arrived> exchange(SignInAttempt attempt, String code, ClientRegistration registration) {
        return tokens.exchange(grantRequest(registration, attempt, code))
                .onErrorMap(TokenRefused.class, SignIn::asProblem)
                .doOnNext(token -> noticeMissing(registration.getScopes(), token.scopes()))
                .flatMap(token -> profiles.read(registration, token).map(person -> new Arrived(person, token)));
    }

    /** Whoever's rules need such a scope refuses later, and says so; here is why. */
    private static void noticeMissing(Set<String> asked, Set<String> granted) {
        Set<String> missing = GrantedScopes.missing(asked, granted);
        if (!missing.isEmpty()) {
            LOG.warn(
                    "GitHub granted a new sign-in less than was asked for: {} is missing. What needs it will not work",
                    String.join(", ", missing));
        }
    }

    private static Problem asProblem(TokenRefused refused) {
        Problem problem = switch (refused.reason()) {
            case SPENT -> Problem.of(ProblemCode.CODE_REFUSED);
            case MISCONFIGURED -> Problem.of(ProblemCode.PROVIDER_MISCONFIGURED);
            case UNAVAILABLE ->
                Problem.of(
                        ProblemCode.PROVIDER_FAILED,
                        "GitHub did not hand out a token. For one person it makes at most ten an hour");
        };
        return problem.causedBy(refused);
    }

    private static OAuth2AuthorizationCodeGrantRequest grantRequest(
            ClientRegistration registration, SignInAttempt attempt, String code) {
        OAuth2AuthorizationRequest asked = OAuth2AuthorizationRequest.authorizationCode()
                .clientId(registration.getClientId())
                .authorizationUri(registration.getProviderDetails().getAuthorizationUri())
                .redirectUri(registration.getRedirectUri())
                .state(attempt.state())
                .attributes(Map.of(PkceParameterNames.CODE_VERIFIER, attempt.verifier()))
                .build();
        OAuth2AuthorizationResponse answered = OAuth2AuthorizationResponse.success(code)
                .redirectUri(registration.getRedirectUri())
                .state(attempt.state())
                .build();
        return new OAuth2AuthorizationCodeGrantRequest(registration, new OAuth2AuthorizationExchange(asked, answered));
    }

    /** The token is kept before the browser learns of its session; a session whose token is lost is taken back. */
    private Mono<Sessions.Started> begin(Arrived arrived, BrowserSession.Origin origin) {
        return sessions.start(arrived.person(), origin).flatMap(started -> {
            BrowserSession session = started.session();
            PersonId person = arrived.person().id();
            return vault.keep(person, arrived.token(), sessions.endOf(session))
                    .then(Mono.defer(() -> apiTokens.signedIn(arrived.person())))
                    .onErrorResume(failure -> sessions.end(person, session.id(), Reason.SIGNED_OUT)
                            .then(Mono.error(failure)))
                    .thenReturn(started);
        });
    }

    private static BrowserSession.Origin origin(ServerWebExchange exchange) {
        String agent = exchange.getRequest().getHeaders().getFirst(HttpHeaders.USER_AGENT);
        return new BrowserSession.Origin(RequestScope.of(exchange).client(), agent == null ? "" : agent);
    }

    private static String usedKey(String state) {
        return "attempt-used:" + AttemptCookies.nameOf(state);
    }
}
