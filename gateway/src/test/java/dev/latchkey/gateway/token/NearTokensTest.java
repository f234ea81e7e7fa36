package dev.latchkey.gateway.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.latchkey.gateway.keys.KeyRing;
import dev.latchkey.gateway.keys.Secret;
import dev.latchkey.gateway.limit.Guesses;
import dev.latchkey.gateway.limit.TestThrottle;
import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.session.Person;
import dev.latchkey.gateway.session.PersonId;
import dev.latchkey.gateway.store.EmbeddedStore;
import dev.latchkey.gateway.store.Store;
import dev.latchkey.gateway.testing.TestClock;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;

/** What tokens, good ones and invented ones, cost the store; the store itself is the witness. */
class NearTokensTest {

    private static final String HOME = "192.0.2.7";

    private final TestClock clock = TestClock.now();
    private final KeyRing keys = KeyRing.of(List.of(Secret.of("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")), clock);
    private final AtomicInteger reads = new AtomicInteger();

    @TempDir
    private Path folder;

    private EmbeddedStore store;
    private StoredApiTokens stored;
    private NearTokens near;

    @BeforeEach
    void open() {
        store = new EmbeddedStore(folder, clock);
        stored = new StoredApiTokens(watched(), keys);
        near = new NearTokens(stored, new Guesses("tokens", TokenConfiguration.GUESSED, TestThrottle.of(clock)), clock);
    }

    @AfterEach
    void close() {
        store.close();
    }

    /** The store, with its reads counted. */
    private Store watched() {
        return (Store) Proxy.newProxyInstance(
                Store.class.getClassLoader(), new Class<?>[] {Store.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("get")) {
                        reads.incrementAndGet();
                    }
                    try {
                        return method.invoke(store, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private String made(String id) {
        Person person = new Person(new PersonId("github", "1"), "octocat", null, null, false, null);
        stored.put(new ApiToken(
                        id,
                        person,
                        "test",
                        List.of(ApiToken.EVERY_ROUTE),
                        clock.instant(),
                        clock.instant().plus(Duration.ofDays(1)),
                        null))
                .block();
        return id;
    }

    private boolean isGood(String id, String address) {
        return Boolean.TRUE.equals(near.find(id, address).hasElement().block());
    }

    private void assertTooMany(String id, String address) {
        int before = reads.get();
        assertThatExceptionOfType(Problem.class)
                .isThrownBy(() -> isGood(id, address))
                .matches(problem -> problem.code() == ProblemCode.RATE_LIMITED)
                .matches(problem -> problem.retryAfter() != null);
        assertThat(reads).hasValue(before);
    }

    private void guess(int count, String address) {
        IntStream.range(0, count)
                .forEach(i -> assertThat(isGood("invented-" + address + '-' + i, address))
                        .isFalse());
    }

    @Test
    void aStrangerMayInventAFewAndThenCostsTheStoreNothing() {
        guess(30, HOME);
        assertThat(reads).hasValue(30);
        for (int i = 0; i < 1_000; i++) {
            assertTooMany("more-" + i, HOME);
        }
        clock.advance(Duration.ofSeconds(2));
        assertThat(isGood("later", HOME)).isFalse();
    }

    @Test
    void oneThatIsNoneIsLookedUpOnceInHalfAMinute() {
        for (int i = 0; i < 100; i++) {
            assertThat(isGood("the same", HOME)).isFalse();
        }
        assertThat(reads).hasValue(1);
        clock.advance(Duration.ofSeconds(30));
        assertThat(isGood("the same", HOME)).isFalse();
        assertThat(reads).hasValue(2);
    }

    @Test
    void whoIsKnownHereIsNeverTooManyWhateverIsGuessedBesideThem() {
        String good = made("good");
        assertThat(isGood(good, HOME)).isTrue();
        for (int minute = 0; minute < 5; minute++) {
            int round = minute;
            IntStream.range(0, 100)
                    .forEach(i -> near.find("wrong-" + round + '-' + i, HOME)
                            .onErrorComplete(Problem.class)
                            .block());
            assertTooMany("one more " + minute, HOME);
            assertThat(isGood(good, HOME)).isTrue();
            clock.advance(Duration.ofSeconds(31));
            assertThat(isGood(good, HOME)).isTrue();
        }
    }

    @Test
    void aHouseFullOfGoodTokensIsNotTooMany() {
        IntStream.range(0, 500)
                .forEach(i -> assertThat(isGood(made("good-" + i), HOME)).isTrue());
        guess(30, HOME);
    }

    @Test
    void manyAtOnceAreOneLookUp() {
        String good = made("good");
        List<Boolean> found = Flux.range(0, 200)
                .flatMap(i -> near.find(good, HOME).hasElement(), 200)
                .collectList()
                .block();
        assertThat(found).hasSize(200).containsOnly(true);
        assertThat(reads.get()).isLessThanOrEqualTo(2);
    }

    @Test
    void addressesOfOneSubscriberAreOneStrangerAndThoseOfOneNetworkAreNeighbours() {
        guess(30, "2001:db8:1:1::1");
        assertTooMany("x", "2001:db8:1:1:ffff::2");
        for (int i = 2; i < 6; i++) {
            guess(30, "2001:db8:1:" + i + "::1");
        }
        assertTooMany("x", "2001:db8:1:7::1");
        guess(30, "2001:db8:2:1::1");

        guess(30, "::ffff:198.51.100.1");
        assertTooMany("x", "198.51.100.1");
        guess(30, "198.51.100.2");
    }

    @Test
    void aFewNetworksOfGuessersLeaveRoomForEverybodyElse() {
        for (int network = 0; network < 10; network++) {
            for (int subscriber = 0; subscriber < 5; subscriber++) {
                guess(30, "2001:db8:" + network + ':' + subscriber + "::1");
            }
            assertTooMany("x", "2001:db8:" + network + ":99::1");
        }
        String good = made("good");
        assertThat(isGood(good, HOME)).isTrue();
        guess(30, "203.0.113.9");
    }

    @Test
    void inventedOnesPushNoGoodOneOut() {
        String good = made("good");
        assertThat(isGood(good, HOME)).isTrue();
        int before = reads.get();
        for (int i = 0; i < 2_000; i++) {
            near.find("wrong-" + i, "10." + i / 250 + '.' + i % 250 + ".1")
                    .onErrorComplete(Problem.class)
                    .block();
        }
        int after = reads.get();
        assertThat(after - before).isGreaterThan(1_000);
        assertThat(isGood(good, HOME)).isTrue();
        assertThat(reads).hasValue(after);
    }

    @Test
    void anEndThatIsHeardOfIsBelievedAtOnceAndALostMessageToo() {
        ApiToken token = near.find(made("good"), HOME).block();
        store.delete("api-token:good").block();
        assertThat(isGood("good", HOME)).isTrue();
        near.hear("good");
        assertThat(isGood("good", HOME)).isFalse();

        stored.put(token).block();
        near.hear("good");
        assertThat(isGood("good", HOME)).isTrue();
        store.delete("api-token:good").block();
        near.hear(Store.GAP);
        assertThat(isGood("good", HOME)).isFalse();
    }

    @Test
    void whoAsksAfterAnAnswerAsksAnew() {
        for (int i = 0; i < 200; i++) {
            String id = made("good-" + i);
            assertThat(isGood(id, HOME)).isTrue();
            store.delete("api-token:" + id).block();
            near.hear(id);
            assertThat(isGood(id, HOME)).isFalse();
            clock.advance(Duration.ofSeconds(2));
        }
    }

    @Test
    void oneWhoseDayHasComeIsAGuessFromThenOn() {
        made("good");
        assertThat(isGood("good", HOME)).isTrue();
        clock.advance(Duration.ofDays(1));
        assertThat(isGood("good", HOME)).isFalse();
        guess(30, HOME);
        clock.advance(Duration.ofSeconds(1));
        assertTooMany("x", HOME);
    }

    @Test
    void anEndIsBelievedHereBeforeTheMessageOfItArrives() {
        String id = made("stolen");
        assertThat(isGood(id, HOME)).isTrue();
        ApiToken token = stored.find(id).block();
        assertThat(near.delete(token).block()).isTrue();
        assertThat(isGood(id, HOME)).isFalse();
    }
}
