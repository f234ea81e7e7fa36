package dev.latchkey.gateway.github.pace;

import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.store.Store;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import reactor.core.Disposable;

/** Nodes of a gateway, a store and a GitHub in simulated time; and people's apps, which call. */
final class World {

    static final String OCTOCAT = "github:583231";
    private static final long TICK = 10;
    static final HttpMethod GET = HttpMethod.GET;
    static final HttpMethod POST = HttpMethod.POST;

    final SimulatedTime time;
    final Random random;
    final Store store;
    private final @Nullable PumpedStore pumped;
    final List<SharedPacer> nodes = new ArrayList<>();
    private final List<MortalScheduler> lives = new ArrayList<>();
    final List<PaceEvent> events = new ArrayList<>();
    final List<Attempt> attempts = new ArrayList<>();
    private final Map<String, SimulatedGitHub> gitHubs = new HashMap<>();
    private SimulatedGitHub.Rules rules = SimulatedGitHub.Rules.documented();
    private long gitHubAhead;
    private int fastest = 80;
    private int slowest = 120;
    private @Nullable UnaryOperator<SimulatedGitHub.Reply> answering;

    World(long seed) {
        this.time = new SimulatedTime(Instant.parse("2026-11-01T10:00:00Z"));
        this.random = new Random(seed);
        this.store = new SimulatedStore(time, random, 3);
        this.pumped = null;
    }

    /** A world with a real store, which takes no time of the simulated. */
    World(Store real) {
        this.time = new SimulatedTime(Instant.now());
        this.random = new Random(1);
        this.pumped = new PumpedStore(real);
        this.store = pumped;
    }

    SimulatedStore simulatedStore() {
        return (SimulatedStore) store;
    }

    static PaceProperties defaults() {
        return new PaceProperties(
                8,
                64,
                850,
                2_000,
                Duration.ofSeconds(80),
                Duration.ofSeconds(50),
                Duration.ofSeconds(1),
                Duration.ofSeconds(3),
                80,
                500,
                20,
                0.5,
                Map.of(),
                500,
                50_000,
                4);
    }

    World node() {
        return node(defaults(), 0);
    }

    World node(PaceProperties properties, long ahead) {
        MortalScheduler scheduler = new MortalScheduler(time.scheduler());
        SharedPacer node =
                new SharedPacer(properties, store, time.clock(ahead), scheduler, scheduler, random, events::add);
        node.start();
        nodes.add(node);
        lives.add(scheduler);
        return this;
    }

    /** The process of that node ends without a word. */
    World kill(int node) {
        lives.get(node).die();
        return this;
    }

    World rules(SimulatedGitHub.Rules other) {
        rules = other;
        return this;
    }

    World gitHubAhead(Duration by) {
        gitHubAhead = by.toMillis();
        return this;
    }

    /** GitHub takes from so many milliseconds to so many. */
    World taking(int least, int most) {
        fastest = least;
        slowest = most;
        return this;
    }

    /** What GitHub would answer is changed on its way. */
    World answering(@Nullable UnaryOperator<SimulatedGitHub.Reply> change) {
        answering = change;
        return this;
    }

    /** Answers as they are in truth, but with other fields. */
    World answering(int status, String body, String... fields) {
        return answering(reply -> {
            HttpHeaders headers = new HttpHeaders();
            headers.putAll(reply.headers());
            for (int i = 0; i < fields.length; i += 2) {
                headers.set(fields[i], fields[i + 1]);
            }
            return new SimulatedGitHub.Reply(status, headers, body);
        });
    }

    SimulatedGitHub gitHub() {
        return gitHub(OCTOCAT);
    }

    SimulatedGitHub gitHub(String principal) {
        return gitHubs.computeIfAbsent(principal, name -> new SimulatedGitHub(time, rules, gitHubAhead));
    }

    World pass(Duration span) {
        if (pumped == null) {
            time.pass(span);
            return this;
        }
        for (long left = span.toMillis(); left > 0; left -= TICK) {
            pumped.settle();
            time.pass(Duration.ofMillis(Math.min(TICK, left)));
        }
        pumped.settle();
        return this;
    }

    World passSeconds(long seconds) {
        return pass(Duration.ofSeconds(seconds));
    }

    Attempt get(String path) {
        return call(0, OCTOCAT, "x", GET, path, Kind.REST, Duration.ofMinutes(30));
    }

    Attempt get(String path, Duration patience) {
        return call(0, OCTOCAT, "x", GET, path, Kind.REST, patience);
    }

    Attempt graphql() {
        return call(0, OCTOCAT, "x", POST, "/graphql", Kind.GRAPHQL_QUERY, Duration.ofSeconds(1));
    }

    Attempt call(int node, String principal, String app, HttpMethod method, String path, Kind kind, Duration patience) {
        Attempt attempt = new Attempt(new Call(principal, app, method, path, kind, patience));
        attempts.add(attempt);
        attempt.waiting = nodes.get(node).enter(attempt.call).subscribe(attempt::go, attempt::refuse);
        return attempt;
    }

    long waiting() {
        return attempts.stream().filter(Attempt::isWaiting).count();
    }

    /** A call of an app, and what became of it. */
    final class Attempt {

        final Call call;
        final long began = time.now();
        long arrived = -1;
        long ended = -1;
        int status;

        @Nullable
        Problem refusal;

        boolean left;

        @Nullable
        Disposable waiting;

        Attempt(Call call) {
            this.call = call;
        }

        boolean isWaiting() {
            return arrived < 0 && refusal == null && !left;
        }

        boolean isDone() {
            return ended >= 0;
        }

        void leave() {
            left = true;
            if (waiting != null) {
                waiting.dispose();
            }
        }

        private void go(Slot slot) {
            time.after(1 + random.nextInt(20), () -> arrive(slot));
        }

        private void arrive(Slot slot) {
            arrived = time.now();
            SimulatedGitHub gitHub = gitHub(call.principal());
            SimulatedGitHub.Reply truth = gitHub.arrive(call.method(), resource());
            long took = fastest + random.nextInt(slowest - fastest + 1);
            time.after(took, () -> {
                gitHub.finish(call.method(), took);
                SimulatedGitHub.Reply reply = answering == null ? truth : answering.apply(truth);
                time.after(1 + random.nextInt(20), () -> answer(slot, reply));
            });
        }

        private void answer(Slot slot, SimulatedGitHub.Reply reply) {
            status = reply.status();
            slot.answered(reply.status(), reply.headers(), reply::body);
            time.after(random.nextInt(10), () -> {
                ended = time.now();
                slot.done();
                slot.done();
            });
        }

        @Override
        public String toString() {
            return call.app() + " " + call.path() + " began " + began + " arrived " + arrived + " ended " + ended + " "
                    + (refusal == null ? "" : refusal.detail() + " " + refusal.retryAfter());
        }

        private String resource() {
            return call.kind() != Kind.REST ? "graphql" : call.path().startsWith("/search/") ? "search" : "core";
        }

        private void refuse(Throwable failure) {
            refusal = (Problem) failure;
        }
    }
}
