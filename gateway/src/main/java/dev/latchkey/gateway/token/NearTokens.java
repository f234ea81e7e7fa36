package dev.latchkey.gateway.token;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.latchkey.gateway.limit.Guesses;
import dev.latchkey.gateway.session.PersonId;
import dev.latchkey.gateway.store.Store;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import reactor.core.publisher.Mono;

/**
 * The tokens that this node has seen, and the ids that are no token's; each is believed for half a minute. An end elsewhere
 * arrives as a message and is believed at once; should a message be lost, the half minute is the longest that an end can be
 * missed.
 *
 * <p>The two are kept apart, so that no number of invented tokens pushes a good one out, and a token that was good here is
 * looked up again however much is being guessed. Only ids that this node has never known as good count as guesses.
 */
final class NearTokens {

    private static final long BELIEVED = Duration.ofSeconds(30).toMillis();
    private static final int MOST_GOOD = 100_000;
    private static final int MOST_WRONG = 20_000;

    private final StoredApiTokens stored;
    private final Guesses guesses;
    private final Clock clock;
    private final Set<PersonId> seen = ConcurrentHashMap.newKeySet();
    private final AtomicLong heard = new AtomicLong();
    private final AtomicLong gaps = new AtomicLong();
    private final Cache<String, Good> good =
            Caffeine.newBuilder().maximumSize(MOST_GOOD).build();
    private final Cache<String, Long> wrong =
            Caffeine.newBuilder().maximumSize(MOST_WRONG).build();
    /** One question for all who wait for its answer. */
    private final Map<String, Mono<ApiToken>> flights = new ConcurrentHashMap<>();

    NearTokens(StoredApiTokens stored, Guesses guesses, Clock clock) {
        this.stored = stored;
        this.guesses = guesses;
        this.clock = clock;
    }

    /**
     * @param until from when on it is looked up again; zero if something was heard of it
     * @param gap how often messages may have been lost before it was looked up
     */
    private record Good(ApiToken token, long until, long gap) {

        Good doubted() {
            return new Good(token, 0, gap);
        }

        Mono<ApiToken> at(long now) {
            return token.isLiveAt(now) ? Mono.just(token) : Mono.empty();
        }
    }

    /** @param address where it was shown from */
    Mono<ApiToken> find(String id, String address) {
        Good known = good.getIfPresent(id);
        long now = clock.millis();
        if (known != null) {
            return now < known.until() && known.gap() == gaps.get() ? known.at(now) : once(id, () -> load(id));
        }
        Long none = wrong.getIfPresent(id);
        return none != null && now < none ? Mono.empty() : once(id, () -> guesses.look(address, load(id)));
    }

    /** Whoever asks after the answer asks anew: it is taken away before anybody has it. */
    private Mono<ApiToken> once(String id, Supplier<Mono<ApiToken>> question) {
        return Mono.defer(() -> flights.computeIfAbsent(
                id,
                key -> question.get().doOnTerminate(() -> flights.remove(key)).cache()));
    }

    private Mono<ApiToken> load(String id) {
        return Mono.defer(() -> {
            long before = heard.get();
            long gap = gaps.get();
            return stored.find(id)
                    .filter(token -> token.isLiveAt(clock.millis()))
                    .doOnSuccess(token -> {
                        if (token == null) {
                            forget(id);
                        } else {
                            keep(token, gap, before);
                        }
                    });
        });
    }

    private void forget(String id) {
        good.invalidate(id);
        wrong.put(id, clock.millis() + BELIEVED);
    }

    /** What was read before an end was heard of may be what has ended. */
    private void keep(ApiToken token, long gap, long before) {
        seen.add(token.person().id());
        wrong.invalidate(token.id());
        good.put(token.id(), new Good(token, clock.millis() + BELIEVED, gap));
        if (heard.get() != before) {
            doubt(token.id());
        }
    }

    private void doubt(String id) {
        good.asMap().computeIfPresent(id, (key, known) -> known.doubted());
        wrong.invalidate(id);
    }

    /** Ends a token. Whoever is told so can rely on it here at once; other nodes hear of it within moments. */
    Mono<Boolean> delete(ApiToken token) {
        return stored.delete(token).doOnNext(deleted -> hear(token.id()));
    }

    /** Whose tokens came by since the last time that this was asked. */
    List<PersonId> takeSeen() {
        List<PersonId> taken = List.copyOf(seen);
        taken.forEach(seen::remove);
        return taken;
    }

    void hear(String message) {
        heard.incrementAndGet();
        if (message.equals(Store.GAP)) {
            gaps.incrementAndGet();
            wrong.invalidateAll();
        } else {
            doubt(message);
        }
    }
}
