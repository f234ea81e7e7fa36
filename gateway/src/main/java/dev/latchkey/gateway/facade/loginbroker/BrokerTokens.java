package dev.latchkey.gateway.facade.loginbroker;

import dev.latchkey.gateway.facade.loginbroker.Sealed.Kept;
import dev.latchkey.gateway.facade.loginbroker.Sealed.Successor;
import dev.latchkey.gateway.keys.KeyRing;
import dev.latchkey.gateway.keys.Secret;
import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
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
    /** Of one person and instance; the oldest make room. */
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
     */
    record Good(ApiToken token, String client) {

        Person person() {
            return token.person();
        }
    }

    private record Made(ApiToken token, Secret text) {}

    /** A new token for that instance. */
    Mono<Secret> issue(Person person, String client) {
        return make(person, client).map(Made::text);
    }

    private Mono<Made> make(Person person, String client) {
        String name = nameFor(client);
        return makeRoom(person.id(), name)
                .then(Mono.defer(() -> tokens.make(person, name, servedRoutes(), properties.jwtTtl())))
                .flatMap(made -> keep(made.token(), client).then(Mono.defer(() -> text(made))));
    }

    private static String nameFor(String client) {
        String name = "Trackeep at " + client;
        return name.length() <= LONGEST_NAME ? name : name.substring(0, LONGEST_NAME);
    }

    private Mono<Void> makeRoom(PersonId person, String name) {
        return tokens.list(person)
                .filter(token -> token.name().equals(name))
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

    private Mono<Void> keep(ApiToken token, String client) {
        String key = keptKey(token);
        return store.put(key, Sealed.seal(keys, key, new Kept(1, client)), token.end());
    }

    private Mono<Made> text(ApiTokens.Made made) {
        ApiToken token = made.token();
        if (!signed.areOn()) {
            return Mono.just(new Made(token, Secret.of(OPAQUE + made.text().reveal())));
        }
        if (!properties.tokenInQuery().equals(LoginBrokerProperties.JWT_WITH_GITHUB_TOKEN)) {
            return Mono.fromCallable(() -> new Made(token, Secret.of(signed.sign(token, null, null))));
        }
        PersonId person = token.person().id();
        return vault.fresh(person)
                .map(gitHub -> new Made(token, Secret.of(signed.sign(token, gitHub, vault.endOf(person, gitHub)))));
    }

    /** Whether somebody means it to be one of these, by the look of it. */
    boolean isMeant(String text) {
        return text.startsWith(OPAQUE) || (signed.areOn() && text.startsWith("eyJ"));
    }

    /** @return fails with {@code service-token.refused} or {@code person.unknown} if it is not good */
    Mono<Good> read(String text, ServerWebExchange exchange) {
        String address = RequestScope.of(exchange).client();
        return Mono.defer(() -> find(text, address))
                .flatMap(token -> store.get(keptKey(token))
                        .flatMap(kept -> Mono.justOrEmpty(Sealed.open(keys, keptKey(token), kept, Kept.class)))
                        .map(kept -> new Good(token, kept.client())))
                .switchIfEmpty(Mono.error(BrokerTokens::refused));
    }

    private Mono<ApiToken> find(String text, String address) {
        if (text.startsWith(OPAQUE)) {
            return text.length() > LONGEST_OPAQUE
                    ? Mono.empty()
                    : tokens.find(Secret.of(text.substring(OPAQUE.length())), address);
        }
        return signed.areOn() ? tokens.find(signed.idIn(text), address) : Mono.empty();
    }

    /** The token to use from now on instead of that one; empty while it is young. */
    Mono<Secret> successor(Good good) {
        ApiToken token = good.token();
        Duration life = Duration.between(token.madeAt(), token.end());
        Instant renewFrom = token.madeAt().plus(life.dividedBy(2));
        if (clock.instant().isBefore(renewFrom)) {
            return Mono.empty();
        }
        String key = "login-broker-successor:" + token.id();
        return known(key)
                .switchIfEmpty(Mono.defer(
                        () -> make(token.person(), good.client()).flatMap(made -> offer(key, made, token.end()))));
    }

    private Mono<Secret> known(String key) {
        return store.get(key)
                .flatMap(bytes -> Mono.justOrEmpty(Sealed.open(keys, key, bytes, Successor.class)))
                .map(successor -> Secret.of(successor.text()));
    }

    /** Of several that are made at once, one is offered, and the others end. */
    private Mono<Secret> offer(String key, Made made, Instant end) {
        byte[] sealed = Sealed.seal(keys, key, new Successor(1, made.text().reveal()));
        return store.putIfAbsent(key, sealed, end)
                .flatMap(first -> first
                        ? Mono.just(made.text())
                        : tokens.end(made.token().person().id(), made.token().id())
                                .then(known(key)));
    }

    /** Ends a token on all nodes, and with the last need for it the person's GitHub token at GitHub. */
    Mono<Void> end(Good good) {
        return tokens.end(good.person().id(), good.token().id())
                .then(store.delete(keptKey(good.token())))
                .then();
    }

    private static String keptKey(ApiToken token) {
        return "login-broker-token:" + token.id();
    }
}
