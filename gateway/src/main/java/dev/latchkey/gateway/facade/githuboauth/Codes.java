package dev.latchkey.gateway.facade.githuboauth;

import dev.latchkey.gateway.keys.KeyRing;
import dev.latchkey.gateway.keys.SealedRecords;
import dev.latchkey.gateway.keys.SealedRecords.Kept;
import dev.latchkey.gateway.keys.Secret;
import dev.latchkey.gateway.session.Person;
import dev.latchkey.gateway.store.Store;
import java.time.Clock;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Authorization codes: good once, for ten minutes as GitHub's are, for the client they were made for, at the address they
 * were sent to, and with the verifier to their challenge. Whoever brings one a second time makes it known that two have it,
 * which ends what the first was given (RFC 6749, section 4.1.2).
 */
final class Codes {

    private static final Duration LIFE = Duration.ofMinutes(10);

    private final SealedRecords<Code> records;
    private final Grants grants;
    private final Clock clock;

    Codes(Store store, KeyRing keys, Grants grants, Clock clock) {
        this.records = new SealedRecords<>(store, keys, "oauth-code", Code.class);
        this.grants = grants;
        this.clock = clock;
    }

    /**
     * A code, as it is stored.
     *
     * @param session in which it was consented to
     * @param grant what it was given for, or null as long as it is good
     */
    record Code(
            String client,
            String redirectUri,
            @Nullable String challenge,
            Person person,
            String session,
            @Nullable String grant) {

        Code(Consent consent, Person person, String session) {
            this(consent.client(), consent.redirectUri(), consent.challenge(), person, session, null);
        }

        private Code spentFor(String id) {
            return new Code(client, redirectUri, challenge, person, session, id);
        }
    }

    Mono<Secret> issue(Code code) {
        Secret text = Opaque.fresh();
        return records.put(Opaque.nameOf(text.reveal()), code, clock.instant().plus(LIFE))
                .thenReturn(text);
    }

    /**
     * A code that was good, and is spent.
     *
     * @param grant the name under which what it is good for is to be made
     */
    record Redeemed(Code code, String grant) {}

    /** Spends a code, whether or not it fits; fails with a {@link Refusal}. */
    Mono<Redeemed> redeem(Client client, Parameters said) {
        String text = said.get("code");
        if (text == null) {
            return Mono.error(Refusal.badCode());
        }
        return records.find(Opaque.nameOf(text))
                .filter(kept -> kept.value().client().equals(client.id()))
                .flatMap(this::spent)
                .filter(redeemed -> fits(redeemed.code(), client, said))
                .switchIfEmpty(Mono.error(Refusal::badCode));
    }

    private Mono<Redeemed> spent(Kept<Code> kept) {
        String before = kept.value().grant();
        if (before != null) {
            return grants.end(before).then(Mono.empty());
        }
        String grant = Grants.freshId();
        return records.replace(kept, kept.value().spentFor(grant))
                .filter(first -> first)
                .map(first -> new Redeemed(kept.value(), grant));
    }

    private static boolean fits(Code code, Client client, Parameters said) {
        String redirectUri = said.get("redirect_uri");
        boolean sameAddress = redirectUri == null || redirectUri.equals(code.redirectUri());
        return sameAddress && isProven(code, client, said.get("code_verifier"));
    }

    /** A verifier where none is expected is a sign that the challenge was taken away on the way (RFC 9700, section 4.8.2). */
    private static boolean isProven(Code code, Client client, @Nullable String verifier) {
        if (code.challenge() == null) {
            return verifier == null && !client.isPublic();
        }
        return verifier != null && Opaque.same(Opaque.challengeOf(verifier), code.challenge());
    }
}
