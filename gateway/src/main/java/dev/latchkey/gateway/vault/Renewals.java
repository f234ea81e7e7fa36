package dev.latchkey.gateway.vault;

import dev.latchkey.gateway.provider.GitHub;
import dev.latchkey.gateway.session.PersonId;
import dev.latchkey.gateway.store.Store;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Renews tokens when their time has come, whether or not anybody uses them at that moment: some providers forget a refresh
 * token that was not used for an hour. GitHub does not, and limits renewals: its tokens are renewed beside the requests that
 * use them, unless configured otherwise. All nodes take from one queue, so one of them sees to each token; one that dies at
 * it has put the token back before.
 */
final class Renewals implements SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(Renewals.class);
    private static final String QUEUE = "token-renewals";
    private static final Duration LOOK_EVERY = Duration.ofSeconds(1);
    private static final Duration AGAIN = Duration.ofMinutes(2);
    private static final int AT_ONCE = 64;
    private static final int TOGETHER = 8;

    private final Store store;
    private final Refresher refresher;
    private final Life life;
    private final boolean withGitHub;
    private final Clock clock;
    private volatile Disposable work = Disposables.disposed();

    Renewals(Store store, Refresher refresher, Life life, boolean withGitHub, Clock clock) {
        this.store = store;
        this.refresher = refresher;
        this.life = life;
        this.withGitHub = withGitHub;
        this.clock = clock;
    }

    /** Notes when a token is to be renewed, if that is possible at all. */
    Mono<Void> expect(PersonId person, TokenRecord record) {
        long due = life.renewFrom(record, person.hashCode());
        boolean unasked = withGitHub || !person.provider().equals(GitHub.ID);
        return !unasked || due == Long.MAX_VALUE || record.refresh() == null
                ? Mono.empty()
                : store.schedule(QUEUE, person.toString(), Instant.ofEpochMilli(due));
    }

    @Override
    public void start() {
        work = Flux.interval(LOOK_EVERY)
                .onBackpressureDrop()
                .concatMap(tick -> renewDue(), 1)
                .subscribe();
    }

    private Mono<Void> renewDue() {
        return store.takeDue(QUEUE, AT_ONCE)
                .flatMap(this::renew, TOGETHER)
                .then()
                .onErrorResume(e -> {
                    LOG.debug("Tokens to be renewed cannot be looked for: {}", e.toString());
                    return Mono.empty();
                });
    }

    private Mono<Void> renew(String entry) {
        int colon = entry.indexOf(':');
        PersonId person = new PersonId(entry.substring(0, colon), entry.substring(colon + 1));
        return store.schedule(QUEUE, entry, clock.instant().plus(AGAIN))
                .then(Mono.defer(() -> refresher.renew(person)))
                .flatMap(record -> renewed(entry, person, record))
                .onErrorResume(
                        TokenOver.class, over -> store.cancel(QUEUE, entry).then())
                .onErrorResume(e -> {
                    LOG.debug("The token of {} could not be renewed yet: {}", person, e.toString());
                    return Mono.empty();
                });
    }

    /** One that is still the old one is tried again in a while, as was noted before. */
    private Mono<Void> renewed(String entry, PersonId person, TokenRecord record) {
        if (record.refresh() == null || record.expiresAt() == null) {
            return store.cancel(QUEUE, entry).then();
        }
        return clock.millis() < life.renewFrom(record, person.hashCode()) ? expect(person, record) : Mono.empty();
    }

    @Override
    public void stop() {
        work.dispose();
    }

    @Override
    public boolean isRunning() {
        return !work.isDisposed();
    }
}
