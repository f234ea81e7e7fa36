package dev.latchkey.gateway.facade.loginbroker;

import dev.latchkey.gateway.keys.KeyRing;
import dev.latchkey.gateway.session.PersonId;
import dev.latchkey.gateway.store.Store;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import reactor.core.publisher.Mono;

/** When somebody first and last signed in through here, by the account's number; forgotten a year after the last time. */
final class Visits {

    private static final Duration REMEMBERED = Duration.ofDays(400);

    private final Store store;
    private final KeyRing keys;
    private final Clock clock;

    Visits(Store store, KeyRing keys, Clock clock) {
        this.store = store;
        this.keys = keys;
        this.clock = clock;
    }

    Mono<Sealed.Visits> of(PersonId person) {
        String key = key(person);
        return store.get(key).flatMap(bytes -> Mono.justOrEmpty(Sealed.open(keys, key, bytes, Sealed.Visits.class)));
    }

    Mono<Void> signedIn(PersonId person) {
        Instant now = clock.instant();
        String key = key(person);
        return of(person)
                .map(Sealed.Visits::first)
                .defaultIfEmpty(now.toEpochMilli())
                .map(first -> Sealed.seal(keys, key, new Sealed.Visits(1, first, now.toEpochMilli())))
                .flatMap(bytes -> store.put(key, bytes, now.plus(REMEMBERED)));
    }

    private static String key(PersonId person) {
        return "login-broker-visits:" + person;
    }
}
