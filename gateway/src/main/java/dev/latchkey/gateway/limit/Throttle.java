package dev.latchkey.gateway.limit;

import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.route.Limits;
import dev.latchkey.gateway.web.AddressBlock;
import java.time.Duration;
import reactor.core.publisher.Mono;

/** How often the gateway's own doors may be knocked at, counted as the limits of routes are. */
public final class Throttle {

    private final Buckets buckets;
    private final Buckets near;

    Throttle(Buckets buckets, Buckets near) {
        this.buckets = buckets;
        this.near = near;
    }

    /** The same, counted by this node alone, which costs nothing: for knocks that are not worth a question to the store. */
    public Throttle here() {
        return new Throttle(near, near);
    }

    /**
     * Counts one knock.
     *
     * @param door which door, and where it matters whose
     * @return fails with {@code limit.rate} if it is one too many
     */
    public Mono<Void> count(String door, Limits.Rate rate) {
        return buckets.take(name(door), rate)
                .flatMap(probe -> probe.isConsumed()
                        ? Mono.empty()
                        : Mono.error(Problem.of(ProblemCode.RATE_LIMITED)
                                .retryAfter(Duration.ofNanos(probe.getNanosToWaitForRefill()))));
    }

    /** Takes back that one was counted, of somebody who turned out to be welcome. */
    Mono<Void> forgive(String door, Limits.Rate rate) {
        return buckets.giveBack(name(door), rate);
    }

    private static String name(String door) {
        return "own:" + door;
    }

    /** A stranger's name at a door: the address, or of an IPv6 one the half that a subscriber cannot choose. */
    public static String stranger(String address) {
        return AddressBlock.subscriber(address);
    }
}
