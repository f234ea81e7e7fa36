package dev.latchkey.gateway.session;

import dev.latchkey.gateway.keys.Sha256;
import dev.latchkey.gateway.store.Store;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Everybody who signed in, for operators: by the provider they came by, whose people have to be found when it goes, and by
 * login, by which people are known. Whoever signed in last under a login is meant by it. It can be given up and taken by
 * somebody else, so nothing that lasts is kept under one.
 */
public final class KnownPeople {

    /** How long after what they signed in for has ended: what they made meanwhile may outlive it, by a year at most. */
    private static final Duration REMEMBERED = Duration.ofDays(400);

    private static final int NAME_BYTES = 16;

    private final Store store;

    KnownPeople(Store store) {
        this.store = store;
    }

    /** Somebody has signed in, by whatever way, for something that lasts until then at most. */
    public Mono<Void> signedIn(Person person, Instant until) {
        Instant end = until.plus(REMEMBERED);
        PersonId id = person.id();
        return store.addMember(setOf(id.provider()), id.subject(), end)
                .then(Mono.defer(() -> store.put(loginOf(id), person.login().getBytes(StandardCharsets.UTF_8), end)))
                .then(Mono.defer(() -> store.addMember(setNamed(id.provider(), person.login()), id.subject(), end)));
    }

    /**
     * Whoever signed in there, and may still hold something; in no order.
     *
     * @param provider the provider's id
     */
    public Flux<PersonId> of(String provider) {
        return store.members(setOf(provider)).map(subject -> new PersonId(provider, subject));
    }

    /** The people who bear that login there by their last sign-in, in whatever case; one at most, unless a provider errs. */
    public Flux<PersonId> named(String provider, String login) {
        return Flux.defer(() -> store.members(setNamed(provider, login)))
                .map(subject -> new PersonId(provider, subject))
                .filterWhen(person -> login(person).map(login::equalsIgnoreCase).defaultIfEmpty(false));
    }

    /** What somebody was called when they signed in last; empty if they are not known. */
    public Mono<String> login(PersonId person) {
        return store.get(loginOf(person)).map(last -> new String(last, StandardCharsets.UTF_8));
    }

    private static String setOf(String provider) {
        return "people-of:" + provider;
    }

    private static String loginOf(PersonId person) {
        return "login-of:" + person;
    }

    /** By a digest: a provider may call people what a store takes for no name, and at any length. */
    private static String setNamed(String provider, String login) {
        return "people-named:" + provider + ':' + Sha256.name(login.toLowerCase(Locale.ROOT), NAME_BYTES);
    }
}
