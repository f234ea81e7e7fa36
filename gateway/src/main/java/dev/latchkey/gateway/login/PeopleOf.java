package dev.latchkey.gateway.login;

import dev.latchkey.gateway.session.PersonId;
import dev.latchkey.gateway.store.Store;
import dev.latchkey.gateway.token.ApiTokens;
import java.time.Instant;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Who has come by which provider: for operators, and to be found when a provider that was added goes. */
public final class PeopleOf {

    private final Store store;

    public PeopleOf(Store store) {
        this.store = store;
    }

    /** Somebody whose session lasts until then at most; an API token that they make may outlive it. */
    Mono<Void> add(PersonId person, Instant end) {
        return store.addMember(set(person.provider()), person.subject(), end.plus(ApiTokens.LONGEST_LIFE));
    }

    /**
     * Whoever signed in there since, and may still hold something; in no order.
     *
     * @param provider the provider's id
     */
    public Flux<PersonId> of(String provider) {
        return store.members(set(provider)).map(subject -> new PersonId(provider, subject));
    }

    private static String set(String provider) {
        return "people-of:" + provider;
    }
}
