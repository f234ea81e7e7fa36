package dev.latchkey.gateway.vault;

import dev.latchkey.gateway.session.PersonId;

/** Which source a person's token comes from: each provider has its own, with its own rules. */
@FunctionalInterface
interface TokenSources {

    TokenSource of(String provider);

    default TokenSource of(PersonId person) {
        return of(person.provider());
    }
}
