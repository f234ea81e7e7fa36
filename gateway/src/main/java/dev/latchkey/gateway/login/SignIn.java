package dev.latchkey.gateway.login;

import dev.latchkey.gateway.limit.Guesses;
import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.provider.GitHub;
import dev.latchkey.gateway.provider.TokenRefused;
import dev.latchkey.gateway.session.BrowserSession;
import dev.latchkey.gateway.session.PersonId;
import dev.latchkey.gateway.session.SessionEnded.Reason;
import dev.latchkey.gateway.session.Sessions;
import dev.latchkey.gateway.store.Store;
import dev.latchkey.gateway.token.ApiTokens;
import dev.latchkey.gateway.vault.TokenVault;
import dev.latchkey.gateway.watch.Audit;
import dev.latchkey.gateway.watch.AuditEvent;
import dev.latchkey.gateway.watch.AuditEvent.Action;
import dev.latchkey.gateway.web.GatewayAddress;
import dev.latchkey.gateway.web.RequestScope;
import java.net.URI;
import java.time.Clock;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.security.crypto.keygen.Base64StringKeyGenerator;
import org.springframework.security.oauth2.client.endpoint.OAuth2AuthorizationCodeGrantRequest;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.client.web.server.DefaultServerOAuth2AuthorizationRequestResolver;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationExchange;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationResponse;
import org.springframework.security.oauth2.core.endpoint.PkceParameterNames;
import org.springframework.security.oauth2.core.oidc.endpoint.OidcParameterNames;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/**
 * Signs a person in by the authorization code grant with PKCE: one attempt for each start, finished at most once, in
 * the browser that started it.
 *
 * <p>The order of checks on the way back matters. Nothing is asked of the provider before the answer is known to
 * belong to an attempt of this browser, to be in time, to be the first, and to come from the right issuer.
 */
public final class SignIn {

    private static final Base64StringKeyGenerator STATES =
            new Base64StringKeyGenerator(Base64.getUrlEncoder().withoutPadding(), 32);

    private final SignInProviders providers;
    private final AttemptCookies attempts;
    private final Sessions sessions;
    private final TokenVault vault;
    private final ApiTokens apiTokens;
    private final Store store;
    private final ReturnTarget targets;
    private final GatewayAddress address;
    private final Clock clock;
    private final SignInFailures failures;
    private final Guesses states;
    private final Audit audit;

    SignIn(
            SignInProviders providers,
            AttemptCookies attempts,
            Sessions sessions,
            TokenVault vault,
            ApiTokens apiTokens,
            Store store,
            ReturnTarget targets,
            GatewayAddress address,
            Clock clock,
            SignInFailures failures,
            Guesses states,
            Audit audit) {
        this.providers = providers;
        this.attempts = attempts;
        this.sessions = sessions;
        this.vault = vault;
        this.apiTokens = apiTokens;
        this.store = store;
        this.targets = targets;
        this.address = address;
        this.clock = clock;
        this.failures = failures;
        this.states = states;
        this.audit = audit;
    }

    // The way there

    /**
     * How a sign-in begins.
     *
     * @param provider the provider's name
     * @param target where the person wants to go afterwards, already found fit
     * @param callback where the provider sends them back to; null for the address that is the provider's own
     * @param stateSuffix stands behind the state; empty, unless somebody reads it
     */
    public record Start(
            String provider, String target, @Nullable URI callback, String stateSuffix) {}

    /**
     * Remembers an attempt in the browser and gives the request at the provider to send it to.
     *
     * @return fails with {@code provider.unknown}
     */
    public Mono<OAuth2AuthorizationRequest> start(ServerWebExchange exchange, Start start) {
        return providers.named(start.provider()).flatMap(provider -> {
            URI callback = start.callback() == null ? callbackOf(provider.id()) : start.callback();
            return request(exchange, provider, callback, start.stateSuffix())
                    .doOnNext(request -> attempts.remember(
                            attempt(request, provider, start.target(), callback),
                            exchange.getRequest(),
                            exchange.getResponse()));
        });
    }

    /** Where that provider's answers come to: each has an address of its own, so that none can be taken for another's. */
    private URI callbackOf(String provider) {
        return provider.equals(GitHub.ID) ? address.at("/callback") : ProviderChanges.callbackOf(address, provider);
    }

    private static Mono<OAuth2AuthorizationRequest> request(
            ServerWebExchange exchange, SignInProvider provider, URI callback, String stateSuffix) {
        ClientRegistration registration = provider.registration(callback);
        DefaultServerOAuth2AuthorizationRequestResolver requests =
                new DefaultServerOAuth2AuthorizationRequestResolver(id -> Mono.just(registration));
        requests.setAuthorizationRequestCustomizer(request -> {
            request.additionalParameters(more -> more.putAll(provider.extraParameters()));
            if (!stateSuffix.isEmpty()) {
                // It is to be read by programs that know no other letters.
                request.state(STATES.generateKey() + stateSuffix);
            }
        });
        return requests.resolve(exchange, registration.getRegistrationId());
    }

    private SignInAttempt attempt(
            OAuth2AuthorizationRequest request, SignInProvider provider, String target, URI callback) {
        Object verifier = request.getAttributes().get(PkceParameterNames.CODE_VERIFIER);
        if (!(verifier instanceof String text)) {
            throw new IllegalStateException("the authorization request has no PKCE verifier");
        }
        Object nonce = request.getAttributes().get(OidcParameterNames.NONCE);
        return new SignInAttempt(
                String.valueOf(request.getState()),
                text,
                target,
                clock.millis(),
                provider.id(),
                nonce instanceof String known ? known : null,
                callback.toString());
    }

    // The way back

    /** What came of an attempt: where to go, signed in as whom. */
    public record Finished(String target, Sessions.Started started) {}

    /** Finishes the attempt that the answer of that provider, by its id, belongs to; null is GitHub. */
    Mono<Finished> finish(ServerWebExchange exchange, @Nullable String provider) {
        return finish(exchange, callbackOf(provider == null ? GitHub.ID : provider));
    }

    /**
     * Finishes the attempt that the provider's answer belongs to, if that is the address to finish it at.
     *
     * @return fails with a problem; among them {@code sign-in.code.refused}, caused by {@link TokenRefused}
     */
    public Mono<Finished> finish(ServerWebExchange exchange, URI callback) {
        return finish(exchange, callback, anywhere -> true);
    }

    /** @param mayLeadTo says of the target whether one may still go there; asked before the provider's code is spent */
    Mono<Finished> finish(ServerWebExchange exchange, URI callback, Predicate<String> mayLeadTo) {
        ServerHttpRequest request = exchange.getRequest();
        return Mono.fromCallable(() -> CallbackAnswer.stateIn(request.getQueryParams()))
                .flatMap(state -> {
                    if (attempts.isKnown(state, request)) {
                        attempts.forget(state, exchange.getResponse());
                    }
                    return attemptOf(state, request, RequestScope.of(exchange).client());
                })
                .doOnNext(attempt -> checkPlace(attempt, callback))
                .filter(attempt -> mayLeadTo.test(attempt.target()))
                .switchIfEmpty(Mono.error(() -> Problem.of(ProblemCode.STATE_INVALID)))
                .onErrorMap(Problem.class, problem -> problem.startOverAt(address.at("/start")))
                .flatMap(attempt -> Mono.fromCallable(() -> CallbackAnswer.read(request.getQueryParams()))
                        .flatMap(answer -> finish(attempt, answer, callback, exchange))
                        .onErrorResume(
                                Problem.class,
                                problem -> failures.failed(attempt.target(), problem.startOverAt(startOf(attempt)))
                                        .flatMap(Mono::error)))
                .doOnError(Problem.class, problem -> audit.tell(failed(exchange, problem)));
    }

    private static AuditEvent failed(ServerWebExchange exchange, Problem problem) {
        RequestScope scope = RequestScope.of(exchange);
        return AuditEvent.failure(Action.SIGN_IN, problem.code().code())
                .with("client", scope.client())
                .with("request", scope.requestId());
    }

    private static AuditEvent succeeded(
            ServerWebExchange exchange, SignInProvider.Arrived arrived, Sessions.Started started) {
        RequestScope scope = RequestScope.of(exchange);
        return AuditEvent.success(Action.SIGN_IN)
                .of(arrived.person().id().toString())
                .with("login", arrived.person().login())
                .withSession(started.session().id())
                .withToken(arrived.token().accessToken().reveal())
                .with("client", scope.client())
                .with("request", scope.requestId());
    }

    private URI startOf(SignInAttempt attempt) {
        return address.at(targets.startFor(attempt.target()));
    }

    /** Whoever sends too many states that are nobody's is told of all that they are unknown: so they cost no look-up. */
    private Mono<SignInAttempt> attemptOf(String state, ServerHttpRequest request, String client) {
        return attempts.find(state, request)
                .map(Mono::just)
                .orElseGet(() -> states.look(client, store.get(usedKey(state)))
                        .onErrorResume(SignIn::isTooMany, tooMany -> Mono.empty())
                        .flatMap(used -> Mono.<SignInAttempt>error(Problem.of(ProblemCode.STATE_USED)))
                        .switchIfEmpty(Mono.error(() -> Problem.of(
                                attempts.isKnown(state, request)
                                        ? ProblemCode.STATE_INVALID
                                        : ProblemCode.STATE_MISSING))));
    }

    private static boolean isTooMany(Throwable failure) {
        return failure instanceof Problem problem && problem.code() == ProblemCode.RATE_LIMITED;
    }

    /** One provider's answer at another's address is how a bad one gets at the codes of a good one. */
    private void checkPlace(SignInAttempt attempt, URI callback) {
        String place = attempt.callback() == null ? callbackOf(GitHub.ID).toString() : attempt.callback();
        if (!place.equals(callback.toString())) {
            throw Problem.of(ProblemCode.STATE_INVALID, "This sign-in belongs to another provider");
        }
    }

    private Mono<Finished> finish(
            SignInAttempt attempt, CallbackAnswer answer, URI callback, ServerWebExchange exchange) {
        if (attempt.isExpired(clock.instant())) {
            return Mono.error(Problem.of(ProblemCode.STATE_EXPIRED));
        }
        return providers
                .withId(attempt.provider() == null ? GitHub.ID : attempt.provider())
                .filterWhen(provider -> providers.isAnswerOf(provider, answer.issuer()))
                .switchIfEmpty(Mono.error(() -> Problem.of(ProblemCode.ISSUER_WRONG)))
                .flatMap(provider -> finish(provider, attempt, answer, callback, exchange));
    }

    private Mono<Finished> finish(
            SignInProvider provider,
            SignInAttempt attempt,
            CallbackAnswer answer,
            URI callback,
            ServerWebExchange exchange) {
        if (answer.error() != null) {
            return Mono.error(refusal(provider, answer.error()));
        }
        Instant end = clock.instant().plus(SignInAttempt.LIFE);
        return store.putIfAbsent(usedKey(attempt.state()), new byte[] {1}, end)
                .filter(first -> first)
                .switchIfEmpty(Mono.error(() -> Problem.of(ProblemCode.STATE_USED)))
                .flatMap(first -> exchange(provider, attempt, answer.codeOrThrow(), callback))
                .flatMap(arrived -> begin(provider, arrived, origin(exchange))
                        .doOnNext(started -> audit.tell(succeeded(exchange, arrived, started))))
                .map(started -> new Finished(attempt.target(), started));
    }

    private static Problem refusal(SignInProvider provider, String error) {
        return switch (error) {
            case "access_denied" -> Problem.of(ProblemCode.SIGN_IN_DECLINED);
            case "redirect_uri_mismatch", "application_suspended" -> Problem.of(ProblemCode.PROVIDER_MISCONFIGURED);
            default -> Problem.of(ProblemCode.PROVIDER_FAILED, provider.label() + " refused to sign you in");
        };
    }

    private Mono<SignInProvider.Arrived> exchange(
            SignInProvider provider, SignInAttempt attempt, String code, URI callback) {
        ClientRegistration registration = provider.registration(callback);
        return provider.arrive(
                        grantRequest(registration, attempt, code),
                        attempt.nonce(),
                        token -> vault.giveBack(provider.id(), token))
                .onErrorMap(TokenRefused.class, refused -> asProblem(provider, refused));
    }

    private static Problem asProblem(SignInProvider provider, TokenRefused refused) {
        Problem problem = switch (refused.reason()) {
            case SPENT -> Problem.of(ProblemCode.CODE_REFUSED);
            case MISCONFIGURED -> Problem.of(ProblemCode.PROVIDER_MISCONFIGURED);
            case UNAVAILABLE ->
                Problem.of(
                        ProblemCode.PROVIDER_FAILED,
                        provider.id().equals(GitHub.ID)
                                ? "GitHub did not hand out a token. For one person it makes at most ten an hour"
                                : provider.label() + " did not hand out a token");
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

    /**
     * The token is kept before the browser learns of its session; a session whose token is lost is taken back, and a token
     * that no session came of.
     */
    private Mono<Sessions.Started> begin(
            SignInProvider provider, SignInProvider.Arrived arrived, BrowserSession.Origin origin) {
        return sessions.start(arrived.person(), origin)
                .doOnError(failure -> vault.giveBack(provider.id(), arrived.token()))
                .flatMap(started -> {
                    BrowserSession session = started.session();
                    PersonId person = arrived.person().id();
                    return vault.keep(person, arrived.token(), sessions.endOf(session))
                            .then(Mono.defer(() -> apiTokens.signedIn(arrived.person())))
                            .then(Mono.defer(() -> checkTakenIn(provider)))
                            .onErrorResume(failure -> sessions.end(person, session.id(), Reason.SIGNED_OUT)
                                    .then(Mono.error(failure)))
                            .thenReturn(started);
                });
    }

    /** Asked when all is written: a provider that is removed meanwhile either finds this person or is found here. */
    private Mono<Void> checkTakenIn(SignInProvider provider) {
        return providers
                .takesIn(provider)
                .flatMap(taken -> taken ? Mono.empty() : Mono.error(SignInProviders.unknown()));
    }

    private static BrowserSession.Origin origin(ServerWebExchange exchange) {
        String agent = exchange.getRequest().getHeaders().getFirst(HttpHeaders.USER_AGENT);
        return new BrowserSession.Origin(RequestScope.of(exchange).client(), agent == null ? "" : agent);
    }

    private static String usedKey(String state) {
        return "attempt-used:" + AttemptCookies.nameOf(state);
    }
}
