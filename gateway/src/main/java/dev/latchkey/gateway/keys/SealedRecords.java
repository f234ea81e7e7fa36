package dev.latchkey.gateway.keys;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.latchkey.gateway.store.Store;
import java.time.Instant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import tools.jackson.databind.json.JsonMapper;

/**
 * Records of one kind, kept as JSON and each sealed for its very key, so that whoever can write to the store can neither
 * read one, nor make one, nor put one in another's place. Every change is a compare-and-set on what was read.
 *
 * @param <T> a record that Jackson can write and read
 */
public final class SealedRecords<T> {

    private static final Logger LOG = LoggerFactory.getLogger(SealedRecords.class);
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final Store store;
    private final KeyRing keys;
    private final String kind;
    private final Class<T> type;

    /** @param kind what the keys begin with, and what the records are sealed for */
    public SealedRecords(Store store, KeyRing keys, String kind, Class<T> type) {
        this.store = store;
        this.keys = keys;
        this.kind = kind;
        this.type = type;
    }

    /** A record and the very bytes it was read from. */
    public record Kept<T>(String id, T value, byte[] bytes) {

        @Override
        public String toString() {
            return "Kept[" + value + ']';
        }
    }

    /** Writes it, whatever was there. */
    public Mono<Void> put(String id, T value, Instant end) {
        return Mono.defer(() -> store.put(key(id), seal(id, value), end));
    }

    /** Writes it if there is none; true for exactly one of many callers. */
    public Mono<Boolean> putIfAbsent(String id, T value, Instant end) {
        return Mono.defer(() -> store.putIfAbsent(key(id), seal(id, value), end));
    }

    /** Empty if there is none, or it was sealed by a key that is gone. What an older key sealed is sealed anew. */
    public Mono<Kept<T>> find(String id) {
        return store.get(key(id)).flatMap(bytes -> opened(id, bytes)).flatMap(this::renewed);
    }

    private Mono<Kept<T>> opened(String id, byte[] bytes) {
        try {
            return Mono.just(new Kept<>(id, JSON.readValue(keys.open(key(id), bytes), type), bytes));
        } catch (Unsealable e) {
            LOG.warn("A record of the kind {} was sealed by a key that is no longer in the ring", kind);
            return Mono.empty();
        }
    }

    private Mono<Kept<T>> renewed(Kept<T> kept) {
        if (keys.isSealedByFirst(kept.bytes())) {
            return Mono.just(kept);
        }
        byte[] sealed = seal(kept.id(), kept.value());
        return store.replace(key(kept.id()), kept.bytes(), sealed)
                .flatMap(done -> done ? Mono.just(new Kept<>(kept.id(), kept.value(), sealed)) : find(kept.id()));
    }

    /** Writes it in place of what was read, until the same end; false if that is there no more. */
    public Mono<Boolean> replace(Kept<T> kept, T value) {
        return Mono.defer(() -> store.replace(key(kept.id()), kept.bytes(), seal(kept.id(), value)));
    }

    /** Like the other, until that end. */
    public Mono<Boolean> replace(Kept<T> kept, T value, Instant end) {
        return Mono.defer(() -> store.replace(key(kept.id()), kept.bytes(), seal(kept.id(), value), end));
    }

    /** Deletes what was read; true for exactly one of many callers, and false if it is there no more. */
    public Mono<Boolean> delete(Kept<T> kept) {
        return store.deleteIf(key(kept.id()), kept.bytes());
    }

    private byte[] seal(String id, T value) {
        return keys.seal(key(id), JSON.writeValueAsString(value).getBytes(UTF_8));
    }

    private String key(String id) {
        return kind + ':' + id;
    }
}
