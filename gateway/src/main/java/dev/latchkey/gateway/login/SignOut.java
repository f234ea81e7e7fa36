package dev.latchkey.gateway.login;

import dev.latchkey.gateway.session.BrowserSession;
import dev.latchkey.gateway.session.PersonId;
import dev.latchkey.gateway.session.Sessions;
import dev.latchkey.gateway.vault.AccessToken;
import dev.latchkey.gateway.vault.TokenVault;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;

/** Ends sessions; with a person's last one goes their token, here at once and at GitHub as soon as it answers. */
final class SignOut {

    private static final Logger LOG = LoggerFactory.getLogger(SignOut.class);
    private static final Retry RETRIES = Retry.backoff(4, Duration.ofSeconds(1));

    private final Sessions sessions;
    private final TokenVault vault;
    private final GitHubClient gitHub;

    SignOut(Sessions sessions, TokenVault vault, GitHubClient gitHub) {
        this.sessions = sessions;
        this.vault = vault;
        this.gitHub = gitHub;
    }

    Mono<Void> end(BrowserSession session) {
        return end(session.person().id(), session.id());
    }

    Mono<Void> end(PersonId person, String sessionId) {
        return sessions.end(person, sessionId).then(dropTokenAfterLast(person));
    }

    Mono<Void> endOthers(BrowserSession session) {
        return sessions.endAll(session.person().id(), session.id());
    }

    Mono<Void> endAll(PersonId person) {
        return sessions.endAll(person, null).then(dropTokenAfterLast(person));
    }

    private Mono<Void> dropTokenAfterLast(PersonId person) {
        return sessions.list(person)
                .hasElements()
                .filter(others -> !others)
                .flatMap(last -> vault.drop(person))
                .doOnNext(this::revokeBeside)
                .then();
    }

    /** Nobody waits for GitHub to be told: the token is gone here, whatever GitHub says. */
    private void revokeBeside(AccessToken token) {
        gitHub.revoke(token)
                .retryWhen(RETRIES)
                .subscribe(done -> {}, e -> LOG.warn("A token could not be revoked at GitHub: {}", e.toString()));
    }
}
