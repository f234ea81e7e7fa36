package dev.latchkey.gateway.session;

import dev.latchkey.gateway.store.Store;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Who is meant by a login: whoever signed in under it last. A login can be given up and taken by somebody else, so nothing
 * that lasts is kept under one; this is for operators, who know people by it.
 */
public final class KnownPeople {

    /** Longer than anything lasts that a sign-in leaves behind. */
    private static final Duration REMEMBERED = Duration.ofDays(400);

    private final Store store;
    private final Clock clock;

    KnownPeople(Store store, Clock clock) {
        this.store = store;
        this.clock = clock;
    }

    /** Somebody has signed in, by whatever way. */
    public Mono<Void> signedIn(Person person) {
        Instant end = clock.instant().plus(REMEMBERED);
        PersonId id = person.id();
        return store.put(loginOf(id), person.login().getBytes(StandardCharsets.UTF_8), end)
                .then(Mono.defer(() -> store.addMember(setNamed(id.provider(), person.login()), id.subject(), end)));
    }

    /** The people who bear that login there by their last sign-in, in whatever case; one at most, unless a provider errs. */
    public Flux<PersonId> named(String provider, String login) {
        return Flux.defer(() -> store.members(setNamed(provider, login)))
                .map(subject -> new PersonId(provider, subject))
                .filterWhen(person -> store.get(loginOf(person))
                        .map(last -> new String(last, StandardCharsets.UTF_8).equalsIgnoreCase(login))
                        .defaultIfEmpty(false));
    }

    private static String loginOf(PersonId person) {
        return "login-of:" + person;
    }

    private static String setNamed(String provider, String login) {
        return "people-named:" + provider + ':' + login.toLowerCase(Locale.ROOT);
    }
}
