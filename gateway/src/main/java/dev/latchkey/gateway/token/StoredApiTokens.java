package dev.latchkey.gateway.token;

import dev.latchkey.gateway.keys.KeyRing;
import dev.latchkey.gateway.keys.Unsealable;
import dev.latchkey.gateway.session.Person;
import dev.latchkey.gateway.session.PersonId;
import dev.latchkey.gateway.store.Store;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** The tokens in the store, each under its id, and the ids of each person's. */
final class StoredApiTokens {

    private static final Logger LOG = LoggerFactory.getLogger(StoredApiTokens.class);
    private static final String CHANGED = "api-token-changed";

    private final Store store;
    private final KeyRing keys;

    StoredApiTokens(Store store, KeyRing keys) {
        this.store = store;
        this.keys = keys;
    }

    /** Empty if there is none, or it was sealed by a key that is gone. What an older key sealed is sealed anew. */
    Mono<ApiToken> find(String id) {
        return store.get(key(id)).flatMap(bytes -> {
            ApiToken token = opened(id, bytes);
            return token == null || keys.isSealedByFirst(bytes)
                    ? Mono.justOrEmpty(token)
                    : store.replace(key(id), bytes, ApiTokenRecord.seal(token, keys))
                            .thenReturn(token);
        });
    }

    private @Nullable ApiToken opened(String id, byte[] bytes) {
        try {
            return ApiTokenRecord.open(id, bytes, keys);
        } catch (Unsealable e) {
            LOG.warn("An API token was sealed by a key that is no longer in the ring; its owner must make a new one");
            return null;
        }
    }

    /** Those of a person that have not ended, in no order. */
    Flux<ApiToken> of(PersonId person) {
        return store.members(set(person)).concatMap(this::find);
    }

    Mono<Void> put(ApiToken token) {
        PersonId person = token.person().id();
        return store.put(key(token.id()), ApiTokenRecord.seal(token, keys), token.end())
                .then(store.addMember(set(person), token.id(), token.end()));
    }

    /** Writes what is known of the person by now, unless the token has ended meanwhile. */
    Mono<Void> describe(ApiToken token, Person person) {
        return store.get(key(token.id()))
                .flatMap(bytes -> store.replace(key(token.id()), bytes, ApiTokenRecord.seal(token.of(person), keys)))
                .flatMap(replaced -> announce(token.id()));
    }

    /** Ends it everywhere; true for one of all who do. */
    Mono<Boolean> delete(ApiToken token) {
        return store.delete(key(token.id()))
                .flatMap(deleted -> store.removeMember(set(token.person().id()), token.id())
                        .then(announce(token.id()))
                        .thenReturn(deleted));
    }

    private Mono<Void> announce(String id) {
        return store.publish(CHANGED, id);
    }

    /** Ids of tokens that are no more or have changed, or {@link Store#GAP}. */
    Flux<String> changes() {
        return store.listen(CHANGED);
    }

    private static String key(String id) {
        return "api-token:" + id;
    }

    private static String set(PersonId person) {
        return "api-tokens:" + person;
    }
}
