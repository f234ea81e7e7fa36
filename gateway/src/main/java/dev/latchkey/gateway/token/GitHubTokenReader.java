package dev.latchkey.gateway.token;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.latchkey.gateway.keys.Secret;
import dev.latchkey.gateway.keys.Sha256;
import dev.latchkey.gateway.limit.Guesses;
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
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
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
 * once.
 *
 * <p>Who is known is never turned away for what others do. A token that was good is asked about again beside all budgets of
 * strangers; and when there are more of these than GitHub lets an app ask about, or GitHub cannot be asked, a yes is believed
 * on, ten minutes at most. What is not known has to fit in the budgets of {@link Guesses}. With the numbers below the two
 * together stay under the five thousand questions in an hour that GitHub answers an app.
 */
final class GitHubTokenReader implements CredentialReader {

    private static final Logger LOG = LoggerFactory.getLogger(GitHubTokenReader.class);
    private static final Pattern ANY_KIND = Pattern.compile("(gh[a-z]|github_pat)_[A-Za-z0-9._-]{20,2000}");
    /** Only an app's sign-ins make such; others need not be asked about. */
    private static final Pattern OF_AN_APP = Pattern.compile("gh[ou]_.*");

    private static final Duration BELIEVED = Duration.ofMinutes(1);
    private static final Duration BELIEVED_ON = Duration.ofMinutes(10);
    private static final Duration PAUSE = Duration.ofSeconds(10);
    /** What is told to apps lives five minutes at most and is made anew much sooner than this. */
    private static final Duration LONGEST = Duration.ofHours(1);

    private static final int MOST_GOOD = 50_000;
    private static final int MOST_WRONG = 20_000;
    private static final int HANDLE_BYTES = 16;
    private static final String AGAIN = "github-tokens-again";
    private static final Limits.Rate ASKED_AGAIN = new Limits.Rate(3, Duration.ofSeconds(4), 120);
    private static final Guesses.Bounds GUESSED = new Guesses.Bounds(
            new Limits.Rate(1, Duration.ofSeconds(30), 20),
            new Limits.Rate(1, Duration.ofSeconds(20), 40),
            new Limits.Rate(1, Duration.ofSeconds(2), 400));

    private final GitHub gitHub;
    private final Throttle throttle;
    private final Guesses guesses;
    private final Clock clock;
    private final Cache<String, Good> good =
            Caffeine.newBuilder().maximumSize(MOST_GOOD).build();
    private final Cache<String, Instant> wrong =
            Caffeine.newBuilder().maximumSize(MOST_WRONG).build();
    /** One question for all who wait for its answer. */
    private final Map<String, Mono<Caller.ByCredential>> flights = new ConcurrentHashMap<>();

    GitHubTokenReader(GitHub gitHub, Throttle throttle, Clock clock) {
        this.gitHub = gitHub;
        this.throttle = throttle;
        this.guesses = new Guesses("github-tokens", GUESSED, throttle);
        this.clock = clock;
    }

    /**
     * What GitHub said yes to.
     *
     * @param said when it did
     * @param until from when on it is asked again
     */
    private record Good(Caller.ByCredential caller, Instant said, Instant until) {

        static Good now(Caller.ByCredential caller, Instant now) {
            return new Good(caller, now, now.plus(BELIEVED));
        }

        boolean canBeBelievedOn(Instant now) {
            return now.isBefore(said.plus(BELIEVED_ON));
        }

        Good on(Instant now) {
            return new Good(caller, said, now.plus(PAUSE));
        }
    }

    @Override
    public @Nullable Mono<? extends Caller> read(Route route, Secret credential, ServerWebExchange exchange) {
        if (!route.takesGitHubTokens() || !ANY_KIND.matcher(credential.reveal()).matches()) {
            return null;
        }
        if (!OF_AN_APP.matcher(credential.reveal()).matches()) {
            return Mono.error(refused());
        }
        return owner(credential, RequestScope.of(exchange).client())
                .filter(caller -> clock.instant().isBefore(caller.end()))
                .switchIfEmpty(Mono.error(GitHubTokenReader::refused));
    }

    private static Problem refused() {
        return Problem.of(ProblemCode.GITHUB_TOKEN_REFUSED);
    }

    private Mono<Caller.ByCredential> owner(Secret token, String address) {
        String handle = handle(token);
        Instant now = clock.instant();
        Good known = good.getIfPresent(handle);
        if (known != null) {
            return now.isBefore(known.until()) ? Mono.just(known.caller()) : again(known, handle, token);
        }
        Instant refused = wrong.getIfPresent(handle);
        return refused != null && now.isBefore(refused)
                ? Mono.empty()
                : once(handle, () -> guesses.look(address, ask(handle, token)));
    }

    private Mono<Caller.ByCredential> again(Good known, String handle, Secret token) {
        if (!known.canBeBelievedOn(clock.instant())) {
            return once(handle, () -> ask(handle, token));
        }
        return once(
                handle,
                () -> throttle.count(AGAIN, ASKED_AGAIN)
                        .then(Mono.defer(() -> ask(handle, token)))
                        .onErrorResume(Problem.class, later -> Mono.fromSupplier(() -> believeOn(known, handle))));
    }

    private Caller.ByCredential believeOn(Good known, String handle) {
        good.put(handle, known.on(clock.instant()));
        return known.caller();
    }

    /** Whoever asks after the answer asks anew: it is taken away before anybody has it. */
    private Mono<Caller.ByCredential> once(String handle, Supplier<Mono<Caller.ByCredential>> question) {
        return Mono.defer(() -> flights.computeIfAbsent(
                handle,
                key -> question.get().doOnTerminate(() -> flights.remove(key)).cache()));
    }

    private Mono<Caller.ByCredential> ask(String handle, Secret token) {
        return gitHub.ownerOf(new AccessToken(token))
                .map(owner -> caller(handle, owner))
                .doOnSuccess(caller -> remember(handle, caller))
                .onErrorMap(failure -> !(failure instanceof Problem), GitHubTokenReader::unreachable);
    }

    private void remember(String handle, Caller.@Nullable ByCredential caller) {
        if (caller == null) {
            good.invalidate(handle);
            wrong.put(handle, clock.instant().plus(BELIEVED));
        } else {
            good.put(handle, Good.now(caller, clock.instant()));
        }
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
        return "github-token:" + Sha256.name(token.reveal(), HANDLE_BYTES);
    }
}
