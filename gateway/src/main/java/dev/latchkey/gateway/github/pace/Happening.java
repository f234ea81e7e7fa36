package dev.latchkey.gateway.github.pace;

/** What happens to a call after it went, to be told to the ledger once and for all. */
sealed interface Happening {

    /** The call's number on the node that tells it. */
    long number();

    /** @param resource the quota that it used, unless the answer itself says otherwise */
    record Answered(long number, String resource, Answer answer) implements Happening {}

    record Over(long number, long at) implements Happening {}

    /** It was let go but never went: nobody waited for it any more. */
    record Unsent(long number) implements Happening {}
}
