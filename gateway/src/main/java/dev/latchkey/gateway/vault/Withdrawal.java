package dev.latchkey.gateway.vault;

import dev.latchkey.gateway.session.KnownPeople;
import dev.latchkey.gateway.session.PersonId;
import dev.latchkey.gateway.session.SessionEnded.Reason;
import dev.latchkey.gateway.session.Sessions;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Takes back whatever a person holds of the gateway: sessions, API tokens, account links, all that is open by these, and the
 * provider token that it rested on. It bars nobody: whoever may not come back has to be left out of the routes, or to lose
 * what lets them in.
 */
public final class Withdrawal {

    private static final Logger LOG = LoggerFactory.getLogger(Withdrawal.class);

    private final Sessions sessions;
    private final Supplier<Stream<TokenNeed>> needs;
    private final TokenEndings tokens;
    private final KnownPeople people;

    Withdrawal(Sessions sessions, Supplier<Stream<TokenNeed>> needs, TokenEndings tokens, KnownPeople people) {
        this.sessions = sessions;
        this.needs = needs;
        this.tokens = tokens;
        this.people = people;
    }

    /**
     * From that person, on every node at once. It can be called again, for whatever failed in between or for somebody who
     * holds nothing.
     */
    public Mono<Void> from(PersonId person) {
        // Needs again after the sessions, with which another may just have been made.
        return needsOf(person)
                .then(Mono.defer(() -> sessions.endAll(person, null, Reason.REVOKED)))
                .then(Mono.defer(() -> needsOf(person)))
                .then(Mono.defer(() -> tokens.needEnded(person)))
                .doOnSuccess(done -> LOG.info("Whatever {} held was withdrawn", person));
    }

    /**
     * From whoever signed in last under that login at that provider, in whatever case it is written.
     *
     * @param provider the provider's id, as people's ids have it
     * @return each person it was withdrawn from; empty if nobody is known by that login
     */
    public Flux<PersonId> fromNamed(String provider, String login) {
        return people.named(provider, login).concatMap(person -> from(person).thenReturn(person));
    }

    private Mono<Void> needsOf(PersonId person) {
        return Flux.fromStream(() -> needs.get())
                .concatMap(need -> need.revoked(person))
                .then();
    }
}
