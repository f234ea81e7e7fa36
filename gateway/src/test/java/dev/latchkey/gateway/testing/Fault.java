package dev.latchkey.gateway.testing;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiFunction;
import java.util.function.Supplier;

/**
 * Something that goes wrong between GitHub and its caller. Unless a fault says otherwise the request has no effect:
 * no code is spent, no token rotates.
 */
public final class Fault {

    private final BiFunction<Call, Supplier<Reply>, Reply> course;

    private Fault(BiFunction<Call, Supplier<Reply>, Reply> course) {
        this.course = course;
    }

    /** An error status with GitHub's JSON error body. */
    public static Fault status(int status) {
        return answering(Reply.message(status, "Injected fault " + status));
    }

    /** The web page that GitHub's front shows when what stands behind it is down. */
    public static Fault html(int status) {
        return answering(
                Reply.html(status, "<!DOCTYPE html><title>Unicorn! &middot; GitHub</title><p>No server is available."));
    }

    /** That status with that JSON text, which may be broken, and those headers, names and values in turn. */
    public static Fault body(int status, String json, String... headers) {
        Reply reply = Reply.of(status, "application/json; charset=utf-8", json);
        for (int i = 0; i < headers.length; i += 2) {
            reply = reply.with(headers[i], headers[i + 1]);
        }
        return answering(reply);
    }

    /** Sends the caller, credentials and all, to another address. */
    public static Fault redirect(String to) {
        return answering(Reply.empty(307).with("Location", to));
    }

    /** Says nothing for that long, then closes the connection. */
    public static Fault hang(Duration silence) {
        return answering(
                Reply.empty(200).lost(Reply.Journey.CLOSED_WITHOUT_A_BYTE).after(silence));
    }

    /** Resets the connection at once. */
    public static Fault reset() {
        return answering(Reply.empty(200).lost(Reply.Journey.RESET));
    }

    /** Bytes that are not HTTP. */
    public static Fault garbage() {
        return answering(Reply.empty(200).lost(Reply.Journey.GARBAGE));
    }

    /** A secondary limit: 429 with {@code Retry-After}. */
    public static Fault rateLimited(Duration wait) {
        return answering(Quotas.secondaryLimit(429, wait));
    }

    /** A secondary limit that only its words tell: 403, much remaining, and no word of how long. */
    public static Fault secondaryLimitWithoutWait() {
        return answering(Quotas.secondaryLimit(403).with("X-RateLimit-Remaining", 4_321));
    }

    /** That status with that message, as the API words errors. */
    public static Fault message(int status, String message) {
        return answering(Reply.message(status, message));
    }

    /** A redirect of that status to that address. */
    public static Fault redirect(int status, String location) {
        return answering(Reply.message(status, "Moved Permanently").with("Location", location));
    }

    /** The primary limit: 403, nothing remaining, and a reset that far ahead. */
    public static Fault quotaExhausted(Duration wait) {
        return new Fault(
                (call, healthy) -> Quotas.primaryLimit(call.login(), call.at().plus(wait)));
    }

    /** Success, and the word that so many of 5000 calls of this hour are used. */
    public static Fault quotaUsed(int used) {
        return new Fault(
                (call, healthy) -> new Quotas.Quota(5_000, used, call.at().plus(Duration.ofHours(1)))
                        .on(Reply.json(200, Json.object("used", used))));
    }

    /** The real answer, late; its effect happens at once. */
    public static Fault slow(Duration delay) {
        return new Fault((call, healthy) -> healthy.get().after(delay));
    }

    /** The real answer after so much work, by that clock; several at a time, as far as there are threads for them. */
    public static Fault taking(Duration work, Clock clock) {
        return new Fault((call, healthy) -> {
            Instant end = call.at().plus(work);
            while (clock.instant().isBefore(end)) {
                LockSupport.parkNanos(200_000);
            }
            return healthy.get();
        });
    }

    /** The request takes effect and the answer never arrives. */
    public static Fault lostAnswer() {
        return new Fault((call, healthy) -> healthy.get().lost(Reply.Journey.RESET));
    }

    private static Fault answering(Reply reply) {
        return new Fault((call, healthy) -> reply);
    }

    Reply apply(Call call, Supplier<Reply> healthy) {
        return course.apply(call, healthy);
    }
}
