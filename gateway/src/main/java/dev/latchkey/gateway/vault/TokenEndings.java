package dev.latchkey.gateway.vault;

import dev.latchkey.gateway.provider.AccessToken;
import dev.latchkey.gateway.session.PersonId;
import dev.latchkey.gateway.session.SessionEnded;
import dev.latchkey.gateway.session.SessionEnded.Reason;
import dev.latchkey.gateway.session.SessionListener;
import dev.latchkey.gateway.vault.StoredTokens.Kept;
import java.time.Instant;
import java.util.function.BiConsumer;
import reactor.core.publisher.Mono;

/**
 * Lets a token live as long as its person's sessions and whatever else needs it: it ends with the last of them, here at
 * once and then at GitHub.
 */
public final class TokenEndings implements SessionListener {

    private final StoredTokens tokens;
    private final TokenSources sources;
    private final Recheck recheck;
    private final Presence presence;

    /** Who is signed in. */
    interface Presence {

        /** Whether the person has a session left, or something else that needs the token. */
        Mono<Boolean> isSignedIn(PersonId person);
    }

    TokenEndings(StoredTokens tokens, TokenSources sources, Recheck recheck, Presence presence) {
        this.tokens = tokens;
        this.sources = sources;
        this.recheck = recheck;
        this.presence = presence;
    }

    @Override
    public Mono<Void> used(PersonId person, Instant until) {
        return tokens.extend(person, until).then(Mono.defer(() -> recheck.ifDue(person)));
    }

    @Override
    public Mono<Void> ended(SessionEnded event) {
        return event.reason() == Reason.EXPIRED
                ? endUnlessSignedIn(event.person(), this::lapsed)
                : endUnlessSignedIn(event.person(), this::released);
    }

    /** Something that needed the person's token does so no more. */
    public Mono<Void> needEnded(PersonId person) {
        return endUnlessSignedIn(person, this::released);
    }

    /** The time of something that needed the person's token is over. */
    public Mono<Void> needLapsed(PersonId person) {
        return endUnlessSignedIn(person, this::lapsed);
    }

    /**
     * The token is read before the sessions are: one that a new sign-in brings meanwhile is not taken away. One that a
     * refresh has touched meanwhile is looked at again.
     */
    private Mono<Void> endUnlessSignedIn(PersonId person, BiConsumer<PersonId, AccessToken> atProvider) {
        return tokens.find(person)
                .filterWhen(kept -> presence.isSignedIn(person).map(others -> !others))
                .flatMap(kept -> tokens.delete(person, kept)
                        .flatMap(deleted ->
                                deleted ? deleted(person, kept, atProvider) : endUnlessSignedIn(person, atProvider)));
    }

    private Mono<Void> deleted(PersonId person, Kept kept, BiConsumer<PersonId, AccessToken> atProvider) {
        atProvider.accept(person, kept.record().token().accessToken());
        return tokens.announce(person);
    }

    private void released(PersonId person, AccessToken token) {
        sources.of(person).release(token, hasToken(person));
    }

    private void lapsed(PersonId person, AccessToken token) {
        sources.of(person).lapse(token);
    }

    private Mono<Boolean> hasToken(PersonId person) {
        return tokens.find(person).hasElement();
    }
}
