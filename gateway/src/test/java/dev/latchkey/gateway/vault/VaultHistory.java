package dev.latchkey.gateway.vault;

import dev.latchkey.gateway.keys.KeyRing;
import dev.latchkey.gateway.keys.Secret;
import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.session.PersonId;
import dev.latchkey.gateway.session.SessionEnded.Reason;
import dev.latchkey.gateway.vault.SimulatedProvider.Grant;
import dev.latchkey.gateway.vault.SimulatedProvider.Kind;
import dev.latchkey.gateway.vault.SimulatedProvider.Mood;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;

/**
 * What happens to a few people's tokens on a few nodes: a list of steps, and chance in between, which a seed decides. Taking
 * steps away makes another history, which is how a failing one is made short.
 */
final class VaultHistory {

    private static final KeyRing KEYS =
            KeyRing.of(List.of(Secret.of("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")), Clock.systemUTC());
    private static final MeterRegistry METERS = new SimpleMeterRegistry();
    private static final Instant FAR = Instant.parse("2999-01-01T00:00:00Z");
    private static final long HOUR = 3_600_000;
    private static final List<PersonId> PEOPLE = List.of(new PersonId("github", "1"), new PersonId("github", "2"));

    private final SimulatedTime time;
    private final SimulatedSessions sessions;
    private final VaultModel model;
    private final SimulatedStore store;
    private final SimulatedProvider provider;
    private final List<SimulatedNode> nodes = new ArrayList<>();
    private final Set<PersonId> people = new LinkedHashSet<>();
    private int nodesMade;

    /** Something that happens, and how long it is until the next thing does. */
    record Step(What what, int node, int person, int choice, long pause) {

        @Override
        public String toString() {
            return what + " node " + node + " person " + person + " choice " + choice + ", then " + pause + " ms";
        }
    }

    enum What {
        USE,
        USE_BY_MANY,
        CALL_THE_API,
        RECHECK,
        SIGN_IN,
        SIGN_OUT,
        REVOKE,
        KILL_NODE,
        STOP_NODE,
        DEAFEN_NODE,
        STORE_AWAY,
        STORE_BACK,
        STORE_SHAKY,
        PROVIDER_MOOD
    }

    /** How often what happens. */
    private static final What[] LOTS = {
        What.USE,
        What.USE,
        What.USE,
        What.USE,
        What.USE,
        What.USE,
        What.USE_BY_MANY,
        What.USE_BY_MANY,
        What.USE_BY_MANY,
        What.CALL_THE_API,
        What.CALL_THE_API,
        What.RECHECK,
        What.RECHECK,
        What.SIGN_IN,
        What.SIGN_IN,
        What.SIGN_OUT,
        What.SIGN_OUT,
        What.REVOKE,
        What.KILL_NODE,
        What.STOP_NODE,
        What.STOP_NODE,
        What.DEAFEN_NODE,
        What.STORE_AWAY,
        What.STORE_BACK,
        What.STORE_BACK,
        What.STORE_SHAKY,
        What.PROVIDER_MOOD,
        What.PROVIDER_MOOD
    };

    private VaultHistory(SimulatedTime time) {
        this.time = time;
        this.sessions = new SimulatedSessions(time, this::left);
        this.model = new VaultModel(time, KEYS, sessions, PEOPLE);
        this.store = new SimulatedStore(time, model);
        this.provider = new SimulatedProvider(time, model::complain);
        model.watch(provider);
    }

    /** The steps that a seed stands for. */
    static List<Step> steps(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int people = random.nextInt(4) == 0 ? 2 : 1;
        List<Step> steps = new ArrayList<>();
        for (int person = 0; person < people; person++) {
            steps.add(new Step(What.SIGN_IN, person, person, random.nextInt(100), pause(random)));
        }
        int length = 8 + random.nextInt(32);
        while (steps.size() < length) {
            steps.add(new Step(
                    LOTS[random.nextInt(LOTS.length)],
                    random.nextInt(12),
                    random.nextInt(people),
                    random.nextInt(100),
                    pause(random)));
        }
        return steps;
    }

    /** Most things happen at nearly the same time; now and then minutes pass. */
    private static long pause(SplittableRandom random) {
        int kind = random.nextInt(20);
        return kind < 9
                ? random.nextLong(20)
                : kind < 13 ? random.nextLong(2_000) : kind < 16 ? random.nextLong(20_000) : random.nextLong(600_000);
    }

    /** What was wrong, or nothing; in the second case the tale is not worth reading. */
    record Outcome(List<String> complaints, List<String> tale) {}

    static Outcome run(long seed, List<Step> steps) {
        return run(SimulatedTime.of(seed), steps);
    }

    static Outcome tell(long seed, List<Step> steps) {
        return run(SimulatedTime.told(seed), steps);
    }

    private static Outcome run(SimulatedTime time, List<Step> steps) {
        VaultHistory history = new VaultHistory(time);
        try {
            history.go(steps);
        } catch (RuntimeException | StackOverflowError e) {
            history.model.complain("the vault fails: " + e);
        }
        return new Outcome(history.model.complaints(), time.tale());
    }

    private void go(List<Step> steps) {
        int count = 2 + (int) time.upTo(2);
        for (int i = 0; i < count; i++) {
            nodes.add(newNode());
        }
        for (Step step : steps) {
            happen(step);
            time.pass(step.pause());
            if (!model.complaints().isEmpty()) {
                return;
            }
        }
        heal();
        settle();
        // Until each token has had to be renewed.
        time.pass(HOUR);
        settle();
        time.pass(60_000);
        model.checkWhatIsLeft();
    }

    private SimulatedNode newNode() {
        long skew = time.upTo(VaultModel.SKEW) - VaultModel.SKEW / 2;
        return new SimulatedNode(
                "node " + (char) ('A' + nodesMade++), time, skew, KEYS, store, provider, sessions, METERS);
    }

    // Steps

    private void happen(Step step) {
        SimulatedNode node = nodes.get(step.node() % nodes.size());
        PersonId person = PEOPLE.get(step.person());
        people.add(person);
        switch (step.what()) {
            case USE -> use(node, person, step.choice() < 20);
            case USE_BY_MANY ->
                nodes.forEach(each -> {
                    use(each, person, false);
                    use(each, person, step.choice() < 20);
                });
            case CALL_THE_API -> node.later(0, () -> callTheApi(node, person));
            case RECHECK -> node.later(0, () -> recheck(node, person));
            case SIGN_IN -> node.later(0, () -> signIn(node, person, kind(step.choice())));
            case SIGN_OUT ->
                node.later(
                        0,
                        () -> sessions.end(node, person, step.choice() < 30 ? Reason.EXPIRED : Reason.SIGNED_OUT)
                                .subscribe(done -> {}, this::isAway));
            case REVOKE -> revoke(node, person, step.choice() < 50);
            case KILL_NODE -> kill(step.node() % nodes.size());
            case STOP_NODE -> stop(node, step.choice());
            case DEAFEN_NODE -> deafen(node, step.choice());
            case STORE_AWAY -> {
                time.tell(() -> "the store goes away");
                store.setAway(true);
            }
            case STORE_BACK -> {
                time.tell(() -> "the store is back");
                store.setAway(false);
                store.setFailures(0);
            }
            case STORE_SHAKY -> {
                time.tell(() -> "the store fails now and then");
                store.setFailures(step.choice() / 5);
            }
            case PROVIDER_MOOD -> {
                Mood mood = Mood.values()[step.choice() % Mood.values().length];
                time.tell(() -> "the provider is " + mood);
                provider.setMood(mood);
            }
        }
    }

    private void use(SimulatedNode node, PersonId person, boolean leaves) {
        node.later(0, () -> {
            VaultModel.Caller caller = model.asks(node, person);
            Disposable call = node.vault()
                    .fresh(person)
                    .doOnSuccess(token -> {
                        if (token == null) {
                            caller.receivesNothing();
                        }
                    })
                    .subscribe(token -> caller.receives(token.reveal()), caller::isRefused);
            if (leaves) {
                time.after(time.takes(2_000), () -> {
                    call.dispose();
                    model.leaves(caller);
                });
            }
        });
    }

    private void callTheApi(SimulatedNode node, PersonId person) {
        node.asPerson().call(person, token -> provider.call(node, token)).subscribe(answer -> {}, failure -> {
            if (!(failure instanceof Problem)) {
                model.complain("a call of the API fails strangely: " + failure);
            }
        });
    }

    private void recheck(SimulatedNode node, PersonId person) {
        // The first only makes the person known.
        node.recheck().ifDue(person).subscribe();
        node.later(
                5,
                () -> node.recheck()
                        .ifDue(person)
                        .subscribe(done -> {}, failure -> model.complain("a check fails: " + failure)));
    }

    private static Kind kind(int choice) {
        return choice < 5
                ? Kind.LASTING
                : choice < 10 ? Kind.UNRENEWABLE : choice < 35 ? Kind.SHORT : choice < 80 ? Kind.USUAL : Kind.LONG;
    }

    private void signIn(SimulatedNode node, PersonId person, Kind kind) {
        Grant grant = provider.grant(kind);
        time.tell(() -> person + " signs in on " + node + " and gets " + grant.access() + ", " + kind);
        sessions.begin(person);
        node.vault()
                .keep(person, provider.tokenOf(grant), FAR)
                .doFinally(signal -> sessions.kept())
                .onErrorResume(failure -> {
                    isAway(failure);
                    return sessions.end(node, person, Reason.SIGNED_OUT).onErrorComplete();
                })
                .subscribe();
    }

    private void left(PersonId person) {
        if (store.read(SimulatedNode.keyOf(person)) != null) {
            model.complain("the token of " + person + " outlives the last session");
        }
    }

    private void isAway(Throwable failure) {
        if (!(failure instanceof Problem problem) || problem.code() != ProblemCode.STORE_UNAVAILABLE) {
            model.complain("a change fails strangely: " + failure);
        }
    }

    private void revoke(SimulatedNode node, PersonId person, boolean told) {
        Grant grant = model.expected(person);
        if (grant == null) {
            return;
        }
        time.tell(
                () -> person + " revokes the grant of " + grant.access() + (told ? ", and " + node + " is told" : ""));
        grant.revoke();
        if (told) {
            node.later(time.takes(500), () -> sessions.endAll(node, person).subscribe(done -> {}, this::isAway));
        }
    }

    private void kill(int index) {
        SimulatedNode dying = nodes.get(index);
        time.tell(() -> dying + " dies");
        dying.die();
        nodes.set(index, newNode());
    }

    /** Up to three times the time for which a refresh is claimed. */
    private void stop(SimulatedNode node, int choice) {
        long pause = choice * 300L;
        time.tell(() -> node + " stands still for " + pause + " ms");
        node.standStill(pause);
    }

    private void deafen(SimulatedNode node, int choice) {
        time.tell(() -> node + " hears nothing");
        node.setDeaf(true);
        time.after(choice * 500L, () -> {
            node.setDeaf(false);
            store.gap(node);
        });
    }

    // The end

    private void heal() {
        time.tell(() -> "everything heals");
        store.setAway(false);
        store.setFailures(0);
        provider.setMood(Mood.GOOD);
        time.pass(120_000);
    }

    /** Each live node gives the right answer in the end, when what went on beside the first question has come to its own. */
    private void settle() {
        for (PersonId person : people) {
            nodes.forEach(
                    node -> node.later(0, () -> node.vault().fresh(person).subscribe(token -> {}, failure -> {})));
        }
        time.pass(60_000);
        for (PersonId person : people) {
            Grant expected = model.expected(person);
            for (SimulatedNode node : nodes) {
                judge(node, person, expected, settled(node, person));
            }
        }
    }

    private String settled(SimulatedNode node, PersonId person) {
        String answer = "";
        for (int tries = 0; tries < 20; tries++) {
            answer = ask(node, person);
            if (!answer.startsWith("token.") && !answer.startsWith("store.")) {
                return answer;
            }
            time.pass(15_000);
        }
        return answer;
    }

    private String ask(SimulatedNode node, PersonId person) {
        StringBuilder answer = new StringBuilder();
        node.later(0, () -> {
            VaultModel.Caller caller = model.asks(node, person);
            node.vault()
                    .fresh(person)
                    .doOnNext(token -> caller.receives(token.reveal()))
                    .doOnError(caller::isRefused)
                    .map(token -> token.reveal())
                    .onErrorResume(
                            Problem.class, problem -> Mono.just(problem.code().code()))
                    .subscribe(answer::append);
        });
        for (int waits = 0; answer.isEmpty() && waits < 600; waits++) {
            time.pass(100);
        }
        return answer.toString();
    }

    private void judge(SimulatedNode node, PersonId person, @Nullable Grant expected, String answer) {
        if (expected == null || model.mayBeLost(expected)) {
            if (answer.isEmpty() || answer.startsWith("token.") || answer.startsWith("store.")) {
                model.complain(node + " does not make up its mind about " + person + ": " + answer);
            }
            return;
        }
        if (!expected.isLive(answer) && !model.isBeingRenewed(expected, answer)) {
            model.complain(
                    node + " gives " + answer + " for " + person + " in the end, instead of " + expected.access());
        }
    }

    /** The shortest history by leaving out steps of this one that still goes wrong in the same way. */
    static List<Step> shortened(long seed, List<Step> steps) {
        String fault = kindOf(run(seed, steps));
        List<Step> shortest = new ArrayList<>(steps);
        boolean shorter = true;
        while (shorter) {
            shorter = false;
            for (int i = shortest.size() - 1; i >= 0; i--) {
                List<Step> without = new ArrayList<>(shortest);
                without.remove(i);
                if (kindOf(run(seed, without)).equals(fault)) {
                    shortest = without;
                    shorter = true;
                }
            }
        }
        return shortest;
    }

    /** The first complaint without the names in it. */
    static String kindOf(Outcome outcome) {
        return outcome.complaints().isEmpty()
                ? ""
                : outcome.complaints().get(0).replaceAll("node [A-Z]+|(access|refresh)-[0-9]+|github:[0-9]", "…");
    }
}
