package dev.latchkey.gateway.vault;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.provider.TokenRefused;
import dev.latchkey.gateway.session.PersonId;
import dev.latchkey.gateway.vault.StoredTokens.Kept;
import dev.latchkey.gateway.vault.TokenRecord.Attempt;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;
import reactor.util.retry.Retry;

/**
 * Renews a token once, whoever asks and wherever.
 *
 * <p>A refresh token is good for one use, and using it kills the access token beside it. So a second refresh of the same
 * token is never harmless: it fails, and whoever believes that failure throws the good pair of the first away. Every
 * published race of this kind ended so. Here it cannot:
 *
 * <ul>
 *   <li>In a node, all who need a token share one flight, which goes on when they leave.
 *   <li>Among nodes, an attempt is claimed in the token's own record, by a compare-and-set, before anything is sent. It has
 *       a number and a time longer than the slowest call; until then the others wait and take what it brings.
 *   <li>A new pair is written if the record still holds the pair it was got for, whoever has the attempt now: a
 *       winner that was thought dead still wins. If the person signed in again meanwhile, theirs stays; if they signed
 *       out, the new pair is given back.
 *   <li>A refusal is believed only while the record is the one that was refused, and after an attempt of unknown outcome
 *       only when that one has had time to write; then the provider is asked whether the access token is dead, too.
 * </ul>
 *
 * <p>What cannot be healed is an answer that was lost on its way: the old pair is spent and the new one unknown.
 */
final class Refresher {

    private static final Logger LOG = LoggerFactory.getLogger(Refresher.class);
    /** On top of the longest call, for a node that is slow to notice that its own has ended. */
    private static final Duration MARGIN = Duration.ofSeconds(5);

    private static final Duration LOOK_AGAIN = Duration.ofMillis(100);
    private static final Duration SHORTEST_REST = Duration.ofSeconds(1);
    private static final int PEOPLE_AT_REST = 100_000;
    private static final Duration LONGEST_REST = Duration.ofMinutes(1);
    /** How long a pair that could not be written is held, which is as long as the store may be away. */
    private static final Duration HOLD = Duration.ofMinutes(30);

    private final StoredTokens tokens;
    private final TokenSources sources;
    private final Life life;
    private final Pause pause;
    private final Endings endings;
    private final Outcomes outcomes;
    private final Clock clock;
    private final Scheduler timer;
    private final Map<PersonId, Sinks.One<TokenRecord>> flights = new ConcurrentHashMap<>();
    private final Cache<PersonId, Resting> resting =
            Caffeine.newBuilder().maximumSize(PEOPLE_AT_REST).build();

    /** What a person's token ends with. */
    interface Endings {

        /** The provider will not renew it any more, and it is deleted: the person's sessions end, too. */
        Mono<Void> over(PersonId person);
    }

    /** After a failure: how many there were in a row, and when to try again. */
    private record Resting(int failures, long until) {}

    Refresher(
            StoredTokens tokens,
            TokenSources sources,
            Life life,
            Pause pause,
            Endings endings,
            Outcomes outcomes,
            Clock clock,
            Scheduler timer) {
        this.tokens = tokens;
        this.sources = sources;
        this.life = life;
        this.pause = pause;
        this.endings = endings;
        this.outcomes = outcomes;
        this.clock = clock;
        this.timer = timer;
    }

    /**
     * The token that the person has when nobody is renewing it any more: a new one, or the old one if there is no need, or
     * no way and it still lives.
     *
     * @return fails with {@link TokenOver}, or {@code token.unavailable} or {@code store.unavailable} if there is nothing
     *     to serve until the provider or the store is back
     */
    Mono<TokenRecord> renew(PersonId person) {
        Sinks.One<TokenRecord> flight = Sinks.one();
        Sinks.One<TokenRecord> running = flights.putIfAbsent(person, flight);
        if (running != null) {
            return patiently(person, running);
        }
        Mono.defer(() -> attempt(person))
                .switchIfEmpty(Mono.error(TokenOver::new))
                .flatMap(record -> orStillAlive(record, unavailable(SHORTEST_REST.toMillis())))
                // Before anybody learns of it: who comes after that must not be told the outcome of a time gone by.
                .doOnTerminate(() -> flights.remove(person, flight))
                .subscribe(flight::tryEmitValue, flight::tryEmitError);
        return patiently(person, flight);
    }

    /** A flight may go on for as long as the store is away; who waits for it is told to come again. */
    private Mono<TokenRecord> patiently(PersonId person, Sinks.One<TokenRecord> flight) {
        Mono<TokenRecord> tooLong = Mono.error(() -> unavailable(SHORTEST_REST.toMillis()));
        return flight.asMono().timeout(lease(person).multipliedBy(2), tooLong, timer);
    }

    /** Whether a failure is so recent that only who has nothing else should try again. */
    boolean isResting(PersonId person) {
        Resting rest = resting.getIfPresent(person);
        return rest != null && clock.millis() < rest.until();
    }

    /** Forgets how often a person's refresh failed, when their token is another. */
    void wake(PersonId person) {
        resting.invalidate(person);
    }

    private Mono<TokenRecord> attempt(PersonId person) {
        return tokens.find(person).switchIfEmpty(Mono.error(TokenOver::new)).flatMap(kept -> step(person, kept));
    }

    private Mono<TokenRecord> step(PersonId person, Kept kept) {
        TokenRecord record = kept.record();
        long now = clock.millis();
        if (now < life.renewFrom(record, person.hashCode())) {
            return Mono.just(record);
        }
        Attempt before = record.attempt();
        if (before != null && now < before.until()) {
            return before.running() ? waitFor(person) : orStillAlive(record, unavailable(before.until() - now));
        }
        if (!record.isRefreshable(now)) {
            return record.isExpired(now) ? over(person, kept) : Mono.just(record);
        }
        if (before != null && before.spent()) {
            return confirm(person, kept);
        }
        return pause.left(person.provider())
                .map(left -> paused(person, record, left))
                .defaultIfEmpty(Mono.defer(() -> claim(person, kept)))
                .flatMap(course -> course);
    }

    /** The provider wants no calls from anybody: that is known to all nodes and need not be noted in the record. */
    private Mono<TokenRecord> paused(PersonId person, TokenRecord record, Duration left) {
        long until = clock.millis() + left.toMillis();
        resting.asMap().compute(person, (id, before) -> new Resting(before == null ? 0 : before.failures(), until));
        return orStillAlive(record, unavailable(left.toMillis()));
    }

    /** Somebody is at it: their outcome will be in the record, or their time will be over. */
    private Mono<TokenRecord> waitFor(PersonId person) {
        return Mono.delay(LOOK_AGAIN, timer)
                .doOnNext(over -> outcomes.waited(LOOK_AGAIN))
                .then(Mono.defer(() -> attempt(person)));
    }

    private Mono<TokenRecord> claim(PersonId person, Kept kept) {
        Attempt before = kept.record().attempt();
        long number = before == null ? 1 : before.number() + 1;
        boolean doubtful = before != null && (before.running() || before.doubtful());
        long until = clock.millis() + lease(person).toMillis();
        TokenRecord claimed = kept.record().with(new Attempt(number, until, true, doubtful, false));
        return tokens.replace(person, kept, claimed)
                .flatMap(mine -> isInTime(person, mine) ? send(person, mine) : attempt(person))
                .switchIfEmpty(Mono.defer(() -> attempt(person)));
    }

    private Duration lease(PersonId person) {
        return sources.of(person).longestCall().plus(MARGIN);
    }

    /** After a store that was slow, or a pause of this very node, a call might not be over when others may begin theirs. */
    private boolean isInTime(PersonId person, Kept mine) {
        long call = sources.of(person).longestCall().toMillis();
        return clock.millis() < attemptOf(mine).until() - call - MARGIN.toMillis() / 2;
    }

    private Mono<TokenRecord> send(PersonId person, Kept mine) {
        return sources.of(person)
                .refresh(mine.record().token())
                .map(next -> TokenRecord.of(next, clock.instant()))
                .flatMap(next -> save(person, mine.record(), next))
                .onErrorResume(TokenRefused.class, refused -> refused(person, mine, refused));
    }

    // What the provider gave

    /** A pair in hand is worth more than a store that answers: it is held until it can be written. */
    private Mono<TokenRecord> save(PersonId person, TokenRecord spent, TokenRecord next) {
        resting.invalidate(person);
        return write(person, spent, next)
                .retryWhen(Retry.backoff(Long.MAX_VALUE, Duration.ofMillis(100))
                        .jitter(0)
                        .scheduler(timer)
                        .maxBackoff(Duration.ofSeconds(1))
                        .filter(Refresher::isStoreAway))
                .timeout(HOLD, Mono.defer(() -> giveUp(person, next)), timer)
                .doOnNext(written -> outcomes.count("renewed"));
    }

    private Mono<TokenRecord> write(PersonId person, TokenRecord spent, TokenRecord next) {
        return tokens.find(person)
                .flatMap(kept -> {
                    if (kept.record().isSamePair(spent)) {
                        return tokens.replace(person, kept, next)
                                .flatMap(done -> announced(person, next))
                                .switchIfEmpty(Mono.defer(() -> write(person, spent, next)));
                    }
                    // Written before, by a step whose answer was lost; or else the person has signed in again.
                    return kept.record().isSamePair(next)
                            ? announced(person, next)
                            : giveBack(person, next, kept.record());
                })
                .switchIfEmpty(Mono.defer(() -> giveBack(person, next, null)));
    }

    private Mono<TokenRecord> giveUp(PersonId person, TokenRecord next) {
        LOG.error("The store was away for so long that a new token could not be kept; its owner must sign in again");
        sources.of(person).giveBack(next.token().accessToken());
        return Mono.error(unavailable(LONGEST_REST.toMillis()));
    }

    private Mono<TokenRecord> announced(PersonId person, TokenRecord next) {
        return tokens.announce(person).onErrorComplete().thenReturn(next);
    }

    /** Nobody wants the new pair: the person has another, or is signed out. */
    private Mono<TokenRecord> giveBack(PersonId person, TokenRecord unwanted, @Nullable TokenRecord instead) {
        sources.of(person).giveBack(unwanted.token().accessToken());
        return instead == null ? Mono.error(TokenOver::new) : Mono.just(instead);
    }

    // What the provider refused

    private Mono<TokenRecord> refused(PersonId person, Kept mine, TokenRefused refused) {
        outcomes.count(refused.reason());
        return switch (refused.reason()) {
            case SPENT -> spent(person, mine, clock.millis() + graceFor(person, mine));
            case MISCONFIGURED -> {
                LOG.error(
                        "The provider {} does not accept this gateway's own credentials ({}): nobody's token can be renewed."
                                + " Check its client id and client secret",
                        person.provider(),
                        refused.getMessage());
                yield rest(person, mine, LONGEST_REST);
            }
            case UNAVAILABLE -> unavailable(person, mine, refused);
        };
    }

    private Mono<TokenRecord> unavailable(PersonId person, Kept mine, TokenRefused refused) {
        LOG.warn("A token could not be renewed yet: {}", refused.getMessage());
        Duration asked = refused.retryAfter();
        if (asked == null) {
            return rest(person, mine, backoff(person));
        }
        return pause.begin(person.provider(), asked).then(Mono.defer(() -> rest(person, mine, asked)));
    }

    private Duration backoff(PersonId person) {
        Resting before = resting.getIfPresent(person);
        int failures = before == null ? 0 : before.failures();
        Duration rest = SHORTEST_REST.multipliedBy(1L << Math.min(failures, 6));
        return rest.compareTo(LONGEST_REST) > 0 ? LONGEST_REST : rest;
    }

    /** Notes when to try again, for all nodes, and serves what there is. */
    private Mono<TokenRecord> rest(PersonId person, Kept mine, Duration time) {
        long until = clock.millis() + time.toMillis();
        resting.asMap().compute(person, (id, before) -> new Resting(before == null ? 1 : before.failures() + 1, until));
        Attempt attempt = attemptOf(mine);
        Attempt failed = new Attempt(attempt.number(), until, false, attempt.doubtful(), attempt.spent());
        return tokens.replace(person, mine, mine.record().with(failed))
                .map(Kept::record)
                .flatMap(record -> orStillAlive(record, unavailable(time.toMillis())))
                .switchIfEmpty(Mono.defer(() -> attempt(person)));
    }

    /** A pair that another attempt has brought may be about to be written. */
    private long graceFor(PersonId person, Kept mine) {
        return attemptOf(mine).doubtful() ? lease(person).toMillis() / 2 : 0;
    }

    private Mono<TokenRecord> spent(PersonId person, Kept mine, long believeAt) {
        return tokens.find(person).switchIfEmpty(Mono.error(TokenOver::new)).flatMap(kept -> {
            if (!kept.record().isSamePair(mine.record())) {
                return Mono.just(kept.record());
            }
            if (attemptOf(kept).number() != attemptOf(mine).number()) {
                return attempt(person);
            }
            if (clock.millis() < believeAt) {
                return Mono.delay(LOOK_AGAIN, timer).then(Mono.defer(() -> spent(person, mine, believeAt)));
            }
            Attempt attempt = attemptOf(mine);
            Attempt known = new Attempt(attempt.number(), attempt.until(), true, attempt.doubtful(), true);
            return tokens.replace(person, kept, kept.record().with(known))
                    .flatMap(noted -> confirm(person, noted))
                    .switchIfEmpty(Mono.defer(() -> attempt(person)));
        });
    }

    /** The refresh token is worthless. Whether the person's sign-in is over, the provider says of the access token. */
    private Mono<TokenRecord> confirm(PersonId person, Kept kept) {
        return sources.of(person)
                .isLive(kept.record().token().accessToken())
                .flatMap(live -> live && !kept.record().isExpired(clock.millis())
                        ? keepWithoutRefresh(person, kept)
                        : over(person, kept))
                .onErrorResume(e -> !(e instanceof TokenOver) && !isStoreAway(e), e -> {
                    LOG.warn("{} does not say whether a token is good: {}", person.provider(), e.toString());
                    return rest(person, kept, backoff(person));
                });
    }

    private Mono<TokenRecord> keepWithoutRefresh(PersonId person, Kept kept) {
        TokenRecord left = kept.record().withoutRefresh();
        return tokens.replace(person, kept, left)
                .flatMap(done -> announced(person, left))
                .switchIfEmpty(Mono.defer(() -> attempt(person)));
    }

    /**
     * Ends the sign-in whose access token the provider calls dead, unless the token may have died of its age, or of a
     * refresh that is under way: then what comes of a refresh is the answer.
     */
    Mono<TokenRecord> dead(PersonId person, Kept kept) {
        Attempt attempt = attemptOf(kept);
        boolean ofAge = clock.millis() >= Life.servableUntil(kept.record());
        return ofAge || attempt.running() || attempt.doubtful() ? renew(person) : over(person, kept);
    }

    /** Ends the sign-in, if this is still the token to end it for. */
    private Mono<TokenRecord> over(PersonId person, Kept kept) {
        return tokens.delete(person, kept).flatMap(deleted -> {
            if (!deleted) {
                return attempt(person);
            }
            LOG.info("A sign-in is over at its provider; the sessions of {} end", person);
            outcomes.count("over");
            resting.invalidate(person);
            return tokens.announce(person).then(endings.over(person)).then(Mono.error(TokenOver::new));
        });
    }

    private Mono<TokenRecord> orStillAlive(TokenRecord record, Problem otherwise) {
        return record.isExpired(clock.millis()) ? Mono.error(otherwise) : Mono.just(record);
    }

    private static Problem unavailable(long millis) {
        return Problem.of(ProblemCode.TOKEN_UNAVAILABLE).retryAfter(Duration.ofMillis(Math.max(1, millis)));
    }

    private static Attempt attemptOf(Kept mine) {
        Attempt attempt = mine.record().attempt();
        return attempt == null ? new Attempt(0, 0, false, false, false) : attempt;
    }

    private static boolean isStoreAway(Throwable failure) {
        return failure instanceof Problem problem && problem.code() == ProblemCode.STORE_UNAVAILABLE;
    }
}
