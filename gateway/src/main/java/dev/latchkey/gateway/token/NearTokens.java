package dev.latchkey.gateway.token;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.latchkey.gateway.session.PersonId;
import dev.latchkey.gateway.store.Store;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * The tokens that this node has seen within the last half minute, and the ids that are no token's. An end elsewhere arrives
 * as a message and is believed at once; should a message be lost, the half minute is the longest that an end can be missed.
 */
final class NearTokens {

    private static final long BELIEVED = Duration.ofSeconds(30).toMillis();
    private static final int MOST = 100_000;

    private final StoredApiTokens stored;
    private final Clock clock;
    private final Set<PersonId> seen = ConcurrentHashMap.newKeySet();
    private final AtomicLong heard = new AtomicLong();
    private final Cache<String, Near> near =
            Caffeine.newBuilder().maximumSize(MOST).build();

    NearTokens(StoredApiTokens stored, Clock clock) {
        this.stored = stored;
        this.clock = clock;
    }

    /** Null stands for an id that is no token's. */
    private record Near(@Nullable ApiToken token, long until) {

        Mono<ApiToken> at(long now) {
            return token != null && token.isLiveAt(now) ? Mono.just(token) : Mono.empty();
        }
    }

    Mono<ApiToken> find(String id) {
        Near known = near.getIfPresent(id);
        long now = clock.millis();
        return known != null && now < known.until() ? known.at(now) : Mono.defer(() -> load(id));
    }

    /** What was read before an end was heard of may be what has ended. */
    private Mono<ApiToken> load(String id) {
        long before = heard.get();
        return stored.find(id)
                .doOnSuccess(token -> {
                    if (token != null) {
                        seen.add(token.person().id());
                    }
                    near.put(id, new Near(token, clock.millis() + BELIEVED));
                    if (heard.get() != before) {
                        near.invalidate(id);
                    }
                })
                .filter(token -> token.isLiveAt(clock.millis()));
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
            near.invalidateAll();
        } else {
            near.invalidate(message);
        }
    }
}
