package dev.latchkey.gateway.web;

import java.time.Instant;
import java.util.Locale;

/**
 * One of a person's quotas at GitHub, which all their apps share.
 *
 * @param resource GitHub's name of it, such as {@code core}
 * @param limit calls (GraphQL: points) in a window
 * @param spent how many of them are gone, whoever made them
 * @param saved how many answers have cost nothing in this window, as far as is known
 * @param remaining how many are left
 * @param resetsAt when all of them are there again
 */
public record AccountQuota(String resource, long limit, long spent, long saved, long remaining, Instant resetsAt) {

    public AccountQuota {
        resource = DisplayText.line(resource);
    }

    public AccountQuota withSaved(long count) {
        return new AccountQuota(resource, limit, spent, count, remaining, resetsAt);
    }

    /** {@code 4,987 of 5,000}. */
    String words() {
        return String.format(Locale.ROOT, "%,d of %,d", remaining, limit);
    }

    /** {@code 13}; {@code 1,204}. */
    String spentWords() {
        return String.format(Locale.ROOT, "%,d", spent);
    }

    String savedWords() {
        return String.format(Locale.ROOT, "%,d", saved);
    }

    PageTime resets() {
        return PageTime.of(resetsAt);
    }
}
