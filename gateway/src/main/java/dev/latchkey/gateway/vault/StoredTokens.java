package dev.latchkey.gateway.vault;

import dev.latchkey.gateway.keys.KeyRing;
import dev.latchkey.gateway.keys.Unsealable;
import dev.latchkey.gateway.session.PersonId;
import dev.latchkey.gateway.store.Store;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** The tokens in the store, one for each person: every change is a compare-and-set on the record that was read. */
final class StoredTokens {

    private static final Logger LOG = LoggerFactory.getLogger(StoredTokens.class);
    private static final String CHANGED = "token-changed";
    /**
     * What ends by time is there for this moment longer, so that whoever tells of the end can still take it back to the provider.
     * Nobody is given it any more: whatever it was kept for is over.
     */
    private static final Duration MOMENT = Duration.ofSeconds(1);

    private final Store store;
    private final KeyRing keys;

    StoredTokens(Store store, KeyRing keys) {
        this.store = store;
        this.keys = keys;
    }

    /** A record and the very bytes it was read from. */
    record Kept(TokenRecord record, byte[] sealed) {

        @Override
        public String toString() {
            return "Kept[sealed]";
        }
    }

    /** Empty if there is none, or it was sealed by a key that is gone. What an older key sealed is sealed anew. */
    Mono<Kept> find(PersonId person) {
        return store.get(keyOf(person))
                .map(bytes -> new Kept(TokenRecord.open(keys, person, bytes), bytes))
                .flatMap(kept -> keys.isSealedByFirst(kept.sealed()) ? Mono.just(kept) : sealAnew(person, kept))
                .onErrorResume(Unsealable.class, e -> {
                    LOG.warn("A token was sealed by a key that is no longer in the ring; its owner must sign in again");
                    return Mono.empty();
                });
    }

    private Mono<Kept> sealAnew(PersonId person, Kept kept) {
        return replace(person, kept, kept.record()).switchIfEmpty(Mono.defer(() -> find(person)));
    }

    /**
     * Writes a token whatever was there, and tells all nodes; emits what it took the place of, if any. It stays until that
     * end, or until the later one of the token before it, which something that lasts longer may have asked for.
     */
    Mono<Kept> put(PersonId person, TokenRecord record, Instant end) {
        return exchange(person, record.seal(keys, person), end.plus(MOMENT)).flatMap(Mono::justOrEmpty);
    }

    private Mono<Optional<Kept>> exchange(PersonId person, byte[] sealed, Instant end) {
        return find(person)
                .map(Optional::of)
                .defaultIfEmpty(Optional.empty())
                .flatMap(old -> write(keyOf(person), old, sealed, end)
                        .flatMap(done -> done ? announce(person).thenReturn(old) : exchange(person, sealed, end)));
    }

    /** Where there is nothing that could be read, there is nothing to be lost. */
    private Mono<Boolean> write(String key, Optional<Kept> old, byte[] sealed, Instant end) {
        // The end first: whatever a node dies over, no record is left that ends too early.
        return old.map(kept -> store.extend(key, end).then(Mono.defer(() -> store.replace(key, kept.sealed(), sealed))))
                .orElseGet(() -> store.put(key, sealed, end).thenReturn(true));
    }

    /** The record in place of the one that was read, until the same end; empty if that one is there no more. */
    Mono<Kept> replace(PersonId person, Kept kept, TokenRecord record) {
        byte[] sealed = record.seal(keys, person);
        return store.replace(keyOf(person), kept.sealed(), sealed)
                .filter(done -> done)
                .map(done -> new Kept(record, sealed));
    }

    /** Whether it was still there. */
    Mono<Boolean> delete(PersonId person, Kept kept) {
        return store.deleteIf(keyOf(person), kept.sealed());
    }

    Mono<Void> extend(PersonId person, Instant end) {
        return store.extend(keyOf(person), end.plus(MOMENT)).then();
    }

    /** Tells all nodes that the person's token is another, or none. */
    Mono<Void> announce(PersonId person) {
        return store.publish(CHANGED, person.toString());
    }

    /** People by id whose token changed, or {@link Store#GAP}. */
    Flux<String> changes() {
        return store.listen(CHANGED);
    }

    private static String keyOf(PersonId person) {
        return "token:" + person;
    }
}
