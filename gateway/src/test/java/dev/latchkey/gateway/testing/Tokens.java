package dev.latchkey.gateway.testing;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Access and refresh tokens: who holds which, until when, and the counts that GitHub allows. */
final class Tokens {

    private static final Duration REFRESH_LIFE = Duration.ofSeconds(15_811_200);
    private static final int LIVE_PER_TRIPLE = 10;
    private static final int CREATED_PER_HOUR = 10;

    private final Map<String, StubToken> known = new HashMap<>();
    private final Map<String, StubToken> unrevoked = new LinkedHashMap<>();
    private final Map<String, String> accessByRefresh = new HashMap<>();
    private final Map<String, Long> accountByRefresh = new HashMap<>();
    private final Map<Triple, Deque<Instant>> created = new HashMap<>();
    private final Map<Authorization, Set<String>> authorizations = new HashMap<>();
    private final Clock clock;
    private final Secrets secrets;
    private long counter;

    Tokens(Clock clock, Secrets secrets) {
        this.clock = clock;
        this.secrets = secrets;
    }

    /** The token of a fresh consent. */
    synchronized StubToken issue(
            StubApp app, StubPerson person, Set<String> scopes, boolean offline, boolean viaDevice) {
        Triple triple = new Triple(app.clientId(), person.account(), scopes);
        if (app.limitsTokens()) {
            countCreation(triple);
        }
        StubToken token = mint(app, person.account(), scopes, offline, viaDevice);
        if (app.limitsTokens()) {
            revokeOldestBeyondTen(triple);
        }
        authorizations
                .computeIfAbsent(new Authorization(app.clientId(), person.account()), key -> new TreeSet<>())
                .addAll(scopes);
        return token;
    }

    /** Rotates: the refresh token and the access token it was born with die in the same instant. */
    synchronized StubToken refresh(StubApp app, String refreshToken, boolean authenticated) {
        StubToken old = unrevoked.get(accessByRefresh.get(refreshToken));
        if (old == null
                || old.refreshExpiredAt(clock.instant())
                || !old.clientId().equals(app.clientId())) {
            throw OAuthError.badRefreshToken();
        }
        if (!authenticated && !old.viaDevice()) {
            throw OAuthError.incorrectClientCredentials();
        }
        revoke(old.value());
        return mint(app, old.personId(), old.scopes(), true, old.viaDevice());
    }

    /** The same authorization under a new token; empty when the old one is not live. */
    synchronized Optional<StubToken> reset(StubApp app, String value) {
        return live(value).map(old -> {
            revoke(value);
            return mint(app, old.personId(), old.scopes(), old.refreshToken() != null, old.viaDevice());
        });
    }

    synchronized Optional<StubToken> live(String value) {
        return Optional.ofNullable(unrevoked.get(value)).filter(token -> !token.expiredAt(clock.instant()));
    }

    /** The token of that value, dead or alive. */
    synchronized Optional<StubToken> known(String value) {
        return Optional.ofNullable(known.get(value));
    }

    synchronized List<StubToken> liveOf(long account) {
        return unrevoked.values().stream()
                .filter(token -> token.personId() == account && !token.expiredAt(clock.instant()))
                .toList();
    }

    /** Ends the token and the refresh token beside it. */
    synchronized boolean revoke(String value) {
        StubToken token = unrevoked.remove(value);
        if (token != null && token.refreshToken() != null) {
            accessByRefresh.remove(token.refreshToken());
        }
        return token != null;
    }

    synchronized void revokeGrant(String clientId, long account) {
        unrevoked.values().stream()
                .filter(token -> token.isOf(clientId, account))
                .map(StubToken::value)
                .toList()
                .forEach(this::revoke);
        authorizations.remove(new Authorization(clientId, account));
    }

    /** Ends the access token's life now; its refresh token goes on. */
    synchronized void expire(String value) {
        unrevoked.computeIfPresent(value, (key, token) -> token.expiring(clock.instant()));
    }

    /** Everything the person ever granted this app and did not take back. */
    synchronized Set<String> grantedTo(String clientId, long account) {
        return Set.copyOf(authorizations.getOrDefault(new Authorization(clientId, account), Set.of()));
    }

    synchronized boolean hasGranted(String clientId, long account) {
        return authorizations.containsKey(new Authorization(clientId, account));
    }

    private StubToken mint(StubApp app, long account, Set<String> scopes, boolean offline, boolean viaDevice) {
        Instant now = clock.instant();
        Duration life = app.accessLife() == null && offline ? Duration.ofHours(8) : app.accessLife();
        boolean refreshable = life != null && app.issuesRefreshTokens();
        StubToken token = new StubToken(
                ++counter,
                app.newAccessToken(),
                app.clientId(),
                account,
                scopes,
                now,
                life == null ? null : now.plus(life),
                refreshable ? secrets.token("ghr_") : null,
                refreshable ? now.plus(REFRESH_LIFE) : null,
                viaDevice);
        remember(token);
        return token;
    }

    private void remember(StubToken token) {
        known.put(token.value(), token);
        unrevoked.put(token.value(), token);
        if (token.refreshToken() != null) {
            accessByRefresh.put(token.refreshToken(), token.value());
            accountByRefresh.put(token.refreshToken(), token.personId());
        }
    }

    /** Whose that refresh token is or once was, or null. */
    synchronized Long accountOfRefreshToken(String token) {
        return accountByRefresh.get(token);
    }

    /** Whether this app has had its ten tokens of the hour for this person and these scopes. */
    synchronized boolean areMadeTooOften(StubApp app, StubPerson person, Set<String> scopes) {
        return app.limitsTokens()
                && createdWithinTheHour(new Triple(app.clientId(), person.account(), scopes))
                                .size()
                        >= CREATED_PER_HOUR;
    }

    private void countCreation(Triple triple) {
        Deque<Instant> instants = createdWithinTheHour(triple);
        if (instants.size() >= CREATED_PER_HOUR) {
            throw OAuthError.tooManyTokens();
        }
        instants.add(clock.instant());
    }

    private Deque<Instant> createdWithinTheHour(Triple triple) {
        Deque<Instant> instants = created.computeIfAbsent(triple, key -> new ArrayDeque<>());
        Instant hourAgo = clock.instant().minus(Duration.ofHours(1));
        instants.removeIf(instant -> !instant.isAfter(hourAgo));
        return instants;
    }

    private void revokeOldestBeyondTen(Triple triple) {
        List<StubToken> held = liveOf(triple.account()).stream()
                .filter(token -> token.clientId().equals(triple.clientId()))
                .filter(token -> token.scopes().equals(triple.scopes()))
                .sorted(Comparator.comparingLong(StubToken::number))
                .toList();
        held.stream().limit(Math.max(0, held.size() - LIVE_PER_TRIPLE)).forEach(token -> revoke(token.value()));
    }

    /** What GitHub counts tokens by. */
    private record Triple(String clientId, long account, Set<String> scopes) {}

    private record Authorization(String clientId, long account) {}
}
