package dev.latchkey.gateway.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;

/** What the store does on any real Redis: the contract, and what an outage looks like. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class RedisStoreContract extends StoreContract {

    private TestRedis redis;
    private RedisNode node;
    private RedisNode otherNode;

    abstract TestRedis startRedis();

    final TestRedis redis() {
        return redis;
    }

    RedisNode node(TestRedis redis) {
        return RedisNode.on(redis);
    }

    @BeforeAll
    void open() {
        redis = startRedis();
        node = node(redis);
        otherNode = node(redis);
        awaitBoth();
    }

    @AfterAll
    void close() {
        node.close();
        otherNode.close();
        redis.close();
    }

    @Override
    Store store() {
        return node.store();
    }

    @Override
    Store otherNode() {
        return otherNode.store();
    }

    @Override
    Instant now() {
        return Instant.now();
    }

    @Override
    void assertHoldsUntil(Instant end, Supplier<Boolean> holds) {
        await().until(() -> !holds.get());
        // Ends are kept to the millisecond.
        assertThat(now()).isAfterOrEqualTo(end.truncatedTo(ChronoUnit.MILLIS));
    }

    @Test
    void saysUnavailableWhileRedisIsAwayAndComesBackWithIt() {
        put(ONE);
        redis.stop();

        assertUnavailable(store().get(key));
        assertUnavailable(store().put(key, ONE, later()));
        assertUnavailable(store().putIfAbsent(key, ONE, later()));
        assertUnavailable(store().replace(key, ONE, TWO, later()));
        assertUnavailable(store().extend(key, later()));
        assertUnavailable(store().delete(key));
        assertUnavailable(store().addMember(key, "m", later()));
        assertUnavailable(store().removeMember(key, "m"));
        assertUnavailable(store().members(key).collectList());
        assertUnavailable(store().publish(key, "m"));
        assertUnavailable(store().ping());

        comeBack();
        put(ONE);
        assertThat(get()).isEqualTo(ONE);
    }

    @Test
    void failsAtOnceOnceItKnowsThatRedisIsAway() {
        redis.stop();
        assertUnavailable(store().ping());

        Instant before = now();
        for (int i = 0; i < 20; i++) {
            assertUnavailable(store().get(key));
        }

        assertThat(Duration.between(before, now())).isLessThan(Duration.ofSeconds(20));
        comeBack();
    }

    @Test
    void startsWhileRedisIsAwayAndFindsItLater() {
        redis.stop();

        try (RedisNode early = node(redis)) {
            Queue<String> heard = new ConcurrentLinkedQueue<>();
            Disposable listening = early.store().listen(key).subscribe(heard::add);
            assertUnavailable(early.store().get(key));

            comeBack();
            await().ignoreExceptions().untilAsserted(() -> early.store().ping().block());
            await().until(() -> heard.contains(Store.GAP));
            publishUntilHeard("hello", heard);
            listening.dispose();
        }
    }

    @Test
    void tellsAListenerOfTheGapAfterAnOutage() {
        Queue<String> heard = new ConcurrentLinkedQueue<>();
        Disposable listening = listen(otherNode(), heard);
        publishUntilHeard("hello", heard);
        heard.clear();

        redis.stop();
        comeBack();

        await().until(() -> heard.contains(Store.GAP));
        publishUntilHeard("hello again", heard);
        assertThat(heard.stream().filter(Store.GAP::equals)).hasSize(1);
        listening.dispose();
    }

    @Test
    void leavesNothingBehindThatHasNoEnd() {
        put(ONE);
        store().addMember(key + "set", "m", later()).block();

        assertThat(node.secondsToLive("latchkey:" + key)).isBetween(3590L, 3600L);
        assertThat(node.secondsToLive("latchkey:" + key + "set")).isBetween(3590L, 3600L);
    }

    @Test
    void takesMembersThatHaveEndedOutOfRedis() {
        store().addMember(key, "gone", now().plusMillis(50)).block();
        store().addMember(key, "stays", later()).block();

        await().until(() -> store().members(key).count().block() == 1);

        assertThat(node.membersKept("latchkey:" + key)).isEqualTo(1);
    }

    @Test
    void saysUnavailableWhenRedisHoldsSomethingElseThere() {
        store().addMember(key, "m", later()).block();

        assertUnavailable(store().get(key));
    }

    /** Brings Redis back and waits for both nodes, so that the next test starts from a quiet state. */
    final void comeBack() {
        if (!redis.isRunning()) {
            redis.start();
        }
        awaitBoth();
    }

    private void awaitBoth() {
        for (Store each : new Store[] {store(), otherNode()}) {
            await().ignoreExceptions().untilAsserted(() -> each.ping().block());
        }
    }

    static void assertUnavailable(Mono<?> answer) {
        assertThatExceptionOfType(Problem.class)
                .isThrownBy(() -> answer.block(PATIENCE))
                .satisfies(problem -> {
                    assertThat(problem.code()).isEqualTo(ProblemCode.STORE_UNAVAILABLE);
                    assertThat(problem.retryAfter()).isPositive();
                    assertThat(problem.getCause()).isNotNull();
                });
    }
}
