package dev.latchkey.gateway.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** What every home of state must do. Each test has names of its own, so that all can share one store. */
@Timeout(180)
abstract class StoreContract {

    static final byte[] ONE = "one".getBytes(UTF_8);
    static final byte[] TWO = "two".getBytes(UTF_8);
    static final Duration PATIENCE = Duration.ofSeconds(40);

    private static final int CALLERS = 100;
    private static final Duration SOON = Duration.ofMillis(400);

    String key;

    @BeforeEach
    void chooseNames() {
        key = "test:" + UUID.randomUUID();
    }

    abstract Store store();

    /** Another node on the same state; the same one where there can be but one. */
    abstract Store otherNode();

    abstract Instant now();

    /** Checks that it holds until that end, to the second, and not after it. */
    abstract void assertHoldsUntil(Instant end, Supplier<Boolean> holds);

    @Test
    void findsWhatWasPut() {
        put(ONE);

        assertThat(get()).isEqualTo(ONE);
        assertThat(otherNode().get(key).block()).isEqualTo(ONE);
    }

    @Test
    void answersEmptyForWhatWasNeverPut() {
        assertThat(get()).isNull();
    }

    @Test
    void keepsEveryByte() {
        byte[] all = new byte[256];
        for (int i = 0; i < all.length; i++) {
            all[i] = (byte) i;
        }
        put(all);
        assertThat(get()).isEqualTo(all);

        put(new byte[0]);
        assertThat(get()).isEmpty();

        byte[] large = new byte[300_000];
        put(large);
        assertThat(get()).isEqualTo(large);
    }

    @Test
    void overwritesWhatWasThere() {
        put(ONE);
        put(TWO);

        assertThat(get()).isEqualTo(TWO);
    }

    @Test
    void forgetsARecordAtItsEnd() {
        Instant end = now().plus(SOON);
        store().put(key, ONE, end).block();

        assertHoldsUntil(end, this::isPresent);
        assertThat(store().delete(key).block()).isFalse();
    }

    @Test
    void neverReturnsARecordWhoseEndHasPassed() {
        store().put(key, ONE, now().minusSeconds(60)).block();
        assertThat(get()).isNull();

        store().put(key, ONE, Instant.MIN).block();
        assertThat(get()).isNull();
    }

    @Test
    void keepsARecordWithoutAnEndThatAnyoneWillSee() {
        store().put(key, ONE, Instant.MAX).block();

        assertThat(get()).isEqualTo(ONE);
    }

    @Test
    void putsIfAbsentOnlyOnce() {
        assertThat(putIfAbsent(ONE)).isTrue();
        assertThat(putIfAbsent(TWO)).isFalse();

        assertThat(get()).isEqualTo(ONE);
    }

    @Test
    void putsIfAbsentAgainAfterTheEnd() {
        Instant end = now().plus(SOON);
        store().putIfAbsent(key, ONE, end).block();

        assertHoldsUntil(end, this::isPresent);
        assertThat(putIfAbsent(TWO)).isTrue();
    }

    @Test
    void letsOneOfManyPutIfAbsent() {
        assertThat(winners(i -> node(i).putIfAbsent(key, value(i), later()))).isEqualTo(1);
    }

    @Test
    void replacesOnlyWhatIsExpected() {
        assertThat(replace(ONE, TWO)).isFalse();
        assertThat(get()).isNull();

        put(ONE);
        assertThat(replace(TWO, TWO)).isFalse();
        assertThat(replace(ONE, TWO)).isTrue();
        assertThat(get()).isEqualTo(TWO);
    }

    @Test
    void replacesTheEndToo() {
        put(ONE);
        Instant end = now().plus(SOON);

        store().replace(key, ONE, TWO, end).block();

        assertHoldsUntil(end, this::isPresent);
    }

    @Test
    void replacesWithoutMovingTheEnd() {
        Instant end = now().plus(SOON.multipliedBy(6));
        store().put(key, ONE, end).block();
        assertThat(store().replace(key, TWO, ONE).block()).isFalse();
        assertThat(store().replace(key, ONE, TWO).block()).isTrue();
        assertThat(get()).isEqualTo(TWO);

        assertHoldsUntil(end, () -> get() != null);
    }

    @Test
    void letsOneOfManyReplace() {
        put(ONE);

        assertThat(winners(i -> node(i).replace(key, ONE, value(i), later()))).isEqualTo(1);
    }

    @Test
    void losesNoStepWhenManyCountByReplacing() {
        put("0".getBytes(UTF_8));

        Flux.range(0, CALLERS).flatMap(i -> increment(node(i)), CALLERS).blockLast(PATIENCE);

        assertThat(new String(get(), UTF_8)).isEqualTo(Integer.toString(CALLERS));
    }

    @Test
    void extendsWhatExists() {
        assertThat(store().extend(key, later()).block()).isFalse();
        assertThat(get()).isNull();

        Instant end;
        // Should it end before it is extended, it never was in time.
        do {
            store().put(key, ONE, now().plus(SOON.dividedBy(2))).block();
            end = now().plus(SOON);
        } while (!store().extend(key, end).block());

        assertHoldsUntil(end, this::isPresent);
        assertThat(store().extend(key, later()).block()).isFalse();
    }

    @Test
    void neverShortensByExtending() {
        put(ONE);

        assertThat(store().extend(key, now().minusSeconds(1)).block()).isTrue();
        assertThat(get()).isEqualTo(ONE);
    }

    @Test
    void deletesOnlyWhatIsExpected() {
        put(ONE);

        assertThat(store().deleteIf(key, TWO).block()).isFalse();
        assertThat(get()).isEqualTo(ONE);
        assertThat(store().deleteIf(key, ONE).block()).isTrue();
        assertThat(store().deleteIf(key, ONE).block()).isFalse();
        assertThat(get()).isNull();
    }

    @Test
    void deletesOnce() {
        put(ONE);

        assertThat(store().delete(key).block()).isTrue();
        assertThat(store().delete(key).block()).isFalse();
        assertThat(get()).isNull();
    }

    @Test
    void letsOneOfManyDelete() {
        put(ONE);

        assertThat(winners(i -> node(i).delete(key))).isEqualTo(1);
    }

    @Test
    void listsTheMembersOfASet() {
        add("a", later());
        add("ü b", later());
        store().addMember(key + "x", "other", later()).block();

        assertThat(members()).containsExactlyInAnyOrder("a", "ü b");
        assertThat(otherNode().members(key).collectList().block()).hasSize(2);
    }

    @Test
    void answersNoMembersForASetThatNeverWas() {
        assertThat(members()).isEmpty();
        store().removeMember(key, "a").block();
    }

    @Test
    void removesAMember() {
        add("a", later());
        add("b", later());

        store().removeMember(key, "a").block();

        assertThat(members()).containsExactly("b");
    }

    @Test
    void handsOutAnEntryFromItsInstantOnAndOnce() {
        Instant due = now().plus(SOON);
        store().schedule(key, "later", later()).block();
        store().schedule(key, "soon", due).block();

        assertHoldsUntil(due, () -> taken(otherNode()).isEmpty());
        assertThat(taken(store())).isEmpty();
    }

    @Test
    void handsOutWhatIsDueInItsOrderAndNoMoreThanAsked() {
        for (int i = 0; i < 5; i++) {
            store().schedule(key, "entry-" + i, now().minusSeconds(60 - i)).block();
        }

        assertThat(store().takeDue(key, 3).collectList().block()).containsExactly("entry-0", "entry-1", "entry-2");
        assertThat(store().takeDue(key, 3).collectList().block()).containsExactly("entry-3", "entry-4");
    }

    @Test
    void movesTheInstantOfAnEntryThatIsScheduledAgain() {
        store().schedule(key, "entry", now().minusSeconds(1)).block();
        store().schedule(key, "entry", later()).block();

        assertThat(taken(store())).isEmpty();
    }

    @Test
    void givesAnEntryToOneOfAllWhoCancelOrTakeIt() {
        store().schedule(key, "entry", now().minusSeconds(1)).block();

        assertThat(winners(i -> i % 2 == 0
                        ? node(i).cancel(key, "entry")
                        : node(i).takeDue(key, 10).hasElements()))
                .isEqualTo(1);
        assertThat(store().cancel(key, "entry").block()).isFalse();
    }

    private List<String> taken(Store node) {
        return node.takeDue(key, 10).collectList().block();
    }

    @Test
    void letsAMemberVanishAtItsEndAlone() {
        Instant end = now().plus(SOON);
        add("stays", later());
        add("goes", end);

        assertHoldsUntil(end, () -> members().contains("goes"));
        assertThat(members()).containsExactly("stays");
    }

    @Test
    void keepsASetUntilItsLastMemberEnds() {
        Instant end = now().plus(SOON);
        add("a", end);
        add("b", now().plusMillis(100));

        assertHoldsUntil(end, () -> members().contains("a"));
        assertThat(members()).isEmpty();
    }

    @Test
    void movesTheEndOfAMemberThatIsAddedAgain() {
        Instant end = now().plus(SOON.multipliedBy(6));
        add("a", later());
        add("a", end);

        assertThat(members()).containsExactly("a");
        assertHoldsUntil(end, () -> members().contains("a"));
    }

    @Test
    void addsManyMembersAtOnce() {
        Flux.range(0, CALLERS)
                .flatMap(i -> node(i).addMember(key, "m" + i, later()), CALLERS)
                .blockLast(PATIENCE);

        assertThat(members()).hasSize(CALLERS);
    }

    @Test
    void tellsEveryListenerOnEveryNode() {
        Queue<String> here = new ConcurrentLinkedQueue<>();
        Queue<String> there = new ConcurrentLinkedQueue<>();
        Disposable listening = listen(store(), here);
        Disposable alsoListening = listen(otherNode(), there);

        publishUntilHeard("hello", here);
        publishUntilHeard("hello", there);
        here.clear();
        there.clear();
        store().publish(key, "ü 1").block();
        otherNode().publish(key, "2").block();
        store().publish(key + "x", "elsewhere").block();

        await().untilAsserted(() -> assertThat(here).contains("ü 1", "2"));
        await().untilAsserted(() -> assertThat(there).contains("ü 1", "2"));
        assertThat(here).doesNotContain("elsewhere");
        listening.dispose();
        alsoListening.dispose();
    }

    @Test
    void keepsTheOrderOfMessages() {
        Queue<String> heard = new ConcurrentLinkedQueue<>();
        Disposable listening = listen(store(), heard);
        publishUntilHeard("hello", heard);

        List<String> sent = Flux.range(0, 1000).map(i -> "m" + i).collectList().block();
        Flux.fromIterable(sent).concatMap(m -> store().publish(key, m)).blockLast(PATIENCE);

        await().until(() -> heard.contains("m999"));
        assertThat(heard.stream().filter(m -> m.startsWith("m"))).containsExactlyElementsOf(sent);
        listening.dispose();
    }

    @Test
    void answersAPing() {
        store().ping().block(PATIENCE);
    }

    final void put(byte[] value) {
        store().put(key, value, later()).block();
    }

    final byte[] get() {
        return store().get(key).block();
    }

    final boolean isPresent() {
        return get() != null;
    }

    final Instant later() {
        return now().plus(Duration.ofHours(1));
    }

    final Disposable listen(Store node, Queue<String> heard) {
        return node.listen(key).subscribe(heard::add);
    }

    final void publishUntilHeard(String message, Queue<String> heard) {
        await().until(() -> {
            store().publish(key, message).block();
            return heard.contains(message);
        });
    }

    static ConditionFactory await() {
        return Awaitility.await().atMost(PATIENCE).pollInterval(Duration.ofMillis(20));
    }

    private boolean putIfAbsent(byte[] value) {
        return store().putIfAbsent(key, value, later()).block();
    }

    private boolean replace(byte[] expected, byte[] value) {
        return store().replace(key, expected, value, later()).block();
    }

    private void add(String member, Instant end) {
        store().addMember(key, member, end).block();
    }

    private List<String> members() {
        return store().members(key).collectList().block();
    }

    private Store node(int i) {
        return i % 2 == 0 ? store() : otherNode();
    }

    private static byte[] value(int i) {
        return Integer.toString(i).getBytes(UTF_8);
    }

    private static long winners(IntFunction<Mono<Boolean>> attempt) {
        return Flux.range(0, CALLERS)
                .flatMap(attempt::apply, CALLERS)
                .filter(won -> won)
                .count()
                .block(PATIENCE);
    }

    private Mono<Boolean> increment(Store node) {
        return Mono.defer(() -> node.get(key))
                .flatMap(known ->
                        node.replace(key, known, value(1 + Integer.parseInt(new String(known, UTF_8))), later()))
                .filter(won -> won)
                .repeatWhenEmpty(10_000, empty -> empty);
    }
}
