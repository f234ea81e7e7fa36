package dev.latchkey.gateway.github.pace;

import org.jspecify.annotations.Nullable;

/** What an answer says about GitHub's limits. Waits are in milliseconds, or null where GitHub does not say. */
sealed interface Verdict {

    /** No limit, whatever else it is: a permission that is missing is none. */
    record Within() implements Verdict {}

    /** The quota that the call uses is spent; others are not touched. */
    record Spent(@Nullable Long after) implements Verdict {}

    /** A secondary limit: nothing of this principal may go. */
    record Secondary(@Nullable Long after) implements Verdict {}
}
