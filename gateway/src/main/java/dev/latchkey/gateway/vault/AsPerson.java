package dev.latchkey.gateway.vault;

import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.provider.AccessToken;
import dev.latchkey.gateway.provider.TokenRejected;
import dev.latchkey.gateway.session.PersonId;
import dev.latchkey.gateway.vault.StoredTokens.Kept;
import java.time.Duration;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.util.retry.Retry;

/**
 * Calls the provider's API with a person's token, and knows what a 401 means: the token may have been renewed meanwhile,
 * be too new for all of the API to know, or be really dead. Only the last ends the person's sign-in, and only if the
 * provider confirms it to the app; an outage that answers everything with 401 ends nothing.
 */
public final class AsPerson {

    private static final Logger LOG = LoggerFactory.getLogger(AsPerson.class);
    private static final Duration RETRY_AFTER = Duration.ofSeconds(10);
    private static final Duration LAG = Duration.ofSeconds(1);

    private final TokenVault vault;
    private final StoredTokens tokens;
    private final TokenSources sources;
    private final Refresher refresher;
    private final Scheduler timer;

    AsPerson(TokenVault vault, StoredTokens tokens, TokenSources sources, Refresher refresher, Scheduler timer) {
        this.vault = vault;
        this.tokens = tokens;
        this.sources = sources;
        this.refresher = refresher;
        this.timer = timer;
    }

    /**
     * The result of a call made with a token that works.
     *
     * @param call to be made, perhaps several times; fails with {@link TokenRejected} when the answer is 401
     * @return fails as {@link TokenVault#fresh} does, and as the call does with anything but a 401
     */
    public <T> Mono<T> call(PersonId person, Function<AccessToken, Mono<T>> call) {
        return vault.fresh(person)
                .flatMap(token -> call.apply(token)
                        .onErrorResume(TokenRejected.class, rejected -> rejected(person, token, call)));
    }

    private <T> Mono<T> rejected(PersonId person, AccessToken token, Function<AccessToken, Mono<T>> call) {
        return tokens.find(person)
                .switchIfEmpty(Mono.error(AsPerson::over))
                .flatMap(kept -> kept.record().token().accessToken().equals(token)
                        ? verdict(person, kept).flatMap(hope -> again(hope, call))
                        : again(kept.record().token().accessToken(), call));
    }

    private <T> Mono<T> again(AccessToken token, Function<AccessToken, Mono<T>> call) {
        return Mono.delay(LAG, timer)
                .then(Mono.defer(() -> call.apply(token)))
                .retryWhen(patiently())
                .onErrorMap(failure -> failure.getCause() instanceof TokenRejected, AsPerson::unavailable);
    }

    /** Three tries within some three seconds, as long as replicas are known to lag. */
    private Retry patiently() {
        return Retry.backoff(2, LAG).jitter(0).scheduler(timer).filter(TokenRejected.class::isInstance);
    }

    /** The token there is hope for: this one, or one that has come in its place. */
    private Mono<AccessToken> verdict(PersonId person, Kept kept) {
        AccessToken token = kept.record().token().accessToken();
        return sources.of(person)
                .isLive(token)
                .onErrorResume(e -> {
                    LOG.warn("GitHub refuses a token and does not say whether it is good: {}", e.toString());
                    return Mono.just(true);
                })
                .flatMap(live -> live
                        ? Mono.just(token)
                        : refresher
                                .dead(person, kept)
                                .map(record -> record.token().accessToken())
                                .onErrorMap(TokenOver.class, e -> over()));
    }

    private static Problem over() {
        return Problem.of(ProblemCode.SIGN_IN_REQUIRED, "Your sign-in with GitHub has ended. Sign in again");
    }

    private static Problem unavailable(Throwable cause) {
        return Problem.of(ProblemCode.TOKEN_UNAVAILABLE).retryAfter(RETRY_AFTER).causedBy(cause);
    }
}
