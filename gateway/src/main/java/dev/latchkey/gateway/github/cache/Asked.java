package dev.latchkey.gateway.github.cache;

/**
 * When GitHub was asked.
 *
 * @param number of the newest change that this node knew of, or {@link #ELSEWHERE}
 * @param at in milliseconds
 */
record Asked(long number, long at) {

    /** Another node asked, or this one before it was started: what it knew of says nothing here. */
    static final long ELSEWHERE = -1;
}
