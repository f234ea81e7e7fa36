package dev.latchkey.gateway.vault;

import dev.latchkey.gateway.keys.Secret;
import dev.latchkey.gateway.provider.AccessToken;
import dev.latchkey.gateway.provider.ProviderToken;
import dev.latchkey.gateway.provider.TestRefusal;
import dev.latchkey.gateway.provider.TokenRefused;
import dev.latchkey.gateway.provider.TokenRefused.Reason;
import dev.latchkey.gateway.provider.TokenRejected;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;

/**
 * A provider whose refresh tokens are good once and whose old access token dies with that, at once. Its answers take time,
 * get lost, or are refusals that decide nothing.
 */
final class SimulatedProvider {

    static final Duration LONGEST_CALL = Duration.ofSeconds(4);

    private static final long NO_END = Long.MAX_VALUE;

    private final SimulatedTime time;
    private final Map<String, Grant> byAccess = new HashMap<>();
    private final Map<String, Grant> byRefresh = new HashMap<>();
    private final Map<String, RefreshCall> callsByRefresh = new HashMap<>();
    private final List<Renewal> renewals = new ArrayList<>();
    private final Consumer<String> complaints;
    private Mood mood = Mood.GOOD;
    private long slowness;
    private long slownessToHear;
    private boolean refusesNext;
    private int count;

    enum Mood {
        GOOD,
        /** Answers get lost, in both directions. */
        LOSSY,
        /** Limits, server errors and refusals of the app itself. */
        UNWILLING
    }

    enum Kind {
        LASTING(0, false),
        SHORT(3, true),
        USUAL(20, true),
        LONG(60, true),
        UNRENEWABLE(10, false);

        final long life;
        final boolean renewable;

        Kind(long minutes, boolean renewable) {
            this.life = minutes * 60_000;
            this.renewable = renewable;
        }
    }

    /** What a person granted in one sign-in, as the pair of tokens that is good for it now. */
    final class Grant {

        private final Kind kind;
        private final String first;
        private String access = "";
        private @Nullable String refresh;
        private long expiresAt;
        private boolean revoked;
        private @Nullable Renewal latest;

        private Grant(Kind kind) {
            this.kind = kind;
            turn();
            this.first = access;
        }

        private void turn() {
            int number = ++count;
            access = "access-" + number;
            refresh = kind.renewable ? "refresh-" + number : null;
            expiresAt = kind.life == 0 ? NO_END : time.now() + kind.life;
            byAccess.put(access, this);
            if (refresh != null) {
                byRefresh.put(refresh, this);
            }
        }

        String access() {
            return access;
        }

        /** Whether the sign-in gave that token, and no refresh. */
        boolean beganWith(String access) {
            return access.equals(first);
        }

        boolean holds(String access) {
            return !revoked && access.equals(this.access);
        }

        boolean isLive(String access) {
            return holds(access) && time.now() < expiresAt;
        }

        /** Whether whoever has its pair can go on, for the next seconds at least. */
        boolean isGood() {
            return !revoked && (refresh != null || time.now() + 5_000 < expiresAt);
        }

        boolean isRefreshedBy(@Nullable String refresh) {
            return !revoked && refresh != null && refresh.equals(this.refresh);
        }

        boolean isRevoked() {
            return revoked;
        }

        @Nullable
        Renewal latest() {
            return latest;
        }

        /** The refresh token is good no more, for a reason of the provider's own. */
        void forgetRefresh() {
            refresh = "forgotten";
        }

        void revoke() {
            revoked = true;
        }

        private ProviderToken token(long asked) {
            return new ProviderToken(
                    new AccessToken(Secret.of(access)),
                    kind.life == 0 ? null : Instant.ofEpochMilli(asked + kind.life),
                    refresh == null ? null : Secret.of(refresh),
                    null,
                    Set.of());
        }
    }

    /** A new pair, from the moment it exists until it is known what became of it. */
    static final class Renewal {

        final SimulatedNode by;
        final Grant grant;
        final String access;
        final long calledAt;
        private boolean lost;
        private boolean kept;

        private Renewal(SimulatedNode by, Grant grant, long calledAt, boolean lost) {
            this.by = by;
            this.grant = grant;
            this.access = grant.access;
            this.calledAt = calledAt;
            this.lost = lost;
        }

        void keep() {
            kept = true;
        }

        /** Nobody has it: its answer was lost, or died with the node that had it. */
        boolean isLost() {
            return lost || (!kept && by.isDead());
        }

        boolean isKept() {
            return kept;
        }
    }

    SimulatedProvider(SimulatedTime time, Consumer<String> complaints) {
        this.time = time;
        this.complaints = complaints;
    }

    /** Every answer takes so much longer from now on. */
    void setSlow(long millis) {
        slowness = millis;
    }

    /** The next refresh is refused, for no reason that matters. */
    void refuseNext() {
        refusesNext = true;
    }

    /** Every question whether a token is live takes so much longer to arrive from now on. */
    void setSlowToHear(long millis) {
        slownessToHear = millis;
    }

    void setMood(Mood mood) {
        this.mood = mood;
    }

    Grant grant(Kind kind) {
        return new Grant(kind);
    }

    ProviderToken tokenOf(Grant grant) {
        return grant.token(time.now());
    }

    @Nullable
    Grant grantOf(String access) {
        return byAccess.get(access);
    }

    List<Renewal> renewals() {
        return renewals;
    }

    private boolean isLive(String access) {
        Grant grant = byAccess.get(access);
        return grant != null && grant.isLive(access);
    }

    /** A call of the API with that token, by a node. */
    Mono<String> call(SimulatedNode node, AccessToken token) {
        return Mono.create(sink -> time.after(time.takes(500), () -> {
            boolean live = isLive(token.reveal());
            node.later(time.takes(500), () -> {
                if (live) {
                    sink.success(token.reveal());
                } else {
                    sink.error(new TokenRejected());
                }
            });
        }));
    }

    TokenSource as(SimulatedNode node) {
        return new Connection(node);
    }

    private final class Connection implements TokenSource {

        private final SimulatedNode node;

        Connection(SimulatedNode node) {
            this.node = node;
        }

        @Override
        public Mono<ProviderToken> refresh(ProviderToken token) {
            Secret refresh = token.refreshToken();
            if (refresh == null) {
                throw new IllegalArgumentException("nothing to refresh with");
            }
            return Mono.create(sink -> new RefreshCall(node, refresh.reveal(), sink).start());
        }

        @Override
        public Mono<Boolean> isLive(AccessToken token) {
            boolean says = !(mood != Mood.GOOD && time.chance(50));
            return Mono.create(sink -> time.after(time.takes(2_000) + slownessToHear, () -> {
                boolean live = SimulatedProvider.this.isLive(token.reveal());
                node.later(time.takes(1_500) + slowness, () -> {
                    time.tell(() -> node
                            + (says
                                    ? " is told that " + token.reveal() + (live ? " is live" : " is dead")
                                    : " is not told whether " + token.reveal() + " is live"));
                    if (says) {
                        sink.success(live);
                    } else {
                        sink.error(new IllegalStateException("simulated"));
                    }
                });
            }));
        }

        @Override
        public void giveBack(AccessToken token) {
            time.tell(() -> node + " gives " + token.reveal() + " back");
            end(token.reveal());
        }

        @Override
        public void release(AccessToken token, Mono<Boolean> back) {
            time.tell(() -> node + " releases " + token.reveal());
            end(token.reveal());
        }

        @Override
        public void lapse(AccessToken token) {
            time.tell(() -> node + " lets " + token.reveal() + " lapse");
            end(token.reveal());
        }

        /** It is tried until it works, so it does. */
        private void end(String access) {
            node.later(time.takes(2_000), () -> {
                Grant grant = byAccess.get(access);
                if (grant != null && grant.holds(access)) {
                    grant.revoke();
                }
            });
        }

        @Override
        public Duration longestCall() {
            return LONGEST_CALL;
        }
    }

    private final class RefreshCall {

        private final SimulatedNode node;
        private final String refresh;
        private final MonoSink<ProviderToken> sink;
        private final long asked = time.now();
        private boolean answered;

        RefreshCall(SimulatedNode node, String refresh, MonoSink<ProviderToken> sink) {
            this.node = node;
            this.refresh = refresh;
            this.sink = sink;
        }

        void start() {
            time.tell(() -> node + " sends " + refresh);
            RefreshCall before = callsByRefresh.put(refresh, this);
            if (before != null && !before.answered && asked - before.asked < LONGEST_CALL.toMillis()) {
                complaints.accept(refresh + " is sent by " + node + " while another call with it may be under way");
            }
            node.later(LONGEST_CALL.toMillis(), () -> refuse(Reason.UNAVAILABLE, null));
            if (refusesNext) {
                refusesNext = false;
                node.later(1, () -> refuse(Reason.UNAVAILABLE, null));
            } else if (mood == Mood.UNWILLING && time.chance(70)) {
                refuseSomehow();
            } else if (mood == Mood.LOSSY && time.chance(30)) {
                time.tell(() -> refresh + " never arrives");
            } else {
                boolean answerLost = mood == Mood.LOSSY && time.chance(60);
                // What is late at the provider is done all the same, for nobody.
                long way = answerLost ? time.takes(LONGEST_CALL.toMillis() * 3 / 2) : time.takes(2_000);
                time.after(way, () -> arrive(answerLost));
            }
        }

        private void refuseSomehow() {
            int kind = (int) time.upTo(4);
            Reason reason = kind == 0 ? Reason.MISCONFIGURED : Reason.UNAVAILABLE;
            Duration wait = kind == 1 ? Duration.ofSeconds(1 + time.upTo(60)) : null;
            time.after(time.takes(1_500), () -> node.later(time.takes(2_000), () -> refuse(reason, wait)));
        }

        private void arrive(boolean answerLost) {
            Grant grant = byRefresh.get(refresh);
            if (grant == null || !grant.isRefreshedBy(refresh)) {
                if (!answerLost) {
                    node.later(time.takes(1_900) + slowness, () -> refuse(Reason.SPENT, null));
                }
                return;
            }
            grant.turn();
            Renewal renewal = new Renewal(node, grant, asked, answerLost);
            grant.latest = renewal;
            renewals.add(renewal);
            time.tell(() -> refresh + " of " + node + " arrives and brings " + renewal.access
                    + (answerLost ? ", but the answer is lost" : ""));
            ProviderToken token = grant.token(asked);
            if (!answerLost) {
                node.later(time.takes(1_900) + slowness, () -> answer(token, renewal));
            }
        }

        private void answer(ProviderToken token, Renewal renewal) {
            if (answered) {
                renewal.lost = true;
                return;
            }
            answered = true;
            time.tell(() -> node + " receives " + token.accessToken().reveal());
            sink.success(token);
        }

        private void refuse(Reason reason, @Nullable Duration wait) {
            if (!answered) {
                answered = true;
                TokenRefused refused = TestRefusal.of(reason, wait);
                time.tell(() -> node + " is refused " + refresh + ": " + reason);
                sink.error(refused);
            }
        }
    }
}
