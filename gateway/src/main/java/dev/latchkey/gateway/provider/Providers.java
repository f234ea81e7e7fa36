package dev.latchkey.gateway.provider;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.latchkey.gateway.keys.KeyRing;
import dev.latchkey.gateway.keys.Secret;
import dev.latchkey.gateway.keys.Unsealable;
import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.store.Store;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;

/**
 * The providers that were added while the gateway runs, besides the GitHub of its configuration.
 *
 * <p>They stand in one record of the store, and whoever needs one reads that record: a sign-in is rare beside requests and
 * writes to the store anyhow, and what is read so is never out of date, on whichever node. What was made of a record is
 * kept near, so that nothing is opened twice.
 */
public final class Providers {

    /** How many there may be besides GitHub. */
    public static final int MOST = 50;

    private static final Logger LOG = LoggerFactory.getLogger(Providers.class);
    private static final String KEY = "providers";
    private static final Instant FOR_EVER = Instant.parse("9999-01-01T00:00:00Z");
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9_-]{0,31}");
    private static final int LONGEST_LABEL = 60;
    private static final int LONGEST_CLIENT = 512;
    private static final int MOST_SCOPES = 40;
    private static final Pattern SCOPE = Pattern.compile("[!#-\\[\\]-~]{1,200}");
    private static final int MOST_DOMAINS = 100;
    private static final Pattern DOMAIN =
            Pattern.compile("(\\*\\.)?[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?){0,8}");
    private static final Pattern CLAIM = Pattern.compile("[A-Za-z0-9_.:/-]{1,100}");
    /** Words that stand for something else where a provider's name can stand. */
    private static final Set<String> RESERVED = Set.of(GitHub.ID, "login", "callback", "actions", "user", "api-token");

    private final Store store;
    private final KeyRing keys;
    private final EndpointFinder finder;
    private final ProviderHttp http;
    private final Clock clock;
    private volatile Seen seen = new Seen(new byte[0], ProviderBook.EMPTY);

    private final Cache<Provider, ProviderClient> clients =
            Caffeine.newBuilder().maximumSize(2 * MOST).build();

    Providers(Store store, KeyRing keys, EndpointFinder finder, ProviderHttp http, Clock clock) {
        this.store = store;
        this.keys = keys;
        this.finder = finder;
        this.http = http;
        this.clock = clock;
    }

    /** The record as it was seen last, and what was in it. */
    private record Seen(byte[] bytes, ProviderBook book) {}

    // Reading

    /** Those that take people in, in the order in which they were added. */
    public Mono<List<Provider>> all() {
        return book().map(ProviderBook::active);
    }

    /** The one of that name, or empty. */
    public Mono<Provider> named(String name) {
        return book().mapNotNull(book -> book.named(name).orElse(null));
    }

    /** The one with that id, or empty; also one that is being removed, whose people still have tokens of it. */
    public Mono<Provider> withId(String id) {
        return book().mapNotNull(book -> book.withId(id).orElse(null));
    }

    /** What speaks with it. */
    public ProviderClient client(Provider provider) {
        return clients.get(provider, described -> new ProviderClient(described, http, clock));
    }

    /** The longest that a call for a token may take at any of them. */
    public static Duration longestTokenCall() {
        return ProviderHttp.longestTokenCall();
    }

    private Mono<ProviderBook> book() {
        return read().map(Seen::book);
    }

    private Mono<Seen> read() {
        return store.get(KEY)
                .map(this::opened)
                .flatMap(read -> read.bytes().length == 0 || keys.isSealedByFirst(read.bytes())
                        ? Mono.just(read)
                        : store.replace(KEY, read.bytes(), read.book().seal(keys))
                                .thenReturn(read))
                .defaultIfEmpty(new Seen(new byte[0], ProviderBook.EMPTY));
    }

    private Seen opened(byte[] bytes) {
        Seen last = seen;
        if (Arrays.equals(last.bytes(), bytes)) {
            return last;
        }
        try {
            Seen fresh = new Seen(bytes, ProviderBook.open(keys, bytes));
            seen = fresh;
            return fresh;
        } catch (Unsealable e) {
            LOG.error("The identity providers were sealed by a key that is no longer in latchkey.secret-keys");
            throw Problem.of(ProblemCode.INTERNAL).causedBy(e);
        }
    }

    // Changing

    /** Adds one; fails with {@code provider.exists}, or with the problem that says what is wrong with it. */
    public Mono<Provider> add(ProviderDraft draft) {
        return Mono.defer(() -> described(Objects.requireNonNullElse(draft.name(), ""), draft, null, List.of())
                .flatMap(made -> change(book -> {
                            checkFree(book, made.name());
                            if (book.entries().size() >= MOST) {
                                throw unfit("There are " + MOST + " already");
                            }
                            return book.with(withId(made, book.idFor(made.name(), made.source()), 1));
                        })
                        .map(book -> book.named(made.name()).orElseThrow())));
    }

    /**
     * Puts another description in place of the one of that name. An id stands for the same people for ever: fails with {@code
     * provider.moved} if others would vouch for them, or would be sent their tokens.
     */
    public Mono<Provider> replace(String name, ProviderDraft draft) {
        return alter(name, draft, false);
    }

    /** Changes what the draft says and leaves the rest; also the name. Fails as {@link #replace} does. */
    public Mono<Provider> patch(String name, ProviderDraft draft) {
        return alter(name, draft, true);
    }

    private Mono<Provider> alter(String name, ProviderDraft draft, boolean keepsRest) {
        return existing(name).flatMap(old -> {
            String newName = draft.name() == null ? name : draft.name();
            return described(newName, draft, keepsRest ? old : null, old.emailDomains())
                    .map(made -> withId(made, old.id(), old.revision() + 1))
                    .doOnNext(made -> checkSamePeople(old, made))
                    .flatMap(made -> change(book -> {
                                checkUnchanged(book, old);
                                if (!newName.equals(name)) {
                                    checkFree(book, newName);
                                }
                                return book.with(made);
                            })
                            .thenReturn(made));
        });
    }

    /**
     * Lets nobody sign in with it any more. What its people have is ended by others, who then call {@link #forget}; until
     * then this may be repeated.
     *
     * @return all that are leaving: this one, and those whose removal began before and was never ended
     */
    public Mono<List<Provider>> close(String name) {
        return book().filter(book ->
                        book.named(name).isEmpty() && book.leavingAs(name).isPresent())
                .switchIfEmpty(Mono.defer(() -> existing(name)
                        .flatMap(old -> change(book -> {
                            checkUnchanged(book, old);
                            return book.leaving(old.id());
                        }))))
                .map(ProviderBook::allLeaving);
    }

    /** Forgets one that nobody signs in with any more, its secret first. One that was added anew meanwhile stays. */
    public Mono<Void> forget(Provider provider) {
        return change(book -> book.leaving().contains(provider.id()) ? book.without(provider) : book)
                .then();
    }

    private Mono<Provider> existing(String name) {
        return Mono.defer(() -> {
            if (name.equals(GitHub.ID)) {
                throw Problem.of(ProblemCode.PROVIDER_FIXED);
            }
            return named(name).switchIfEmpty(Mono.error(() -> Problem.of(ProblemCode.PROVIDER_UNKNOWN)));
        });
    }

    private static void checkFree(ProviderBook book, String name) {
        if (name.equals(GitHub.ID) || book.named(name).isPresent()) {
            throw Problem.of(ProblemCode.PROVIDER_EXISTS);
        }
    }

    private static void checkSamePeople(Provider old, Provider made) {
        if (!made.hasPeopleOf(old)) {
            throw Problem.of(
                    ProblemCode.PROVIDER_MOVED,
                    "Its issuer, where it shows profiles, the hosts of its tokens and keys, and the claim that tells people"
                            + " apart stay as they are");
        }
    }

    private static void checkUnchanged(ProviderBook book, Provider old) {
        boolean same =
                book.active().stream().anyMatch(now -> now.id().equals(old.id()) && now.revision() == old.revision());
        if (!same) {
            throw Problem.of(ProblemCode.PROVIDER_CHANGED);
        }
    }

    /** One step for all nodes: made on the very record that was read, or not at all. */
    private Mono<ProviderBook> change(UnaryOperator<ProviderBook> step) {
        return read().flatMap(read -> {
            ProviderBook next = step.apply(read.book());
            byte[] sealed = next.seal(keys);
            Mono<Boolean> written = read.bytes().length == 0
                    ? store.putIfAbsent(KEY, sealed, FOR_EVER)
                    : store.replace(KEY, read.bytes(), sealed, FOR_EVER);
            return written.flatMap(done -> done ? Mono.just(next) : change(step));
        });
    }

    // Describing

    /** @param domains whose addresses it may vouch for, unless the draft says: no change widens that by saying nothing */
    private Mono<Provider> described(String name, ProviderDraft draft, @Nullable Provider old, List<String> domains) {
        checkName(name);
        ProviderKind kind = kind(name, draft, old);
        String clientId = old == null || draft.clientId() != null ? draft.clientId() : old.clientId();
        Secret secret = old == null || draft.clientSecret() != null ? draft.clientSecret() : old.clientSecret();
        if (clientId == null || !isFit(clientId) || secret == null || !isFit(secret.reveal())) {
            throw unfit("Give the client id and the client secret that the provider gave");
        }
        List<String> scopes = scopes(kind, draft, old);
        boolean basic = basic(kind, draft, old);
        ClaimNames claims = claims(kind, draft, old);
        List<String> emailDomains = draft.emailDomains() == null ? domains : emailDomains(draft.emailDomains());
        String label = label(name, kind, draft, old);
        Endpoints known = old == null || draft.moves() ? Endpoints.NONE : old.endpoints();
        return finder.find(kind, draft, known)
                .map(endpoints -> new Provider(
                        name, name, label, kind, clientId, secret, basic, scopes, endpoints, claims, emailDomains, 0));
    }

    private static Provider withId(Provider made, String id, long revision) {
        return new Provider(
                id,
                made.name(),
                made.label(),
                made.kind(),
                made.clientId(),
                made.clientSecret(),
                made.basic(),
                made.scopes(),
                made.endpoints(),
                made.claims(),
                made.emailDomains(),
                revision);
    }

    private static void checkName(String name) {
        if (!NAME.matcher(name).matches()) {
            throw unfit("Give it a name of at most 32 small letters, digits, - and _");
        }
        if (RESERVED.contains(name) && !name.equals(GitHub.ID)) {
            throw unfit("The name " + name + " stands for something else");
        }
    }

    private static ProviderKind kind(String name, ProviderDraft draft, @Nullable Provider old) {
        if (draft.kind() != null) {
            return draft.kind();
        }
        if (old != null) {
            return old.kind();
        }
        return ProviderKind.of(name).orElse(draft.issuer() == null ? ProviderKind.OAUTH2 : ProviderKind.OIDC);
    }

    private static boolean isFit(String text) {
        return !text.isBlank()
                && text.length() <= LONGEST_CLIENT
                && text.chars().noneMatch(c -> Character.isISOControl(c) || c > 0x7e);
    }

    private static List<String> scopes(ProviderKind kind, ProviderDraft draft, @Nullable Provider old) {
        List<String> usual = old == null || draft.kind() != null ? kind.scopes() : old.scopes();
        List<String> scopes = draft.scopes() == null ? usual : draft.scopes();
        if (scopes.size() > MOST_SCOPES
                || !scopes.stream().allMatch(scope -> SCOPE.matcher(scope).matches())) {
            throw unfit("Name at most " + MOST_SCOPES + " scopes, without spaces in them");
        }
        return scopes;
    }

    private static List<String> emailDomains(List<String> wanted) {
        List<String> domains = wanted.stream()
                .map(each -> each == null ? "" : each.toLowerCase(Locale.ROOT))
                .toList();
        if (domains.size() > MOST_DOMAINS
                || !domains.stream().allMatch(each -> DOMAIN.matcher(each).matches())) {
            throw unfit(
                    "Name at most " + MOST_DOMAINS + " domains of addresses, such as acme.example or *.acme.example");
        }
        return domains;
    }

    private static boolean basic(ProviderKind kind, ProviderDraft draft, @Nullable Provider old) {
        if (draft.basic() != null) {
            return draft.basic();
        }
        return old == null || draft.kind() != null ? kind.isBasic() : old.basic();
    }

    private static ClaimNames claims(ProviderKind kind, ProviderDraft draft, @Nullable Provider old) {
        ClaimNames usual = old == null || draft.kind() != null ? ClaimNames.of(kind) : old.claims();
        ClaimNames claims = draft.claims() == null ? usual : draft.claims().or(usual);
        boolean fit = claims.all().allMatch(name -> CLAIM.matcher(name).matches());
        if (!fit) {
            throw unfit("A claim's name has at most 100 letters, digits and . _ : / -");
        }
        return claims;
    }

    private static String label(String name, ProviderKind kind, ProviderDraft draft, @Nullable Provider old) {
        if (draft.label() != null) {
            if (draft.label().isBlank()
                    || draft.label().length() > LONGEST_LABEL
                    || draft.label().chars().anyMatch(Character::isISOControl)) {
                throw unfit("Give it a label of at most " + LONGEST_LABEL + " characters");
            }
            return draft.label().strip();
        }
        if (old != null && !old.label().equals(old.name())) {
            return old.label();
        }
        return kind.label().isEmpty() || !kind.word().equals(name) ? name : kind.label();
    }

    private static Problem unfit(String why) {
        return Problem.of(ProblemCode.PROVIDER_UNFIT, why);
    }
}
