package dev.latchkey.gateway.github.pace;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How many answers have cost a principal nothing of a quota since its window began, on this node: what the cache is worth to
 * that person.
 */
public final class Savings {

    /** What becomes of a call, as {@code X-Latchkey-Cache} tells it, where GitHub counts nothing. */
    private static final Set<String> FREE = Set.of("hit", "revalidated", "stale", "coalesced");

    private static final int MOST = 50_000;

    /** GitHub tells the end of one window by different answers a second apart. */
    private static final Duration SAME = Duration.ofSeconds(30);

    private final Pacer pacer;
    private final Resources resources = new Resources();
    private final Cache<Key, Saved> saved =
            Caffeine.newBuilder().maximumSize(MOST).executor(Runnable::run).build();

    Savings(Pacer pacer) {
        this.pacer = pacer;
    }

    private record Key(String principal, String resource) {}

    /** @param end of the window that it was counted in */
    private record Saved(Instant end, long count) {

        boolean isOf(Instant other) {
            return Duration.between(end, other).abs().compareTo(SAME) < 0;
        }
    }

    /** Whether an answer with that outcome costs nothing. */
    public static boolean isFree(@Nullable String outcome) {
        return outcome != null && FREE.contains(outcome);
    }

    /** An answer about that path came for nothing. Nothing is counted before a window is known. */
    public void add(String principal, String path) {
        String resource = resources.of(path);
        QuotaView quota = pacer.quota(principal, resource);
        if (quota != null) {
            saved.asMap()
                    .merge(
                            new Key(principal, resource),
                            new Saved(quota.reset(), 1),
                            (old, one) -> old.isOf(one.end()) ? new Saved(old.end(), old.count() + 1) : one);
        }
    }

    /** How many did in the window of that quota. */
    public long of(String principal, QuotaView quota) {
        Saved counted = saved.getIfPresent(new Key(principal, quota.resource()));
        return counted != null && counted.isOf(quota.reset()) ? counted.count() : 0;
    }
}
