package dev.latchkey.gateway.link;

import dev.latchkey.gateway.keys.KeyRing;
import dev.latchkey.gateway.keys.SealedRecords;
import dev.latchkey.gateway.keys.SealedRecords.Kept;
import dev.latchkey.gateway.keys.Secret;
import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.session.Person;
import dev.latchkey.gateway.session.PersonId;
import dev.latchkey.gateway.store.Store;
import dev.latchkey.gateway.token.ApiToken;
import dev.latchkey.gateway.token.ApiTokens;
import dev.latchkey.gateway.vault.TokenEndings;
import dev.latchkey.gateway.vault.TokenNeed;
import dev.latchkey.gateway.vault.TokenVault;
import dev.latchkey.gateway.watch.Audit;
import dev.latchkey.gateway.watch.AuditEvent;
import dev.latchkey.gateway.watch.AuditEvent.Action;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * The links of a chat's accounts. A chat asks for one, its person confirms it in a browser, and it lasts until the chat or
 * its day ends it. As long as it lasts, so does the provider token of whoever it acts as; the last to need that ends it,
 * here and at the provider.
 *
 * <p>The end of a link stands in one queue of the store, whoever wrote it: no timer for each, and nothing lost with a node.
 * A link is of no use from that millisecond on, and is taken out of the store by whichever node comes first, which marks it
 * as over before it tells of the end, so that a node that dies over it leaves that to another.
 */
public final class AccountLinks implements TokenNeed {

    static final Duration ASK_LIFE = Duration.ofMinutes(10);

    private static final Logger LOG = LoggerFactory.getLogger(AccountLinks.class);
    private static final String QUEUE = "link-ends";
    /** Few, since what was taken and is not yet put off dies with the node. */
    private static final int AT_ONCE = 8;

    /** For the last node to come back and tell of an end; there is no token in the record. */
    private static final Duration REMEMBERED = Duration.ofDays(7);
    /** For the first node to take the provider's token back there, before it is forgotten here in any case. */
    private static final Duration TAKING_BACK = Duration.ofMinutes(10);

    private static final Duration ENDING = Duration.ofMinutes(1);
    private static final Duration TOKEN_LIFE = Duration.ofHours(1);
    private static final Duration TOKEN_REST = Duration.ofMinutes(10);
    private static final int LONGEST = 200;
    private static final int LONGEST_WORDS = 500;

    private final SealedRecords<AccountLink> links;
    private final SealedRecords<LinkAsk> asks;
    private final SealedRecords<LinkToken> linkTokens;
    private final Store store;
    private final LinkHook hook;
    private final TokenVault vault;
    private final TokenEndings endings;
    private final ApiTokens apiTokens;
    private final Duration lifetime;
    private final Clock clock;
    private final Audit audit;

    AccountLinks(
            Store store,
            KeyRing keys,
            LinkHook hook,
            TokenVault vault,
            TokenEndings endings,
            ApiTokens apiTokens,
            Duration lifetime,
            Clock clock,
            Audit audit) {
        this.links = new SealedRecords<>(store, keys, "link", AccountLink.class);
        this.asks = new SealedRecords<>(store, keys, "link-ask", LinkAsk.class);
        this.linkTokens = new SealedRecords<>(store, keys, "link-token", LinkToken.class);
        this.store = store;
        this.hook = hook;
        this.vault = vault;
        this.endings = endings;
        this.apiTokens = apiTokens;
        this.lifetime = lifetime;
        this.clock = clock;
        this.audit = audit;
    }

    /**
     * The gateway token of a link, as it is stored.
     *
     * @param former the one before, which whoever was given it uses until its end; it ends with the link, too
     * @param person whose it is
     * @param madeAt when the link was made that it was made for
     * @param end in epoch milliseconds, like the other time
     */
    record LinkToken(
            String id, String text, @Nullable String former, String routes, PersonId person, long madeAt, long end) {

        static LinkToken of(ApiTokens.Made made, @Nullable String former, AccountLink link, String routes) {
            ApiToken token = made.token();
            return new LinkToken(
                    token.id(),
                    made.text().reveal(),
                    former,
                    routes,
                    link.person().id(),
                    link.madeAt(),
                    token.end().toEpochMilli());
        }

        boolean isOf(AccountLink link) {
            return person.equals(link.person().id()) && madeAt == link.madeAt();
        }

        Token shown() {
            return new Token(Secret.of(text), Instant.ofEpochMilli(end));
        }

        /** Never the record's own form, which would print the token. */
        @Override
        public String toString() {
            return "LinkToken[" + id + ']';
        }
    }

    // Asking

    /**
     * What a chat shows its person.
     *
     * @param secret what the address for the browser has to hold
     */
    public record Asked(Secret secret, Instant end) {}

    /**
     * Asks for a link.
     *
     * @param user the chat's key for the account
     * @param room where it was asked for; may be empty
     * @param done what the last page shall say; may be empty
     * @return fails with {@code link.unfit}
     */
    public Mono<Asked> ask(String user, String room, String done) {
        if (user.isBlank() || !isLine(user, LONGEST) || !isLine(room, LONGEST) || !isLine(done, LONGEST_WORDS)) {
            return Mono.error(Problem.of(ProblemCode.LINK_UNFIT));
        }
        Secret secret = LinkName.fresh();
        Instant end = clock.instant().plus(ASK_LIFE);
        return asks.put(LinkName.of(secret.reveal()), new LinkAsk(user, room, done), end)
                .thenReturn(new Asked(secret, end));
    }

    private static boolean isLine(String text, int longest) {
        return text.length() <= longest && text.chars().noneMatch(Character::isISOControl);
    }

    /** What was asked for and is undecided; fails with {@code link.over} if there is nothing. */
    Mono<Kept<LinkAsk>> asked(String name) {
        return asks.find(name).switchIfEmpty(Mono.error(() -> Problem.of(ProblemCode.LINK_OVER)));
    }

    /** The person does not want it; fails with {@code link.over} if that was decided before. */
    Mono<Void> decline(Kept<LinkAsk> ask, String reason) {
        return decided(ask)
                .then(Mono.defer(() -> hook.tell(LinkEvent.of("declined", ask.value(), reason, clock.instant()))));
    }

    /** An attempt failed; another may do better. */
    Mono<Void> failed(LinkAsk ask, String reason) {
        return hook.tell(LinkEvent.of("failed", ask, reason, clock.instant()));
    }

    private Mono<Void> decided(Kept<LinkAsk> ask) {
        return asks.delete(ask)
                .filter(first -> first)
                .switchIfEmpty(Mono.error(() -> Problem.of(ProblemCode.LINK_OVER)))
                .then();
    }

    // Linking

    Duration lifetime() {
        return lifetime;
    }

    /**
     * Links what was asked for to somebody who is signed in.
     *
     * @return fails with {@code sign-in.required} if there is no token of theirs, and with {@code link.over} if it was
     *     decided before; then nothing has changed
     */
    Mono<AccountLink> link(Kept<LinkAsk> ask, Person person) {
        return vault.fresh(person.id())
                .then(Mono.defer(() -> decided(ask)))
                .then(Mono.defer(() -> vault.scopes(person.id()).defaultIfEmpty(Set.of())))
                .flatMap(scopes -> keep(made(ask.value(), person, scopes)));
    }

    private AccountLink made(LinkAsk ask, Person person, Set<String> scopes) {
        Instant now = clock.instant();
        return new AccountLink(
                ask.user(),
                ask.room(),
                person,
                scopes.stream().sorted().toList(),
                now.toEpochMilli(),
                now.plus(lifetime).toEpochMilli(),
                false);
    }

    /** In such an order that whatever is there has its end and its token. */
    private Mono<AccountLink> keep(AccountLink link) {
        String name = LinkName.of(link.user());
        PersonId person = link.person().id();
        Instant end = link.end();
        return store.schedule(QUEUE, name, end)
                .then(Mono.defer(() -> store.addMember(linksOf(person), name, end.plus(REMEMBERED))))
                .then(Mono.defer(() -> vault.keepUntil(person, end.plus(TAKING_BACK))))
                .then(Mono.defer(() -> exchange(name, link)))
                // Once more: a node that came for the end of an earlier link, and found none, may have cancelled this
                // one.
                .flatMap(old -> store.schedule(QUEUE, name, end)
                        .then(Mono.defer(() -> old.map(before -> replaced(name, before.value(), link))
                                .orElse(Mono.empty()))))
                .then(Mono.defer(() -> hook.tell(LinkEvent.of("linked", link, clock.instant()))))
                .doOnSuccess(told -> audit.tell(
                        event(Action.LINK_MADE, link).with("expires", link.end().toString())))
                .thenReturn(link);
    }

    private static AuditEvent event(Action action, AccountLink link) {
        return AuditEvent.success(action).of(link.person().id().toString()).with("link", link.user());
    }

    /** Puts a link in the place of the one there is, which is emitted: of two at once, each sees the other or is seen. */
    private Mono<Optional<Kept<AccountLink>>> exchange(String name, AccountLink link) {
        Instant end = link.end().plus(REMEMBERED);
        return links.find(name)
                .map(Optional::of)
                .defaultIfEmpty(Optional.empty())
                .flatMap(old -> old.map(kept -> links.replace(kept, link, end))
                        .orElseGet(() -> links.putIfAbsent(name, link, end))
                        .flatMap(done -> done ? Mono.just(old) : exchange(name, link)));
    }

    /** Somebody else's token must not go on acting for this account. */
    private Mono<Void> replaced(String name, AccountLink before, AccountLink link) {
        PersonId person = before.person().id();
        if (person.equals(link.person().id())) {
            return Mono.empty();
        }
        return endToken(name)
                .then(Mono.defer(() -> store.removeMember(linksOf(person), name)))
                .then(Mono.defer(() -> endings.needEnded(person)));
    }

    /** The link of an account; empty if there is none, or its end has come. */
    public Mono<AccountLink> find(String user) {
        return live(LinkName.of(user)).map(Kept::value);
    }

    private Mono<Kept<AccountLink>> live(String name) {
        return links.find(name).filter(kept -> kept.value().isLiveAt(clock.millis()));
    }

    // Calling

    /** A gateway token of the person that an account is linked to. */
    public record Token(Secret text, Instant end) {}

    /**
     * A token with which the chat calls as whoever the account is linked to: the same for everybody who asks, until its end
     * is near. It ends with the link at the latest.
     *
     * @param routes what it is for
     * @return empty if the account is not linked
     */
    public Mono<Token> token(String user, List<String> routes) {
        String name = LinkName.of(user);
        return live(name)
                .flatMap(link -> linkTokens
                        .find(name)
                        .map(Optional::of)
                        .defaultIfEmpty(Optional.empty())
                        .flatMap(kept -> kept.map(Kept::value)
                                .filter(token -> isGood(token, link.value(), routes))
                                .map(token -> Mono.just(token.shown()))
                                .orElseGet(() -> newToken(link.value(), routes, kept))));
    }

    private boolean isGood(LinkToken token, AccountLink link, List<String> routes) {
        boolean lasts = clock.millis() + TOKEN_REST.toMillis() < token.end()
                || token.end() + TOKEN_REST.toMillis() > link.endsAt();
        return lasts
                && token.isOf(link)
                && clock.millis() < token.end()
                && token.routes().equals(String.join(" ", routes));
    }

    private Mono<Token> newToken(AccountLink link, List<String> routes, Optional<Kept<LinkToken>> old) {
        Instant now = clock.instant();
        // A moment less, since the token counts from when it is made.
        Duration left = Duration.between(now, link.end()).minusSeconds(1);
        Duration life = left.compareTo(TOKEN_LIFE) < 0 ? left : TOKEN_LIFE;
        if (life.compareTo(ApiTokens.SHORTEST_LIFE) < 0) {
            return Mono.empty();
        }
        return apiTokens
                .make(link.person(), "chat account " + shortened(link.user()), routes, life)
                .flatMap(made -> given(made, link, routes, old));
    }

    /**
     * Whoever asked at the same time and came first has made the one for all, and of a link that has changed meanwhile there
     * is none: what was made for nothing ends at once.
     */
    private Mono<Token> given(
            ApiTokens.Made made, AccountLink link, List<String> routes, Optional<Kept<LinkToken>> old) {
        String name = LinkName.of(link.user());
        String same = String.join(" ", routes);
        String former = old.map(Kept::value)
                .filter(before -> before.person().equals(link.person().id())
                        && before.routes().equals(same))
                .map(LinkToken::id)
                .orElse(null);
        LinkToken token = LinkToken.of(made, former, link, same);
        Instant end = made.token().end();
        return old.map(kept -> linkTokens.replace(kept, token, end))
                .orElseGet(() -> linkTokens.putIfAbsent(name, token, end))
                .flatMap(first -> first
                        ? endBefore(old, former).then(Mono.defer(() -> unlessChanged(token, link)))
                        : apiTokens
                                .end(link.person().id(), token.id())
                                .then(Mono.defer(() -> token(link.user(), routes))));
    }

    /** A token for other routes or of another person must not go on. */
    private Mono<Void> endBefore(Optional<Kept<LinkToken>> old, @Nullable String former) {
        return old.map(Kept::value)
                .filter(before -> !before.id().equals(former))
                .map(this::endBoth)
                .orElse(Mono.empty());
    }

    /** Whoever ends a link ends the token that is stored by then; this was stored later if the link is another now. */
    private Mono<Token> unlessChanged(LinkToken token, AccountLink link) {
        String name = LinkName.of(link.user());
        return live(name)
                .filter(now -> token.isOf(now.value()))
                .map(now -> token.shown())
                .switchIfEmpty(Mono.defer(() -> linkTokens
                        .find(name)
                        .filter(kept -> kept.value().id().equals(token.id()))
                        .flatMap(linkTokens::delete)
                        .then(Mono.defer(() -> endBoth(token)))
                        .then(Mono.empty())));
    }

    private static String shortened(String user) {
        return user.length() <= 60 ? user : user.substring(0, 60);
    }

    // Ending

    /** Ends the link of an account; false if there is none. What the provider hears of it is not waited for. */
    public Mono<Boolean> end(String user) {
        String name = LinkName.of(user);
        return live(name)
                .flatMap(kept -> links.delete(kept)
                        .flatMap(
                                deleted -> deleted ? endedBy(name, kept.value()).thenReturn(true) : end(user)))
                .defaultIfEmpty(false);
    }

    private Mono<Void> endedBy(String name, AccountLink link) {
        audit.tell(event(Action.LINK_ENDED, link).with("reason", "ended"));
        return taken(name, link)
                .then(Mono.defer(() -> endings.needEnded(link.person().id())));
    }

    /** What hangs on a link goes with it, but for the provider's token, which others may need. */
    private Mono<Void> taken(String name, AccountLink link) {
        PersonId person = link.person().id();
        return endToken(name)
                .then(Mono.defer(() -> store.cancel(QUEUE, name)))
                .then(Mono.defer(() -> store.removeMember(linksOf(person), name)))
                .then(Mono.defer(() -> unlessMadeAnew(name)));
    }

    /** A link that was made in the meantime keeps its end, and what it is found by. */
    private Mono<Void> unlessMadeAnew(String name) {
        return live(name)
                .map(Kept::value)
                .flatMap(link -> store.schedule(QUEUE, name, link.end())
                        .then(Mono.defer(() -> store.addMember(
                                linksOf(link.person().id()), name, link.end().plus(REMEMBERED)))));
    }

    /** The record goes last, so that a node that dies over it leaves the rest to another. */
    private Mono<Void> endToken(String name) {
        return linkTokens
                .find(name)
                .flatMap(kept -> endBoth(kept.value())
                        .then(Mono.defer(() -> linkTokens.delete(kept)))
                        .flatMap(deleted -> deleted ? Mono.<Void>empty() : endToken(name)));
    }

    private Mono<Void> endBoth(LinkToken token) {
        return apiTokens
                .end(token.person(), token.id())
                .then(Mono.defer(() -> token.former() == null
                        ? Mono.empty()
                        : apiTokens.end(token.person(), token.former()).then()));
    }

    /** Ends the links whose time has come. */
    Mono<Void> work() {
        return round().expand(taken -> taken < AT_ONCE ? Mono.empty() : round()).then();
    }

    private Mono<Long> round() {
        return store.takeDue(QUEUE, AT_ONCE)
                .flatMap(
                        name -> due(name)
                                .onErrorResume(failure -> later(name, failure))
                                .thenReturn(name),
                        AT_ONCE)
                .count();
    }

    private Mono<Void> later(String name, Throwable failure) {
        LOG.warn("A link whose time has come could not be ended, and is tried again: {}", failure.toString());
        return store.schedule(QUEUE, name, clock.instant().plus(ENDING)).onErrorComplete();
    }

    private Mono<Void> due(String name) {
        return store.schedule(QUEUE, name, clock.instant().plus(ENDING))
                .then(Mono.defer(() -> links.find(name)))
                .flatMap(kept -> kept.value().isLiveAt(clock.millis())
                        ? store.schedule(QUEUE, name, kept.value().end()).thenReturn(true)
                        : over(kept, "expired").thenReturn(true))
                .switchIfEmpty(Mono.defer(() -> store.cancel(QUEUE, name)
                        .then(Mono.defer(() -> unlessMadeAnew(name)))
                        .thenReturn(true)))
                .then();
    }

    private Mono<Void> over(Kept<AccountLink> kept, String event) {
        if (kept.value().over()) {
            return told(kept, event);
        }
        // Whoever has made the link anew meanwhile has set its next end, too.
        return links.replace(kept, kept.value().ended())
                .filter(first -> first)
                .flatMap(first -> links.find(kept.id()))
                .filter(ended -> ended.value().over())
                .flatMap(ended -> told(ended, event));
    }

    private Mono<Void> told(Kept<AccountLink> ended, String event) {
        return hook.tell(LinkEvent.of(event, ended.value(), clock.instant()))
                .doOnSuccess(told ->
                        audit.tell(event(Action.LINK_ENDED, ended.value()).with("reason", event)))
                .then(Mono.defer(() -> links.delete(ended)))
                .then(Mono.defer(() -> taken(ended.id(), ended.value())))
                .then(Mono.defer(() -> endings.needLapsed(ended.value().person().id())));
    }

    // What the provider's token is kept for

    @Override
    public Mono<Boolean> isThere(PersonId person) {
        return linksOfPerson(person).hasElements();
    }

    @Override
    public Mono<Void> revoked(PersonId person) {
        return linksOfPerson(person).concatMap(kept -> over(kept, "revoked")).then();
    }

    private Flux<Kept<AccountLink>> linksOfPerson(PersonId person) {
        return store.members(linksOf(person))
                .concatMap(this::live)
                .filter(kept -> kept.value().person().id().equals(person));
    }

    private static String linksOf(PersonId person) {
        return "links-of:" + person;
    }
}
