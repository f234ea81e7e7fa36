package dev.latchkey.gateway.login;

import dev.latchkey.gateway.provider.GitHub;
import dev.latchkey.gateway.session.PersonId;
import dev.latchkey.gateway.store.Store;
import dev.latchkey.gateway.token.ApiTokens;
import java.time.Instant;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Who has come by a provider that was added, so that they can be found when it goes. */
final class PeopleOf {

    private final Store store;

    PeopleOf(Store store) {
        this.store = store;
    }

    /** Somebody whose session lasts until then at most; an API token that they make may outlive it. */
    Mono<Void> add(PersonId person, Instant end) {
        return person.provider().equals(GitHub.ID)
                ? Mono.empty()
                : store.addMember(set(person.provider()), person.subject(), end.plus(ApiTokens.LONGEST_LIFE));
    }

    Flux<PersonId> of(String provider) {
        return store.members(set(provider)).map(subject -> new PersonId(provider, subject));
    }

    private static String set(String provider) {
        return "people-of:" + provider;
    }
}
