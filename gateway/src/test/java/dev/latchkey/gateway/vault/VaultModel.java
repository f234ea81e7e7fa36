package dev.latchkey.gateway.vault;

import dev.latchkey.gateway.keys.KeyRing;
import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.session.PersonId;
import dev.latchkey.gateway.store.Store;
import dev.latchkey.gateway.vault.SimulatedProvider.Grant;
import dev.latchkey.gateway.vault.SimulatedProvider.Renewal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What must be true of the vault, whatever happens: it watches every change of the store at the moment of its effect and
 * every answer to a caller, knows what the provider knows, and complains.
 */
final class VaultModel implements SimulatedStore.Witness {

    /** How long a node may believe what it once read. */
    private static final long NEAR = 30_000;

    /** How long an attempt is waited for by others, and then how long a refusal is doubted. */
    private static final long LEASE = SimulatedProvider.LONGEST_CALL.toMillis() + 5_000;

    /** Clocks differ by no more. */
    static final long SKEW = 1_000;

    /** Nobody waits longer for an answer, slow as the store may be. */
    private static final long PATIENCE = 2 * LEASE + 4 * SimulatedStore.SLOWEST;

    private final SimulatedTime time;
    private final KeyRing keys;
    private final SimulatedSessions sessions;
    private final Map<String, PersonId> people = new HashMap<>();
    private final Map<PersonId, Person> states = new LinkedHashMap<>();
    private @Nullable SimulatedProvider provider;
    private final List<String> complaints = new ArrayList<>();

    /** What the model knows of a person's token. */
    private static final class Person {

        /** The grant whose pair the store should hold; null if none should. */
        private @Nullable Grant expected;
        /** Since when there has been a record, or -1. */
        private long presentSince = -1;
        /** Access tokens that were in the record and are no more, with the time of that. */
        private final Map<String, Long> ended = new LinkedHashMap<>();
        /** Up to what time each node has heard of changes. */
        private final Map<SimulatedNode, Long> heardUpTo = new HashMap<>();
        /** Until when each node claimed the latest refresh that it made. */
        private final Map<SimulatedNode, Long> claimedUntil = new HashMap<>();

        private long heardUpTo(SimulatedNode node) {
            return heardUpTo.getOrDefault(node, -1L);
        }
    }

    VaultModel(SimulatedTime time, KeyRing keys, SimulatedSessions sessions, List<PersonId> people) {
        this.time = time;
        this.keys = keys;
        this.sessions = sessions;
        for (PersonId person : people) {
            this.people.put(SimulatedNode.keyOf(person), person);
            states.put(person, new Person());
        }
    }

    void watch(SimulatedProvider watched) {
        this.provider = watched;
    }

    void complain(String what) {
        time.tell(() -> "*** " + what);
        complaints.add(what);
    }

    List<String> complaints() {
        return complaints;
    }

    // The store

    @Override
    public void changed(
            SimulatedNode by,
            SimulatedStore.Change change,
            String key,
            byte @Nullable [] before,
            byte @Nullable [] after) {
        PersonId person = people.get(key);
        if (person == null) {
            return;
        }
        TokenRecord old = before == null ? null : TokenRecord.open(keys, person, before);
        TokenRecord next = after == null ? null : TokenRecord.open(keys, person, after);
        time.tell(() -> by + " " + change + " " + person + ": " + text(old) + " -> " + text(next));
        Person state = states.get(person);
        note(state, old, next);
        switch (change) {
            case PUT -> state.expected = next == null ? null : grantOf(next);
            case DELETE -> deleted(by, person, state, old);
            case REPLACE -> {
                if (isSignIn(old, next)) {
                    state.expected = next == null ? null : grantOf(next);
                } else {
                    replaced(by, state, old, next);
                }
            }
        }
    }

    private void note(Person state, @Nullable TokenRecord old, @Nullable TokenRecord next) {
        if (old != null && (next == null || !old.access().equals(next.access()))) {
            state.ended.put(old.access(), time.now());
        }
        if (next == null) {
            state.presentSince = -1;
        } else if (state.presentSince < 0) {
            state.presentSince = time.now();
        }
        Grant grant = next == null ? null : grantOf(next);
        Renewal renewal = grant == null ? null : grant.latest();
        if (renewal != null && next != null && renewal.access.equals(next.access())) {
            renewal.keep();
        }
    }

    /** Another grant, with the very token that it began with: a refresh never brings that. */
    private boolean isSignIn(@Nullable TokenRecord old, @Nullable TokenRecord next) {
        Grant before = old == null ? null : grantOf(old);
        Grant after = next == null ? null : grantOf(next);
        return before != null
                && after != null
                && before != after
                && after.beganWith(next.access())
                && next.attempt() == null;
    }

    private void deleted(SimulatedNode by, PersonId person, Person state, @Nullable TokenRecord old) {
        Grant grant = old == null ? null : grantOf(old);
        if (!sessions.saysGoodbye(by, person) && grant != null) {
            if (grant.holds(old.access()) && grant.isGood()) {
                complain(by + " deletes a good pair: " + old.access());
            }
            if (!grant.holds(old.access()) && hasHope(state, grant)) {
                complain(by + " deletes " + old.access() + " while " + grant.access() + " is about to be written");
            }
        }
        state.expected = null;
    }

    private void replaced(SimulatedNode by, Person state, @Nullable TokenRecord old, @Nullable TokenRecord next) {
        Grant grant = old == null ? null : grantOf(old);
        if (grant == null || next == null) {
            return;
        }
        if (next.attempt() != null
                && next.attempt().running()
                && !next.attempt().spent()) {
            state.claimedUntil.put(by, next.attempt().until());
        }
        if (grant.holds(old.access()) && grant.isGood() && !old.access().equals(next.access())) {
            complain(by + " overwrites the good " + old.access() + " with " + next.access());
        }
        if (grant.isRefreshedBy(old.refresh()) && next.refresh() == null) {
            complain(by + " drops the refresh token of " + old.access() + ", which is good");
        }
    }

    /** Whether somebody has the grant's pair in hand and is still in time to write it. */
    private boolean hasHope(Person state, Grant grant) {
        Renewal latest = grant.latest();
        return latest != null
                && !grant.isRevoked()
                && !latest.isLost()
                && !latest.isKept()
                && time.now() < state.claimedUntil.getOrDefault(latest.by, 0L) + LEASE / 2 - 2 * SKEW;
    }

    @Override
    public void heard(SimulatedNode node, String message, long since) {
        if (message.equals(Store.GAP)) {
            states.keySet().forEach(person -> knows(node, person, since));
            return;
        }
        int colon = message.indexOf(':');
        knows(node, new PersonId(message.substring(0, colon), message.substring(colon + 1)), since);
    }

    /** The node has been told of all that happened to the person until then. */
    void knows(SimulatedNode node, PersonId person, long until) {
        states.get(person).heardUpTo.merge(node, until, Math::max);
    }

    // Callers

    /** Somebody who has asked a node for a token. */
    final class Caller {

        private final SimulatedNode node;
        private final PersonId person;
        private final long since = time.now();
        private final long heard;
        private boolean done;

        private Caller(SimulatedNode node, PersonId person) {
            this.node = node;
            this.person = person;
            this.heard = states.get(person).heardUpTo(node);
        }

        void receives(String access) {
            time.tell(() -> this + " receives " + access);
            finish();
            Person state = states.get(person);
            Grant grant = provider.grantOf(access);
            Long ended = state.ended.get(access);
            if (ended != null && ended <= heard) {
                complain(this + " receives " + access + ", of whose end the node had heard");
            }
            if (ended != null && since > believedUntil(ended)) {
                complain(this + " receives " + access + ", which ended long ago");
            }
            Long expiry = grant == null ? null : expiries.get(access);
            if (expiry != null && time.now() > expiry + 2 * SKEW) {
                complain(this + " receives " + access + ", which has expired");
            }
        }

        private long believedUntil(long ended) {
            return Math.max(ended + 2 * SimulatedStore.SLOWEST, node.standsStillUntil()) + NEAR;
        }

        void isRefused(Throwable failure) {
            time.tell(() -> this + " is refused: " + failure);
            finish();
            ProblemCode code = failure instanceof Problem problem ? problem.code() : null;
            Person state = states.get(person);
            if (code == ProblemCode.SIGN_IN_REQUIRED) {
                boolean present = state.presentSince >= 0 && state.presentSince < since && state.presentSince <= heard;
                if (present) {
                    complain(this + " must sign in though there is a token");
                }
            } else if (code != ProblemCode.TOKEN_UNAVAILABLE && code != ProblemCode.STORE_UNAVAILABLE) {
                complain(this + " fails strangely: " + failure);
            }
        }

        void receivesNothing() {
            finish();
            complain(this + " receives neither a token nor a failure");
        }

        private void finish() {
            if (done) {
                complain(this + " is answered twice");
            }
            done = true;
            long from = Math.max(since, node.standsStillUntil());
            if (time.now() - from > PATIENCE) {
                complain(this + " has waited too long");
            }
        }

        @Override
        public String toString() {
            return "caller of " + node + " for " + person;
        }
    }

    private final Map<String, Long> expiries = new HashMap<>();
    private final List<Caller> callers = new ArrayList<>();

    Caller asks(SimulatedNode node, PersonId person) {
        time.tell(() -> node + " is asked for the token of " + person);
        Caller caller = new Caller(node, person);
        callers.add(caller);
        return caller;
    }

    void leaves(Caller caller) {
        callers.remove(caller);
    }

    // The end

    /** After everything has healed: what {@code fresh} must give now; null if there must be no token. */
    @Nullable
    Grant expected(PersonId person) {
        return states.get(person).expected;
    }

    /** Whether the grant's pair may have been lost for a reason that nobody can help. */
    boolean mayBeLost(Grant grant) {
        Renewal latest = grant.latest();
        return grant.isRevoked() || !grant.isGood() || (latest != null && latest.isLost());
    }

    /** Whether that token was the grant's a moment ago, and goes on being served until its renewal has come about. */
    boolean isBeingRenewed(Grant grant, String access) {
        Renewal latest = grant.latest();
        return latest != null
                && provider.grantOf(access) == grant
                && latest.calledAt
                        > time.now() - SimulatedProvider.LONGEST_CALL.toMillis() - 2 * SimulatedStore.SLOWEST;
    }

    /** After everything has healed and time has passed. */
    void checkWhatIsLeft() {
        for (Caller caller : callers) {
            if (!caller.done && !caller.node.isDead()) {
                complain(caller + " waits for ever");
            }
        }
        for (Renewal renewal : provider.renewals()) {
            boolean wanted = renewal.isKept() || renewal.isLost() || renewal.grant.isRevoked();
            if (!wanted && renewal.grant.latest() == renewal) {
                complain("nobody wants " + renewal.access + ", and it was not given back");
            }
        }
    }

    private @Nullable Grant grantOf(TokenRecord record) {
        if (record.expiresAt() != null) {
            expiries.put(record.access(), record.expiresAt());
        }
        return provider.grantOf(record.access());
    }

    private static String text(@Nullable TokenRecord record) {
        if (record == null) {
            return "nothing";
        }
        TokenRecord.Attempt attempt = record.attempt();
        return record.access()
                + (record.refresh() == null ? " alone" : "")
                + (attempt == null
                        ? ""
                        : " (attempt " + attempt.number() + (attempt.running() ? " runs" : " failed")
                                + (attempt.doubtful() ? ", doubtful" : "") + (attempt.spent() ? ", spent" : "") + ")");
    }
}
