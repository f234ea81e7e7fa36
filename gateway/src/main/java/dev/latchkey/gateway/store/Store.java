package dev.latchkey.gateway.store;

import java.time.Instant;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Where the gateway keeps what must outlive a request: small records that end at an instant.
 *
 * <p>Every verb is one atomic step, so that two nodes cannot interleave inside it. A store that cannot be reached
 * fails with a {@code store.unavailable} problem; it never answers as if the record were absent. When a change fails so,
 * it may have been made or not. A change that completes survives the death of the process.
 *
 * <p>Callers seal what is secret before they hand it over. Keys are plain text, namespaced by colons
 * ({@code attempt:…}), and hold no secret; a name is either a record's or a set's. Ends count to the millisecond and
 * no further than the year 9999.
 */
public interface Store {

    /** Emitted by {@link #listen} when messages may have been missed before it. No topic publishes it. */
    String GAP = "\u0000gap";

    /** The record, or empty if there is none or its end has come. */
    Mono<byte[]> get(String key);

    /** Writes the record, whatever was there. */
    Mono<Void> put(String key, byte[] value, Instant end);

    /** Writes the record if there is none; true for exactly one of many callers. */
    Mono<Boolean> putIfAbsent(String key, byte[] value, Instant end);

    /** Writes the record if it still holds the expected bytes (compare and set). */
    Mono<Boolean> replace(String key, byte[] expected, byte[] value, Instant end);

    /** Like the other, but the record keeps its end. */
    Mono<Boolean> replace(String key, byte[] expected, byte[] value);

    /** Moves the end of a record that exists to a later instant, never to an earlier; false if there is none. */
    Mono<Boolean> extend(String key, Instant end);

    /** Deletes the record; true for exactly one of many callers. */
    Mono<Boolean> delete(String key);

    /** Deletes the record if it still holds the expected bytes (compare and set). */
    Mono<Boolean> deleteIf(String key, byte[] expected);

    /** Puts a member into a set, from which it vanishes at its end. Adding it again moves its end. */
    Mono<Void> addMember(String set, String member, Instant end);

    Mono<Void> removeMember(String set, String member);

    /** The members whose end has not come. */
    Flux<String> members(String set);

    /** Puts an entry into a queue, to be taken from that instant on. Scheduling it again moves the instant. */
    Mono<Void> schedule(String queue, String entry, Instant due);

    /** Takes an entry out, due or not; true for exactly one of all who cancel or take it. */
    Mono<Boolean> cancel(String queue, String entry);

    /** Takes entries that are due, the longest due first and at most so many; each goes to exactly one taker. */
    Flux<String> takeDue(String queue, int most);

    /** Tells every node, this one included, within moments. Nothing is kept for a node that is away. */
    Mono<Void> publish(String topic, String message);

    /**
     * What is published from now on. The flux never ends by itself: it outlives a lost connection, and emits
     * {@link #GAP} each time it begins to hear (again) after messages may have been missed, so that the listener can drop
     * whatever it believed. Where several nodes share the store, that includes the moment it first hears.
     */
    Flux<String> listen(String topic);

    /** Completes if the store answers now. */
    Mono<Void> ping();
}
