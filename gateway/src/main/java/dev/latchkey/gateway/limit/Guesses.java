package dev.latchkey.gateway.limit;

import dev.latchkey.gateway.route.Limits;
import dev.latchkey.gateway.web.AddressBlock;
import reactor.core.publisher.Mono;

/**
 * How many credentials that nobody has seen before may be looked into. Only wrong ones count in the end: a good one is given
 * back, so that a house full of welcome people is never too many, and what one of them shows every day is not asked about
 * here at all.
 *
 * <p>A guess has to fit in three budgets, the narrowest first: that of its sender, that of the sender's neighbourhood, and
 * one for all. What is refused by a narrow one is not taken from a wider one, so it takes as many neighbourhoods to use up
 * the last as the bounds say, and not as many addresses as one of them has. The first two are counted by each node for
 * itself: turning a guess away costs nothing.
 */
public final class Guesses {

    private final String door;
    private final Bounds bounds;
    private final Throttle near;
    private final Throttle all;

    /**
     * How often in a while, and how often at once.
     *
     * @param ofOne from one address, of IPv6 a /64
     * @param ofNeighbours from one /24, of IPv6 a /48
     * @param ofAll from everywhere
     */
    public record Bounds(Limits.Rate ofOne, Limits.Rate ofNeighbours, Limits.Rate ofAll) {}

    /**
     * @param door a name for what is guessed at
     * @param all counts those of everybody: on this node, or over all nodes where a guess costs more than the counting
     */
    public Guesses(String door, Bounds bounds, Throttle all) {
        this.door = door;
        this.bounds = bounds;
        this.near = all.here();
        this.all = all;
    }

    /**
     * Looks into a credential.
     *
     * @param address where it came from
     * @param question finds out about it; empty if it is a wrong one
     * @return what the question says; fails with {@code limit.rate} if it may not be asked
     */
    public <T> Mono<T> look(String address, Mono<T> question) {
        String one = door + ":one:" + AddressBlock.subscriber(address);
        String neighbours = door + ":near:" + AddressBlock.neighbours(address);
        return near.count(one, bounds.ofOne())
                .then(Mono.defer(() -> near.count(neighbours, bounds.ofNeighbours())))
                .then(Mono.defer(() -> all.count(door, bounds.ofAll())))
                .then(Mono.defer(() -> question))
                .flatMap(right -> near.forgive(one, bounds.ofOne())
                        .then(Mono.defer(() -> near.forgive(neighbours, bounds.ofNeighbours())))
                        .then(Mono.defer(() -> all.forgive(door, bounds.ofAll())))
                        .thenReturn(right));
    }
}
