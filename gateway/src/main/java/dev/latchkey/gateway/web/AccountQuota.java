package dev.latchkey.gateway.web;

import java.time.Instant;
import java.util.Locale;

/**
 * What is left of a person's calls to GitHub, which all their apps share.
 *
 * @param limit calls an hour
 * @param remaining how many of them are left
 * @param resetsAt when all of them are there again
 */
public record AccountQuota(long limit, long remaining, Instant resetsAt) {

    /** {@code 4,987 of 5,000}. */
    String words() {
        return String.format(Locale.ROOT, "%,d of %,d", remaining, limit);
    }

    PageTime resets() {
        return PageTime.of(resetsAt);
    }
}
