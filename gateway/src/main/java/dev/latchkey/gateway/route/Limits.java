package dev.latchkey.gateway.route;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How much one may ask of an app, and how long its answer is waited for. Null or 0 where there is no such limit.
 *
 * @param rate requests of one person, or of one address where nobody is signed in
 * @param body the largest request body, in bytes
 * @param headers the largest request head, in bytes of names and values
 * @param timeout from the end of the request to the head of the answer
 * @param idle the longest silence within a body, in either direction
 * @param concurrent requests under way at once, of everybody together
 * @param retries how often a safe request is sent again when the app could not be reached or broke off
 * @param breaker when an app that fails is left alone for a while
 */
public record Limits(
        @Nullable Rate rate,
        @Nullable Long body,
        @Nullable Long headers,
        @Nullable Duration timeout,
        @Nullable Duration idle,
        int concurrent,
        int retries,
        @Nullable Breaker breaker) {

    /** A route without any. */
    public static final Limits NONE = new Limits(null, null, null, null, null, 0, 0, null);

    /**
     * A token bucket.
     *
     * @param requests how many tokens come back in {@code per}
     * @param burst how many it holds
     */
    public record Rate(long requests, Duration per, long burst) {}

    /**
     * A circuit breaker.
     *
     * @param failures the percentage of failed requests that opens it
     * @param of the number of requests that are looked at
     * @param pause how long it stays open
     * @param probes how many requests then try whether the app is back
     */
    public record Breaker(int failures, int of, Duration pause, int probes) {}

    /** True if something is limited before the request is let in. */
    public boolean isInbound() {
        return rate != null || body != null || headers != null;
    }

    /** True if something stands between the gate and the app. */
    public boolean isGuarding() {
        return concurrent > 0 || retries > 0 || breaker != null;
    }
}
