package dev.latchkey.gateway.vault;

import dev.latchkey.gateway.session.PersonId;
import reactor.core.publisher.Mono;

/** Something besides sessions for which people's provider tokens are kept. */
public interface TokenNeed {

    /** Whether the person's token is needed. */
    Mono<Boolean> isThere(PersonId person);

    /** The provider takes the person's grant for over, so what rested on it has to end. */
    Mono<Void> revoked(PersonId person);
}
