package dev.latchkey.gateway.facade.loginbroker;

import dev.latchkey.gateway.facade.loginbroker.Sealed.Kept;
import dev.latchkey.gateway.facade.loginbroker.Sealed.Successor;
import dev.latchkey.gateway.keys.KeyRing;
import dev.latchkey.gateway.keys.Secret;
import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.provider.AccessToken;
import dev.latchkey.gateway.route.Routes;
import dev.latchkey.gateway.session.Person;
import dev.latchkey.gateway.session.PersonId;
import dev.latchkey.gateway.store.Store;
import dev.latchkey.gateway.token.ApiToken;
import dev.latchkey.gateway.token.ApiTokens;
import dev.latchkey.gateway.vault.TokenVault;
import dev.latchkey.gateway.web.RequestScope;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/**
 * The tokens that instances call with. Each is an API token of the gateway's, so its owner sees it on the account page and can
 * end it, and it ends on all nodes at once; it is good for the routes of this service alone, and written in a form of its own.
 *
 * <p>In the second half of its life each use offers a successor, always the same one. The old one goes on until its end, for
 * an instance may have lost the answer that offered it.
 */
final class BrokerTokens {

    private static final String OPAQUE = "lkb_";
    private static final int LONGEST_OPAQUE = 100;
    private static final int LONGEST_NAME = 100;
    /** Families of one person and instance; the oldest make room. */
    private static final int MOST = 10;

    private static final int MOST_ROUTES = 50;
    private static final List<String> SERVED = List.of(LoginBrokerBuiltIn.NAME, "updates");

    private final ApiTokens tokens;
    private final SignedTokens signed;
    private final LoginBrokerProperties properties;
    private final Routes routes;
    private final TokenVault vault;
    private final Store store;
    private final KeyRing keys;
    private final Clock clock;

    BrokerTokens(
            ApiTokens tokens,
            SignedTokens signed,
            LoginBrokerProperties properties,
            Routes routes,
            TokenVault vault,
            Store store,
            KeyRing keys,
            Clock clock) {
        this.tokens = tokens;
        this.signed = signed;
        this.properties = properties;
        this.routes = routes;
        this.vault = vault;
        this.store = store;
        this.keys = keys;
        this.clock = clock;
    }

    static Problem refused() {
        return Problem.of(ProblemCode.SERVICE_TOKEN_REFUSED, "Invalid token");
    }

    /**
     * A token that is good.
     *
     * @param client the origin of the instance that it was made for
     * @param first when its family began
     */
    record Good(ApiToken token, String client, Instant first) {

        Person person() {
            return token.person();
        }
    }

    /** A new token for that instance, the first of its family. */
    Mono<Secret> issue(Person person, String client) {
        Secret text = tokens.fresh();
        Instant now = clock.instant();
        Instant end = now.plus(properties.jwtTtl());
        return gitHubTokenOf(person)
                .flatMap(gitHub -> makeRoom(person.id(), nameFor(client))
                        .then(Mono.defer(() -> make(person, client, text, family(text), now, end, now)))
                        .map(token -> written(token, text, gitHub)));
    }

    /** Not the token's id: what is shown in lists says nothing of what belongs together. */
    private String family(Secret text) {
        return keys.sign("login-broker-family", text.reveal());
    }

    private Mono<ApiToken> make(
            Person person, String client, Secret text, String family, Instant from, Instant end, Instant first) {
        return tokens.makeInFamily(text, family, person, nameFor(client), servedRoutes(), from, end)
                .flatMap(made -> {
                    String key = keptKey(made.token());
                    byte[] kept = Sealed.seal(keys, key, new Kept(2, client, first.toEpochMilli()));
                    return store.put(key, kept, end).thenReturn(made.token());
                });
    }

    private static String nameFor(String client) {
        String name = "Trackeep at " + client;
        return name.length() <= LONGEST_NAME ? name : name.substring(0, LONGEST_NAME);
    }

    /** Families go whole, those first that were not renewed for the longest time. */
    private Mono<Void> makeRoom(PersonId person, String name) {
        return tokens.list(person)
                .filter(token -> token.name().equals(name))
                .distinct(token -> token.family() == null ? token.id() : token.family())
                .skip(MOST - 1L)
                .concatMap(token -> tokens.end(person, token.id()))
                .then();
    }

    private List<String> servedRoutes() {
        return routes.all().stream()
                .filter(route -> SERVED.stream().anyMatch(route::leadsTo))
                .map(route -> route.id())
                .limit(MOST_ROUTES)
                .toList();
    }

    /** What is put into a JWT, before anything is made; empty where nothing is. */
    private Mono<Optional<AccessToken>> gitHubTokenOf(Person person) {
        return signed.areOn() && properties.tokenInQuery().equals(LoginBrokerProperties.JWT_WITH_GITHUB_TOKEN)
                ? vault.fresh(person.id()).map(Optional::of)
                : Mono.just(Optional.empty());
    }

    private Secret written(ApiToken token, Secret text, Optional<AccessToken> gitHub) {
        if (!signed.areOn()) {
            return Secret.of(OPAQUE + text.reveal());
        }
        AccessToken inside = gitHub.orElse(null);
        Instant end = inside == null ? null : vault.endOf(token.person().id(), inside);
        return Secret.of(signed.sign(token, text, inside, end));
    }

    static boolean isOpaque(String text) {
        return text.startsWith(OPAQUE);
    }

    /** Whether somebody means it to be one of these, by the look of it. */
    boolean isMeant(String text) {
        return isOpaque(text) || (signed.areOn() && text.startsWith("eyJ"));
    }

    /** @return fails with {@code service-token.refused} or {@code person.unknown} if it is not good */
    Mono<Good> read(String text, ServerWebExchange exchange) {
        String address = RequestScope.of(exchange).client();
        return Mono.defer(() -> find(text, address))
                .flatMap(token -> store.get(keptKey(token))
                        .flatMap(kept -> Mono.justOrEmpty(Sealed.open(keys, keptKey(token), kept, Kept.class)))
                        .map(kept -> new Good(token, kept.client(), firstOf(kept, token))))
                .switchIfEmpty(Mono.error(BrokerTokens::refused));
    }

    private static Instant firstOf(Kept kept, ApiToken token) {
        return kept.first() == null ? token.madeAt() : Instant.ofEpochMilli(kept.first());
    }

    private Mono<ApiToken> find(String text, String address) {
        if (text.startsWith(OPAQUE)) {
            return text.length() > LONGEST_OPAQUE
                    ? Mono.empty()
                    : tokens.find(Secret.of(text.substring(OPAQUE.length())), address);
        }
        return signed.areOn() ? tokens.find(signed.tokenIn(text), address) : Mono.empty();
    }

    /**
     * The token to use from now on instead of that one; empty while it is young, and where the sign-in behind it is too long
     * ago for another.
     */
    Mono<Secret> successor(Good good) {
        ApiToken token = good.token();
        Instant now = clock.instant();
        Instant longest = good.first().plus(properties.maxAge());
        Instant end = earlier(now.plus(properties.jwtTtl()), longest);
        Duration life = Duration.between(token.madeAt(), token.end());
        boolean young = now.isBefore(token.madeAt().plus(life.dividedBy(2)));
        if (young || !end.isAfter(token.end()) || end.isBefore(now.plus(ApiTokens.SHORTEST_LIFE))) {
            return Mono.empty();
        }
        Successor fresh = new Successor(2, tokens.fresh().reveal(), now.toEpochMilli(), end.toEpochMilli());
        return gitHubTokenOf(token.person())
                .flatMap(gitHub -> agreed(token, fresh).flatMap(agreed -> made(good, agreed, gitHub)));
    }

    private static Instant earlier(Instant one, Instant other) {
        return one.isBefore(other) ? one : other;
    }

    /** The one that was thought of first, whoever else has thought of one. */
    private Mono<Successor> agreed(ApiToken token, Successor fresh) {
        String key = successorKey(token);
        return store.putIfAbsent(key, Sealed.seal(keys, key, fresh), token.end())
                .flatMap(first -> first
                        ? Mono.just(fresh)
                        : store.get(key)
                                .flatMap(bytes -> Mono.justOrEmpty(Sealed.open(keys, key, bytes, Successor.class))));
    }

    private Mono<Secret> made(Good good, Successor successor, Optional<AccessToken> gitHub) {
        Secret text = Secret.of(successor.text());
        Instant from = Instant.ofEpochMilli(successor.madeAt());
        Instant end = Instant.ofEpochMilli(successor.end());
        ApiToken old = good.token();
        String family = old.family() == null ? family(Secret.of(old.id())) : old.family();
        return make(good.person(), good.client(), text, family, from, end, good.first())
                .flatMap(token -> isThere(old)
                        .flatMap(there -> there
                                ? Mono.just(written(token, text, gitHub))
                                : tokens.end(good.person().id(), token.id()).then(Mono.empty())));
    }

    /** Asked of the store: it may have ended while its successor was made, and would have lived on in it. */
    private Mono<Boolean> isThere(ApiToken token) {
        return tokens.list(token.person().id()).any(each -> each.id().equals(token.id()));
    }

    /** Ends a token and all of its family on all nodes, and with the last need for it the person's GitHub token at GitHub. */
    Mono<Void> end(Good good) {
        return tokens.end(good.person().id(), good.token().id())
                .then(store.delete(successorKey(good.token())))
                .then(store.delete(keptKey(good.token())))
                .then();
    }

    private static String keptKey(ApiToken token) {
        return "login-broker-token:" + token.id();
    }

    private static String successorKey(ApiToken token) {
        return "login-broker-successor:" + token.id();
    }
}
