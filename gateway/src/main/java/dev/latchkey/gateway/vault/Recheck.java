package dev.latchkey.gateway.vault;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.latchkey.gateway.session.PersonId;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;

/**
 * Asks now and then whether the token of somebody who is active is still good. Webhooks tell sooner, but GitHub sends an
 * OAuth App none, never repeats one that was missed, and promises no order.
 *
 * <p>An app has 5,000 such calls an hour. A node makes at most one a second and leaves the rest for the next time.
 */
final class Recheck {

    private static final Logger LOG = LoggerFactory.getLogger(Recheck.class);
    private static final int PEOPLE = 100_000;
    private static final long SPACING = Duration.ofSeconds(1).toMillis();
    /** So long GitHub's own replicas may not have heard of a new token. */
    private static final long NEW = Duration.ofMinutes(1).toMillis();

    private final StoredTokens tokens;
    private final TokenSources sources;
    private final Refresher refresher;
    private final long interval;
    private final Clock clock;
    private final AtomicLong nextCall = new AtomicLong();
    private final Cache<PersonId, Long> checked =
            Caffeine.newBuilder().maximumSize(PEOPLE).build();

    Recheck(StoredTokens tokens, TokenSources sources, Refresher refresher, Duration interval, Clock clock) {
        this.tokens = tokens;
        this.sources = sources;
        this.refresher = refresher;
        this.interval = interval.toMillis();
        this.clock = clock;
    }

    /** Ends the person's sign-in if the provider says that it is over; completes in any case. */
    Mono<Void> ifDue(PersonId person) {
        long now = clock.millis();
        if (interval == 0 || !isDue(person, now) || !takesSlot(now)) {
            return Mono.empty();
        }
        checked.put(person, now);
        return check(person).onErrorResume(e -> {
            LOG.debug("Whether a token is still good could not be asked: {}", e.toString());
            return Mono.empty();
        });
    }

    /** People seen for the first time are spread over the interval. */
    private boolean isDue(PersonId person, long now) {
        long last = checked.get(person, id -> now - ThreadLocalRandom.current().nextLong(interval));
        return now - last >= interval;
    }

    private boolean takesSlot(long now) {
        long next = nextCall.get();
        return now >= next && nextCall.compareAndSet(next, now + SPACING);
    }

    private Mono<Void> check(PersonId person) {
        long now = clock.millis();
        return tokens.find(person)
                .filter(kept -> isOldEnough(person, kept.record(), now))
                .flatMap(kept -> sources.of(person)
                        .isLive(kept.record().token().accessToken())
                        .filter(live -> !live)
                        .flatMap(dead -> refresher.dead(person, kept)))
                .onErrorResume(TokenOver.class, over -> Mono.empty())
                .then();
    }

    /** One that is too new is looked at when it is not, rather than an interval later. */
    private boolean isOldEnough(PersonId person, TokenRecord record, long now) {
        if (now - record.keptAt() > NEW) {
            return !record.isExpired(now);
        }
        checked.put(person, record.keptAt() + NEW - interval);
        return false;
    }
}
