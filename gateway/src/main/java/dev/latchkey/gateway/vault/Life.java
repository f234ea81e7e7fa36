package dev.latchkey.gateway.vault;

import java.time.Duration;

/**
 * When a token is good enough to hand out, and when it is time to renew it.
 *
 * <p>A token with less than a minute left is of no use to a backend that has work to do with it. Renewal begins some
 * minutes before, at another moment for each person, so that people who signed in together are not renewed together:
 * GitHub answers an app 2,000 such calls an hour. For tokens that live only minutes all this shrinks with their life.
 */
final class Life {

    /** As it is unless somebody says otherwise. */
    static final Life USUAL = new Life(Duration.ofMinutes(5));

    private static final long SHORTEST = Duration.ofMinutes(1).toMillis();
    private static final long SPREAD = Duration.ofMinutes(10).toMillis();

    private final long renewBefore;

    Life(Duration renewBefore) {
        this.renewBefore = renewBefore.toMillis();
    }

    /** The instant from which the token is not handed out any more if another can be had; far away if it has no end. */
    static long servableUntil(TokenRecord record) {
        return record.expiresAt() == null ? Long.MAX_VALUE : record.expiresAt() - Math.min(SHORTEST, of(record) / 2);
    }

    /** The instant from which it is to be renewed beside the requests that use it. */
    long renewFrom(TokenRecord record, int person) {
        if (record.expiresAt() == null) {
            return Long.MAX_VALUE;
        }
        long ahead = SHORTEST + renewBefore + Math.floorMod(person * 0x9E3779B97F4A7C15L >>> 20, SPREAD);
        return record.expiresAt() - Math.min(ahead, of(record) * 3 / 4);
    }

    private static long of(TokenRecord record) {
        Long expiresAt = record.expiresAt();
        return expiresAt == null ? 0 : Math.max(0, expiresAt - record.keptAt());
    }
}
