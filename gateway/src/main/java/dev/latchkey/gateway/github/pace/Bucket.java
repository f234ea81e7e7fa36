package dev.latchkey.gateway.github.pace;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One quota of a principal: what GitHub last said of it, and how what is left gets spread.
 *
 * <p>Answers come in another order than they were counted in. A window that ends later is a newer one; of the same window the
 * lower number is the truer one. Until something is known of a window, one call goes ahead of the others.
 */
final class Bucket {

    /** The same window's end is not always told to the same second. */
    private static final long SAME_WINDOW = 2_000;

    private static final long UNMETERED_FOR = 300_000;
    private static final long LONGEST_WINDOW = 3_660_000;
    private static final long SHORTEST_WINDOW = 1_000;
    private static final int RESERVED_AT_MOST = 20;
    private static final int BURST = 10;
    private static final int BURST_PART = 100;
    private static final int DEAREST_PART = 100;

    private final String resource;
    private long limit;
    private long remaining;
    private long used;
    /** By GitHub's clock. */
    private long reset;
    /** By ours, and a second later, since GitHub's clock shows whole seconds. */
    private long resetAt;

    private long unmeteredUntil;
    private long nextSlot;
    /** Of a call: one, but for GraphQL as much as the dear ones of late. */
    private long cost = 1;

    private Stop stop = new Stop();

    Bucket(String resource) {
        this.resource = resource;
    }

    void heard(Answer answer) {
        Answer.Quota quota = answer.quota();
        if (quota == null) {
            if (answer.isSuccess() && answer.at() >= resetAt) {
                unmeteredUntil = answer.at() + UNMETERED_FOR;
            }
            return;
        }
        unmeteredUntil = 0;
        long told = Math.min(quota.reset(), answer.at() + answer.offset() + LONGEST_WINDOW);
        if (told > reset + SAME_WINDOW || limit == 0) {
            remaining = quota.remaining();
            used = quota.used();
            takeWindow(quota.limit(), told, answer);
        } else if (told >= reset - SAME_WINDOW) {
            learnCost(remaining - quota.remaining());
            remaining = Math.min(remaining, quota.remaining());
            used = Math.max(used, quota.used());
            takeWindow(quota.limit(), Math.max(told, reset), answer);
        }
    }

    private void takeWindow(long newLimit, long newReset, Answer answer) {
        limit = newLimit;
        reset = newReset;
        resetAt = Math.max(answer.at() + SHORTEST_WINDOW, newReset - answer.offset() + 1_000);
    }

    /** What somebody else used meanwhile looks like a cost, so there is a bound to it. */
    private void learnCost(long drop) {
        if (resource.equals(Resources.GRAPHQL)) {
            long seen = Math.min(drop, Math.max(1, limit / DEAREST_PART));
            cost = Math.max(Math.max(1, seen), cost * 7 / 8);
        }
    }

    void passed(long began) {
        stop.passed(began);
    }

    void met(long now, @Nullable Long said) {
        stop.met(now, said);
    }

    /** That call cost nothing after all (304): its place in the spread goes to the next. */
    void costNothing(long now, int flying, Limits limits) {
        if (isSpread(now, limits)) {
            nextSlot -= spacing(now, flying, limits);
        }
    }

    /** When a call may go, with so many under way whose answer is awaited. */
    Gate gate(long now, int flying, Limits limits, boolean own) {
        if (stop.until() > now) {
            return new Gate(stop.until(), Reason.STOPPED, resource);
        }
        if (stop.isUnproven() && flying > 0) {
            return new Gate(Gate.UNKNOWN, Reason.SCOUT, resource);
        }
        if (!isKnown(now)) {
            return flying > 0 && unmeteredUntil <= now && !own
                    ? new Gate(Gate.UNKNOWN, Reason.SCOUT, resource)
                    : Gate.OPEN;
        }
        if (free(flying, limits, own) <= 0) {
            return new Gate(resetAt, Reason.QUOTA, resource);
        }
        if (own || !isSpread(now, limits)) {
            return Gate.OPEN;
        }
        return new Gate(nextSlot - tolerance(now, flying, limits), Reason.SPACING, resource);
    }

    /** A call goes. */
    void take(long now, int flying, Limits limits) {
        nextSlot = isKnown(now) && isSpread(now, limits)
                ? Math.max(nextSlot, now) + spacing(now, flying, limits)
                : Math.min(nextSlot, now);
    }

    /** How far apart calls go now, in milliseconds. */
    long interval(long now, int flying, Limits limits) {
        return isKnown(now) && isSpread(now, limits) ? spacing(now, flying, limits) : 0;
    }

    /** How many calls may yet go in this window; unlimited while nothing is known. */
    long left(long now, int flying, Limits limits) {
        return isKnown(now) ? free(flying, limits, false) : Long.MAX_VALUE;
    }

    long resetAt() {
        return resetAt;
    }

    boolean isKnown(long now) {
        return limit > 0 && now < resetAt;
    }

    /** The part that is left of it. */
    double leftOver() {
        return limit == 0 ? 1 : (double) remaining / limit;
    }

    QuotaView view(int flying) {
        return new QuotaView(
                limit, Math.max(0, remaining - flying * cost), used, Instant.ofEpochMilli(reset), resource);
    }

    private long free(int flying, Limits limits, boolean own) {
        long kept = own ? 0 : Math.min(limits.reserve(), limit / RESERVED_AT_MOST);
        return ((remaining - kept) / cost - flying) / limits.share();
    }

    private boolean isSpread(long now, Limits limits) {
        double left = resetAt - now;
        return remaining < limits.low() * limit && remaining * (double) Resources.window(resource) < left * limit;
    }

    private long spacing(long now, int flying, Limits limits) {
        return Math.max(0, resetAt - now) / Math.max(1, free(flying, limits, false));
    }

    /** A handful may go at once while there is plenty: a page wants several answers. */
    private long tolerance(long now, int flying, Limits limits) {
        return spacing(now, flying, limits) * Math.min(BURST, free(flying, limits, false) / BURST_PART);
    }

    void takeIn(Bucket other) {
        if (other.reset > reset + SAME_WINDOW) {
            limit = other.limit;
            remaining = other.remaining;
            used = other.used;
            reset = other.reset;
            resetAt = other.resetAt;
        } else if (other.reset >= reset - SAME_WINDOW) {
            remaining = Math.min(remaining, other.remaining);
            used = Math.max(used, other.used);
        }
        unmeteredUntil = Math.max(unmeteredUntil, other.unmeteredUntil);
        nextSlot = Math.max(nextSlot, other.nextSlot);
        stop.takeIn(other.stop);
    }

    void write(Ink ink) {
        ink.write(limit).write(remaining).write(used).write(reset).write(resetAt);
        ink.write(unmeteredUntil).write(nextSlot).write(cost);
        stop.write(ink);
    }

    static Bucket read(String resource, Ink ink) {
        Bucket bucket = new Bucket(resource);
        bucket.limit = ink.read();
        bucket.remaining = ink.read();
        bucket.used = ink.read();
        bucket.reset = ink.read();
        bucket.resetAt = ink.read();
        bucket.unmeteredUntil = ink.read();
        bucket.nextSlot = ink.read();
        bucket.cost = Math.max(1, ink.read());
        bucket.stop = Stop.read(ink);
        return bucket;
    }
}
