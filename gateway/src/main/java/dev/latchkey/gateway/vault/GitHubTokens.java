package dev.latchkey.gateway.vault;

import dev.latchkey.gateway.provider.AccessToken;
import dev.latchkey.gateway.provider.GitHub;
import dev.latchkey.gateway.provider.ProviderToken;
import dev.latchkey.gateway.provider.TokenEndpoint;
import dev.latchkey.gateway.watch.Audit;
import dev.latchkey.gateway.watch.AuditEvent;
import dev.latchkey.gateway.watch.AuditEvent.Action;
import java.time.Clock;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;

/** Tokens of GitHub's. */
final class GitHubTokens implements TokenSource {

    private static final Logger LOG = LoggerFactory.getLogger(GitHubTokens.class);
    private static final Duration FIRST_RETRY = Duration.ofSeconds(1);
    private static final int RETRIES = 5;
    /** An app has 5,000 calls of this kind an hour, which people who sign in or out need more. */
    private static final Duration LAPSE_SPACING = Duration.ofSeconds(1);
    /** So long a token is held for this alone; what does not get its turn by then ends at GitHub in GitHub's own time. */
    private static final Duration LONGEST_LAPSE = Duration.ofMinutes(5);

    private final TokenEndpoint endpoint;
    private final GitHub gitHub;
    private final Audit audit;
    private final Clock clock;
    private final Turns lapses = new Turns(LAPSE_SPACING, LONGEST_LAPSE);

    GitHubTokens(TokenEndpoint endpoint, GitHub gitHub, Audit audit, Clock clock) {
        this.endpoint = endpoint;
        this.gitHub = gitHub;
        this.audit = audit;
        this.clock = clock;
    }

    @Override
    public Mono<ProviderToken> refresh(ProviderToken token) {
        return endpoint.refresh(token);
    }

    @Override
    public Mono<Boolean> isLive(AccessToken token) {
        return gitHub.isLive(token);
    }

    @Override
    public void giveBack(AccessToken token) {
        beside(token, Mono.defer(() -> gitHub.revokeAlone(token)));
    }

    @Override
    public void release(AccessToken token, Mono<Boolean> back) {
        beside(token, back.flatMap(isBack -> isBack ? gitHub.revokeAlone(token) : gitHub.revoke(token)));
    }

    @Override
    public void lapse(AccessToken token) {
        Duration wait = lapses.next(clock.instant());
        if (wait != null) {
            Mono.delay(wait).subscribe(turn -> giveBack(token));
        }
    }

    /** Nobody waits for GitHub to be told, and nothing depends on whether it hears. */
    private void beside(AccessToken token, Mono<Void> revocation) {
        revocation
                .retryWhen(Retry.backoff(RETRIES, FIRST_RETRY))
                .subscribe(
                        done -> {},
                        e -> failed(token, e),
                        () -> audit.tell(AuditEvent.success(Action.PROVIDER_TOKEN_REVOKED)
                                .withToken(token.reveal())));
    }

    private void failed(AccessToken token, Throwable failure) {
        LOG.warn("A token could not be revoked at GitHub: {}", failure.toString());
        audit.tell(
                AuditEvent.failure(Action.PROVIDER_TOKEN_REVOKED, "not-reached").withToken(token.reveal()));
    }

    @Override
    public Duration longestCall() {
        return gitHub.tokenTimeout();
    }
}
