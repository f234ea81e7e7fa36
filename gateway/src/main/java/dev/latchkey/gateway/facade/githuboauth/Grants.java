package dev.latchkey.gateway.facade.githuboauth;

import dev.latchkey.gateway.keys.KeyRing;
import dev.latchkey.gateway.keys.SealedRecords;
import dev.latchkey.gateway.keys.SealedRecords.Kept;
import dev.latchkey.gateway.keys.Secret;
import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.session.Person;
import dev.latchkey.gateway.store.Store;
import dev.latchkey.gateway.token.ApiToken;
import dev.latchkey.gateway.token.ApiTokens;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * What sign-ins of clients come to: an API token of the person for the routes to GitHub's API and no others, and a refresh
 * token for the next. Each refresh spends both, and none moves the end that the sign-in set. A refresh token that comes a
 * second time was stolen by one of the two who have it, so it ends what both have (RFC 9700, section 4.14.2).
 */
final class Grants {

    private static final String PREFIX = "lkr_";

    private final SealedRecords<Grant> records;
    private final ApiTokens tokens;
    private final Supplier<List<String>> routes;
    private final Duration lifetime;
    private final Clock clock;

    /** @param routes ids of the routes that tokens are for */
    Grants(Store store, KeyRing keys, ApiTokens tokens, Supplier<List<String>> routes, Duration lifetime, Clock clock) {
        this.records = new SealedRecords<>(store, keys, "oauth-grant", Grant.class);
        this.tokens = tokens;
        this.routes = routes;
        this.lifetime = lifetime;
        this.clock = clock;
    }

    /**
     * A sign-in of one client, as it is stored.
     *
     * @param token id of the API token that is out
     * @param refresh name of the refresh token that is out
     * @param end in epoch milliseconds
     */
    record Grant(String client, Person person, String scope, String token, String refresh, long end) {

        Grant next(String newToken, String newRefresh) {
            return new Grant(client, person, scope, newToken, newRefresh, end);
        }

        Instant endsAt() {
            return Instant.ofEpochMilli(end);
        }
    }

    Duration lifetime() {
        return lifetime;
    }

    /** A name for a grant that is still to be made. */
    static String freshId() {
        return Opaque.nameOf(Opaque.fresh().reveal());
    }

    /**
     * Hands out the first tokens of a sign-in.
     *
     * @return the fields of a token endpoint's answer; fails with a {@link Refusal}
     */
    Mono<Map<String, Object>> make(String id, Client client, Person person, Set<String> scopes) {
        Instant end = clock.instant().plus(lifetime);
        Secret refresh = Opaque.fresh();
        String scope = String.join(",", scopes);
        return token(person, client, end).flatMap(made -> {
            Grant grant = new Grant(
                    client.id(), person, scope, made.token().id(), Opaque.nameOf(refresh.reveal()), end.toEpochMilli());
            return records.put(id, grant, end).thenReturn(fields(made, id, refresh, grant));
        });
    }

    /** The next tokens for a refresh token; fails with a {@link Refusal}. */
    Mono<Map<String, Object>> refresh(Client client, @Nullable String text) {
        int dot = text == null ? -1 : text.indexOf('.');
        if (text == null || dot < 0 || !text.startsWith(PREFIX)) {
            return Mono.error(Refusal.badRefreshToken());
        }
        String secret = text.substring(dot + 1);
        return records.find(text.substring(PREFIX.length(), dot))
                .filter(kept -> kept.value().client().equals(client.id()))
                .flatMap(kept -> Opaque.same(kept.value().refresh(), Opaque.nameOf(secret))
                        ? next(client, kept)
                        : end(kept).then(Mono.empty()))
                .switchIfEmpty(Mono.error(Refusal::badRefreshToken));
    }

    /** What its owner has ended on the account page is not brought back. */
    private Mono<Map<String, Object>> next(Client client, Kept<Grant> kept) {
        Grant grant = kept.value();
        return isOut(grant)
                .filter(out -> out && isWorthwhile(grant))
                .flatMap(out -> token(grant.person(), client, grant.endsAt()))
                .flatMap(made -> replaced(kept, made));
    }

    private Mono<Map<String, Object>> replaced(Kept<Grant> kept, ApiTokens.Made made) {
        Secret refresh = Opaque.fresh();
        Grant next = kept.value().next(made.token().id(), Opaque.nameOf(refresh.reveal()));
        return records.replace(kept, next)
                // Whichever of the two was not taken up is over; the other is needed before, so that GitHub's stays.
                .flatMap(done -> tokens.end(
                                next.person().id(), done ? kept.value().token() : next.token())
                        .thenReturn(done))
                .filter(done -> done)
                .map(done -> fields(made, kept.id(), refresh, next));
    }

    private Mono<Boolean> isOut(Grant grant) {
        return tokens.list(grant.person().id()).any(token -> token.id().equals(grant.token()));
    }

    private boolean isWorthwhile(Grant grant) {
        return clock.instant().plus(ApiTokens.SHORTEST_LIFE).isBefore(grant.endsAt());
    }

    private Mono<ApiTokens.Made> token(Person person, Client client, Instant end) {
        List<String> ids = routes.get();
        if (!ApiTokens.isFit(ids)) {
            return Mono.error(
                    Refusal.of("access_denied", "There is no route to GitHub's API that a token could be for"));
        }
        return tokens.make(person, client.name(), ids, Duration.between(clock.instant(), end))
                .onErrorMap(
                        Grants::isFull,
                        full -> Refusal.of(
                                "access_denied",
                                "You have as many API tokens as one person may have; end one of them"));
    }

    private static boolean isFull(Throwable failure) {
        return failure instanceof Problem problem && problem.code() == ProblemCode.API_TOKENS_FULL;
    }

    /** Ends what came of that sign-in, if anything did. */
    Mono<Void> end(String id) {
        return records.find(id).flatMap(this::end);
    }

    private Mono<Void> end(Kept<Grant> kept) {
        Grant grant = kept.value();
        return records.delete(kept)
                .then(tokens.end(grant.person().id(), grant.token()))
                .then();
    }

    private Map<String, Object> fields(ApiTokens.Made made, String id, Secret refresh, Grant grant) {
        ApiToken token = made.token();
        long life = Duration.between(clock.instant(), token.end()).toSeconds();
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("access_token", made.text().reveal());
        fields.put("expires_in", life);
        fields.put("refresh_token", PREFIX + id + '.' + refresh.reveal());
        fields.put("refresh_token_expires_in", life);
        fields.put("scope", grant.scope());
        fields.put("token_type", "bearer");
        return fields;
    }
}
