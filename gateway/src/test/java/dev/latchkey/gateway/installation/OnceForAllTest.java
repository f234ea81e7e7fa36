package dev.latchkey.gateway.installation;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.latchkey.gateway.keys.KeyRing;
import dev.latchkey.gateway.keys.Secret;
import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.store.EmbeddedStore;
import dev.latchkey.gateway.testing.TestClock;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;

class OnceForAllTest {

    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final Duration FETCH = Duration.ofSeconds(30);
    /** Longer than any lease of these nodes. */
    private static final Duration LEASE_OVER = Duration.ofSeconds(36);

    private final TestClock clock = TestClock.now();
    private final KeyRing keys = KeyRing.of(List.of(Secret.of("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")), clock);
    private final List<OnceForAll<String>> nodes = new ArrayList<>();

    @TempDir
    private Path folder;

    private EmbeddedStore store;

    @BeforeEach
    void open() {
        store = new EmbeddedStore(folder, clock);
    }

    @AfterEach
    void close() {
        nodes.forEach(OnceForAll::close);
        store.close();
    }

    private OnceForAll<String> node() {
        return node(FETCH);
    }

    private OnceForAll<String> node(Duration longestFetch) {
        OnceForAll<String> node = new OnceForAll<>("thing", store, keys, clock, longestFetch, () -> {});
        nodes.add(node);
        return node;
    }

    /** A thing that lives for an hour, whose fetches end when the test says so. */
    private final class Thing implements Sought<String> {

        private final List<CompletableFuture<String>> fetches = new CopyOnWriteArrayList<>();
        private volatile String outdated = "";

        @Override
        public String key() {
            return "thing:1";
        }

        @Override
        public boolean isGood(String known) {
            return !known.equals(outdated);
        }

        @Override
        public boolean isBetterThanNothing(String known) {
            return true;
        }

        @Override
        public Mono<String> fetch() {
            CompletableFuture<String> fetch = new CompletableFuture<>();
            fetches.add(fetch);
            return Mono.fromFuture(fetch);
        }

        @Override
        public Instant end(String fetched) {
            return clock.instant().plus(Duration.ofHours(1));
        }

        @Override
        public byte[] write(String fetched) {
            return fetched.getBytes(UTF_8);
        }

        @Override
        public String read(byte[] written) {
            return new String(written, UTF_8);
        }

        CompletableFuture<String> fetch(int number) {
            Awaitility.await().atMost(PATIENCE).until(() -> fetches.size() >= number);
            return fetches.get(number - 1);
        }
    }

    private static CompletableFuture<String> begin(OnceForAll<String> node, Sought<String> thing) {
        return node.get(thing).toFuture();
    }

    private static String outcome(CompletableFuture<String> begun) {
        return begun.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
    }

    @Test
    void fetchesOnceForAllNodes() {
        Thing thing = new Thing();
        CompletableFuture<String> here = begin(node(), thing);
        CompletableFuture<String> there = begin(node(), thing);
        thing.fetch(1).complete("one");
        assertThat(outcome(here)).isEqualTo("one");
        assertThat(outcome(there)).isEqualTo("one");
        assertThat(thing.fetches).hasSize(1);
    }

    @Test
    void takesOverFromALeaderThatHasDied() {
        Thing thing = new Thing();
        store.putIfAbsent("thing:1:lease", new byte[] {1}, clock.instant().plus(FETCH))
                .block(PATIENCE);
        CompletableFuture<String> waiting = begin(node(), thing);
        Awaitility.await().during(Duration.ofMillis(200)).until(thing.fetches::isEmpty);

        clock.advance(FETCH);
        thing.fetch(1).complete("after all");
        assertThat(outcome(waiting)).isEqualTo("after all");
    }

    @Test
    void keepsItsLeaseForLongerThanTheLongestFetch() {
        Thing thing = new Thing();
        CompletableFuture<String> leader = begin(node(), thing);
        thing.fetch(1);
        clock.advance(FETCH.plusSeconds(1));
        CompletableFuture<String> other = begin(node(), thing);
        Awaitility.await().during(Duration.ofMillis(200)).until(() -> thing.fetches.size() == 1);

        thing.fetch(1).complete("slow");
        assertThat(outcome(leader)).isEqualTo("slow");
        assertThat(outcome(other)).isEqualTo("slow");
    }

    @Test
    void takesWhatTheNextLeaderWroteWhenItStoodStill() {
        Thing thing = new Thing();
        CompletableFuture<String> stalled = begin(node(), thing);
        thing.fetch(1);
        clock.advance(LEASE_OVER);
        CompletableFuture<String> next = begin(node(), thing);
        thing.fetch(2).complete("winner");
        assertThat(outcome(next)).isEqualTo("winner");

        thing.fetch(1).complete("late");
        assertThat(outcome(stalled)).isEqualTo("winner");
        assertThat(outcome(begin(node(), thing))).isEqualTo("winner");
    }

    @Test
    void givesBackNoLeaseButItsOwn() {
        Thing thing = new Thing();
        CompletableFuture<String> stalled = begin(node(), thing);
        thing.fetch(1);
        clock.advance(LEASE_OVER);
        CompletableFuture<String> next = begin(node(), thing);
        thing.fetch(2);
        thing.fetch(1).completeExceptionally(Problem.of(ProblemCode.GITHUB_BROKEN));
        assertThat(stalled).failsWithin(PATIENCE);

        CompletableFuture<String> third = begin(node(), thing);
        Awaitility.await().during(Duration.ofMillis(200)).until(() -> thing.fetches.size() == 2);
        thing.fetch(2).complete("two");
        assertThat(outcome(next)).isEqualTo("two");
        assertThat(outcome(third)).isEqualTo("two");
    }

    @Test
    void keepsNoFailureAndLetsTheNextOneTry() {
        Thing thing = new Thing();
        OnceForAll<String> node = node();
        CompletableFuture<String> failing = begin(node, thing);
        thing.fetch(1).completeExceptionally(Problem.of(ProblemCode.GITHUB_BROKEN));
        assertThat(failing).failsWithin(PATIENCE).withThrowableThat().withCauseInstanceOf(Problem.class);

        CompletableFuture<String> next = begin(node, thing);
        thing.fetch(2).complete("better");
        assertThat(outcome(next)).isEqualTo("better");
    }

    @Test
    void endsAFetchThatTakesTooLongAndFreesTheLease() {
        Thing thing = new Thing();
        OnceForAll<String> hasty = node(Duration.ofMillis(200));
        assertThatExceptionOfType(Problem.class)
                .isThrownBy(() -> hasty.get(thing).block(PATIENCE))
                .satisfies(problem -> assertThat(problem.code()).isEqualTo(ProblemCode.GITHUB_TIMEOUT));
        CompletableFuture<String> next = begin(node(), thing);
        thing.fetch(2).complete("now");
        assertThat(outcome(next)).isEqualTo("now");
    }

    @Test
    void goesOnWhenWhoeverAskedHasGone() {
        Thing thing = new Thing();
        Disposable asked = node().get(thing).subscribe();
        CompletableFuture<String> fetch = thing.fetch(1);
        asked.dispose();
        fetch.complete("for the others");
        assertThat(outcome(begin(node(), thing))).isEqualTo("for the others");
        assertThat(thing.fetches).hasSize(1);
    }

    @Test
    void keepsNothingThatWasForgottenWhileItWasFetched() {
        Thing thing = new Thing();
        OnceForAll<String> node = node();
        CompletableFuture<String> before = begin(node, thing);
        CompletableFuture<String> first = thing.fetch(1);
        node.forget(thing.key()).block(PATIENCE);
        CompletableFuture<String> after = begin(node, thing);

        first.complete("old");
        assertThat(outcome(before)).isEqualTo("old");
        thing.fetch(2).complete("new");
        assertThat(outcome(after)).isEqualTo("new");
        assertThat(outcome(begin(node, thing))).isEqualTo("new");
        assertThat(outcome(begin(node(), thing))).isEqualTo("new");
    }

    @Test
    void keepsTheNextOneThoughTheOneBeforeEndedMeanwhile() {
        Thing thing = new Thing();
        OnceForAll<String> node = node();
        CompletableFuture<String> begun = begin(node, thing);
        thing.fetch(1).complete("one");
        assertThat(outcome(begun)).isEqualTo("one");
        thing.outdated = "one";
        CompletableFuture<String> renewal = begin(node, thing);
        thing.fetch(2);
        clock.advance(Duration.ofHours(1));
        thing.fetch(2).complete("two");
        assertThat(outcome(renewal)).isEqualTo("two");
        assertThat(outcome(begin(node(), thing))).isEqualTo("two");
        assertThat(thing.fetches).hasSize(2);
    }

    @Test
    void servesWhatItHasWhenTheNextOneCannotBeFetched() {
        Thing thing = new Thing();
        OnceForAll<String> node = node();
        CompletableFuture<String> begun = begin(node, thing);
        thing.fetch(1).complete("one");
        assertThat(outcome(begun)).isEqualTo("one");
        thing.outdated = "one";
        CompletableFuture<String> renewal = begin(node, thing);
        thing.fetch(2).completeExceptionally(Problem.of(ProblemCode.GITHUB_LIMITED));
        assertThat(outcome(renewal)).isEqualTo("one");

        // What GitHub says for sure is not glossed over.
        CompletableFuture<String> refused = begin(node, thing);
        thing.fetch(3).completeExceptionally(Problem.of(ProblemCode.INSTALLATION_SUSPENDED));
        assertThat(refused).failsWithin(PATIENCE);
    }

    @Test
    void forgetsOnEveryNode() {
        Thing thing = new Thing();
        OnceForAll<String> here = node();
        OnceForAll<String> there = node();
        CompletableFuture<String> begun = begin(here, thing);
        thing.fetch(1).complete("one");
        assertThat(outcome(begun)).isEqualTo("one");
        assertThat(outcome(begin(there, thing))).isEqualTo("one");

        here.forget(thing.key()).block(PATIENCE);
        Awaitility.await().atMost(PATIENCE).until(() -> {
            begin(there, thing);
            return thing.fetches.size() == 2;
        });
    }

    @Test
    void fetchesAnewWhatItCannotOpen() {
        Thing thing = new Thing();
        store.put(thing.key(), keys.seal("thing:2", "moved here".getBytes(UTF_8)), thing.end(""))
                .block(PATIENCE);
        CompletableFuture<String> begun = begin(node(), thing);
        thing.fetch(1).complete("true");
        assertThat(outcome(begun)).isEqualTo("true");
        assertThat(outcome(begin(node(), thing))).isEqualTo("true");
    }

    @Test
    void writesNothingInTheClear() {
        Thing thing = new Thing();
        CompletableFuture<String> begun = begin(node(), thing);
        thing.fetch(1).complete("very secret");
        outcome(begun);
        byte[] stored = store.get(thing.key()).block(PATIENCE);
        assertThat(new String(stored, ISO_8859_1)).doesNotContain("secret");
    }
}
