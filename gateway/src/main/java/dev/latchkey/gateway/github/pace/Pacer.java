package dev.latchkey.gateway.github.pace;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Lets calls go to GitHub no faster than GitHub's limits allow, over all apps and nodes of one principal.
 *
 * @see <a href="https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api">GitHub's rate limits</a>
 * @see <a href="https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api">GitHub's advice</a>
 */
public interface Pacer {

    /**
     * Waits until the call may go. Whoever cancels gives the place in the queue back at once.
     *
     * @return the slot, or a problem {@code github.limited} with the time to wait as soon as it is clear that the wait would
     *     be longer than the call's patience
     */
    Mono<Slot> enter(Call call);

    /** What this node last heard of a quota, or null if it never did or its window is over. */
    @Nullable
    QuotaView quota(String principal, String resource);
}
