package dev.latchkey.gateway.token;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.latchkey.gateway.keys.Secret;
import dev.latchkey.gateway.limit.Throttle;
import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.provider.AccessToken;
import dev.latchkey.gateway.provider.GitHub;
import dev.latchkey.gateway.provider.TokenOwner;
import dev.latchkey.gateway.route.Caller;
import dev.latchkey.gateway.route.CredentialReader;
import dev.latchkey.gateway.route.Limits;
import dev.latchkey.gateway.route.Route;
import dev.latchkey.gateway.session.Person;
import dev.latchkey.gateway.session.PersonId;
import dev.latchkey.gateway.web.RequestScope;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/**
 * Knows people by the GitHub tokens that this gateway's own app got for them, on routes that ask for it.
 *
 * <p>GitHub is asked as the app, which it answers only for the app's own tokens: a token that somebody gave to another app
 * must not open anything here, since whoever runs that app would hold it too (GitHub: "REST API endpoints for OAuth
 * authorizations", check a token). An answer is believed for a minute, yes as well as no, and asked for by however many at
 * once; how often a stranger can make the gateway ask is bounded.
 */
final class GitHubTokenReader implements CredentialReader {

    private static final Logger LOG = LoggerFactory.getLogger(GitHubTokenReader.class);
    private static final Pattern ANY_KIND = Pattern.compile("(gh[a-z]|github_pat)_[A-Za-z0-9._-]{20,2000}");
    /** Only an app's sign-ins make such; others need not be asked about. */
    private static final Pattern OF_AN_APP = Pattern.compile("gh[ou]_.*");

    private static final Duration BELIEVED = Duration.ofMinutes(1);
    /** What is told to apps lives five minutes at most and is made anew much sooner than this. */
    private static final Duration LONGEST = Duration.ofHours(1);

    private static final int MOST = 50_000;
    private static final int HANDLE_BYTES = 16;
    private static final Limits.Rate ASKED_BY_ONE = new Limits.Rate(1, Duration.ofSeconds(3), 20);
    private static final Limits.Rate ASKED_BY_ALL = new Limits.Rate(1, Duration.ofSeconds(1), 200);

    private final GitHub gitHub;
    private final Throttle throttle;
    private final Clock clock;
    private final Cache<String, Answer> answers =
            Caffeine.newBuilder().maximumSize(MOST).build();

    GitHubTokenReader(GitHub gitHub, Throttle throttle, Clock clock) {
        this.gitHub = gitHub;
        this.throttle = throttle;
        this.clock = clock;
    }

    /** What GitHub says, or is about to say. */
    private record Answer(Mono<Optional<Caller.ByCredential>> said, Instant until) {}

    @Override
    public @Nullable Mono<? extends Caller> read(Route route, Secret credential, ServerWebExchange exchange) {
        if (!route.takesGitHubTokens() || !ANY_KIND.matcher(credential.reveal()).matches()) {
            return null;
        }
        if (!OF_AN_APP.matcher(credential.reveal()).matches()) {
            return Mono.error(refused());
        }
        return answer(credential, exchange)
                .flatMap(Mono::justOrEmpty)
                .filter(caller -> clock.instant().isBefore(caller.end()))
                .switchIfEmpty(Mono.error(GitHubTokenReader::refused));
    }

    private static Problem refused() {
        return Problem.of(ProblemCode.GITHUB_TOKEN_REFUSED);
    }

    private Mono<Optional<Caller.ByCredential>> answer(Secret token, ServerWebExchange exchange) {
        String handle = handle(token);
        Answer known = answers.getIfPresent(handle);
        if (known != null && clock.instant().isBefore(known.until())) {
            return known.said();
        }
        return throttle.count(
                        "github-token:"
                                + Throttle.stranger(RequestScope.of(exchange).client()),
                        ASKED_BY_ONE)
                .then(Mono.defer(() -> throttle.count("github-tokens", ASKED_BY_ALL)))
                .then(Mono.defer(() -> flight(handle, token).said()));
    }

    /** One question for all who wait for its answer. */
    private Answer flight(String handle, Secret token) {
        return answers.asMap()
                .compute(
                        handle,
                        (key, other) -> other != null && clock.instant().isBefore(other.until())
                                ? other
                                : new Answer(
                                        ask(handle, token).cache(),
                                        clock.instant().plus(BELIEVED)));
    }

    private Mono<Optional<Caller.ByCredential>> ask(String handle, Secret token) {
        return gitHub.ownerOf(new AccessToken(token))
                .map(owner -> Optional.of(caller(handle, owner)))
                .defaultIfEmpty(Optional.empty())
                .doOnError(failure -> answers.invalidate(handle))
                .onErrorMap(failure -> !(failure instanceof Problem), GitHubTokenReader::unreachable);
    }

    private static Problem unreachable(Throwable failure) {
        LOG.warn("GitHub cannot be asked whose a token is: {}", failure.toString());
        return Problem.of(ProblemCode.GITHUB_UNREACHABLE)
                .retryAfter(Duration.ofSeconds(5))
                .causedBy(failure);
    }

    /** GitHub tells no verified address here, so lines that go by one let nobody in. */
    private Caller.ByCredential caller(String handle, TokenOwner owner) {
        Person person = new Person(
                new PersonId(GitHub.ID, owner.id()), owner.login(), owner.name(), null, false, owner.picture());
        Instant end = owner.expiresAt() == null ? clock.instant().plus(LONGEST) : owner.expiresAt();
        return new Caller.ByCredential(person, handle, end);
    }

    private static String handle(Secret token) {
        try {
            byte[] hash =
                    MessageDigest.getInstance("SHA-256").digest(token.reveal().getBytes(UTF_8));
            return "github-token:"
                    + Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(hash, HANDLE_BYTES));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
