package dev.latchkey.gateway.keys;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.latchkey.gateway.problem.ConfigurationFaults;
import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.store.EmbeddedStore;
import dev.latchkey.gateway.store.Store;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.ParseException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

@Timeout(60)
class SigningKeysTest {

    private static final Duration EVERY = Duration.ofDays(30);
    private static final SigningPlan PLAN = new SigningPlan(EVERY, Duration.ofDays(1), null);

    private final TestClock clock = TestClock.now();

    @TempDir
    private Path folder;

    private EmbeddedStore store;
    private SigningKeys here;
    private SigningKeys there;

    @BeforeEach
    void open() {
        store = new EmbeddedStore(folder, clock);
        here = node(ring(1));
        there = node(ring(1));
    }

    @AfterEach
    void close() {
        here.close();
        there.close();
        store.close();
    }

    @Test
    void knowsNoKeyBeforeItHasLoadedOne() {
        assertThatExceptionOfType(Problem.class)
                .isThrownBy(here::current)
                .matches(problem -> problem.code() == ProblemCode.STORE_UNAVAILABLE);
        assertThatExceptionOfType(Problem.class).isThrownBy(here::jwks);
    }

    @Test
    void signsWithAKeyThatItsJwksVerifies() throws Exception {
        load();
        SigningKey key = here.current();
        SignedJWT jwt = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.ES256).keyID(key.kid()).build(),
                new JWTClaimsSet.Builder().subject("github:1").build());
        jwt.sign(new ECDSASigner(key.key()));

        ECKey published = JWKSet.parse(there.jwks()).getKeyByKeyId(key.kid()).toECKey();

        assertThat(jwt.verify(new ECDSAVerifier(published))).isTrue();
    }

    @Test
    void publishesTheCurrentKeyAndTheNextByTheirPublicHalvesAlone() {
        load();

        List<JWK> keys = published(here);

        assertThat(keys).hasSize(2).allSatisfy(key -> {
            assertThat(key.isPrivate()).isFalse();
            assertThat(key.toJSONObject()).containsOnlyKeys("kty", "crv", "x", "y", "kid", "use", "alg");
            assertThat(key.toJSONObject()).containsEntry("use", "sig").containsEntry("alg", "ES256");
        });
        assertThat(keys.get(0).getKeyID()).isEqualTo(here.current().kid());
    }

    @Test
    void isTheSameOnEveryNode() {
        load();

        assertThat(there.current().kid()).isEqualTo(here.current().kid());
        assertThat(there.jwks()).isEqualTo(here.jwks());
    }

    @Test
    void agreesOnOneKeyWhenManyNodesStartAtOnce() {
        List<SigningKeys> nodes =
                IntStream.range(0, 20).mapToObj(i -> node(ring(1))).toList();

        Flux.fromIterable(nodes).flatMap(SigningKeys::refresh, 20).blockLast();

        assertThat(nodes.stream().map(SigningKeys::jwks).distinct()).hasSize(1);
    }

    @Test
    void findsItsKeysAgainAfterARestart() {
        load();
        String kid = here.current().kid();
        close();

        open();
        load();

        assertThat(here.current().kid()).isEqualTo(kid);
    }

    @Test
    void letsTheNextKeyTakeOverAtItsTimeOnEveryNodeWithoutAWord() {
        load();
        String first = here.current().kid();
        String next = published(here).get(1).getKeyID();

        clock.advance(EVERY.minusSeconds(1));
        assertThat(here.current().kid()).isEqualTo(first);
        clock.advance(Duration.ofSeconds(1));

        assertThat(here.current().kid()).isEqualTo(next);
        assertThat(there.current().kid()).isEqualTo(next);
    }

    @Test
    void publishesAKeyLongBeforeItSignsAndUntilNothingItSignedIsAlive() {
        load();
        String first = here.current().kid();
        Set<String> everPublished = new HashSet<>(kids(here));

        for (int day = 0; day < 100; day++) {
            clock.advance(Duration.ofDays(1));
            assertThat(everPublished).contains(here.current().kid());
            load();
            everPublished.addAll(kids(here));
        }

        assertThat(everPublished).hasSize(5);
        assertThat(kids(here)).hasSize(2).doesNotContain(first);
    }

    @Test
    void keepsThePreviousKeyUntilTheLongestJwtHasEnded() {
        load();
        String first = here.current().kid();
        clock.advance(EVERY);
        load();
        assertThat(kids(here)).hasSize(3).contains(first);

        clock.advance(Duration.ofMinutes(10).minusSeconds(1));
        assertThat(kids(here)).contains(first);
        clock.advance(Duration.ofSeconds(1));

        assertThat(kids(here)).hasSize(2).doesNotContain(first);
    }

    @Test
    void givesALateNextKeyItsTimeInTheJwks() {
        load();
        clock.advance(EVERY.multipliedBy(3));
        load();
        String current = here.current().kid();

        clock.advance(Duration.ofDays(1).minusSeconds(1));
        assertThat(here.current().kid()).isEqualTo(current);
    }

    @Test
    void rotatesAtOnceWhenAsked() {
        load();
        String first = here.current().kid();
        String next = kids(here).get(1);

        here.rotate().block();

        assertThat(here.current().kid()).isEqualTo(next);
        assertThat(kids(here)).hasSize(3).contains(first, next);
        there.refresh().block();
        assertThat(there.current().kid()).isEqualTo(next);
    }

    @Test
    void rotatesOnceWhenManyNodesAskAtOnce() {
        load();
        String next = kids(here).get(1);

        Store meeting = meetingOf(2);
        Flux.range(0, 2)
                .map(each -> new SigningKeys(meeting, ring(1), PLAN, clock))
                .flatMap(SigningKeys::rotate)
                .blockLast();
        load();

        assertThat(here.current().kid()).isEqualTo(next);
        assertThat(there.jwks()).isEqualTo(here.jwks());
    }

    @Test
    void rotatesBeforeItHasLoadedAnything() {
        here.rotate().block();

        assertThat(kids(here)).hasSize(3);
    }

    @Test
    void hearsOfARotationElsewhere() {
        here.start();
        there.start();
        Awaitility.await()
                .ignoreExceptions()
                .until(() -> here.current().kid().equals(there.current().kid()));
        String next = kids(here).get(1);

        here.rotate().block();

        Awaitility.await().until(() -> there.current().kid().equals(next));
    }

    @Test
    void servesFromMemoryWhileTheStoreIsAway() {
        load();
        String kid = here.current().kid();

        store.close();

        assertThatExceptionOfType(Problem.class)
                .isThrownBy(() -> here.refresh().block())
                .matches(problem -> problem.code() == ProblemCode.STORE_UNAVAILABLE);
        assertThat(here.current().kid()).isEqualTo(kid);
    }

    @Test
    void givesAStoreThatHasLostEverythingItsKeysBack() {
        load();
        String jwks = here.jwks();

        store.remove("signing-keys");
        load();

        assertThat(here.jwks()).isEqualTo(jwks);
        assertThat(there.jwks()).isEqualTo(jwks);
    }

    @Test
    void storesNoPrivateHalfInTheClear() throws IOException {
        load();
        String secret = here.current().key().getD().toString();
        close();

        String file = Files.readString(folder.resolve("latchkey.mv"), ISO_8859_1);

        assertThat(file).contains("signing-keys").doesNotContain(secret).doesNotContain("\"kty\"");
        open();
    }

    @Test
    void sealsItsKeysAnewWhenTheRingHasANewFirstKey() {
        load();
        String jwks = here.jwks();
        SigningKeys renewed = node(ring(2, 1));

        renewed.refresh().block();
        SigningKeys later = node(ring(2));
        later.refresh().block();

        assertThat(later.jwks()).isEqualTo(jwks);
    }

    @Test
    void startsOverOnASingleNodeWhoseSecretKeysAreGone() {
        load();
        SigningKeys stranger = node(ring(3));

        stranger.refresh().block();

        assertThat(kids(stranger)).hasSize(2).doesNotContainAnyElementsOf(kids(here));
    }

    @Test
    void refusesToStartOverWhereNodesShareTheStore() {
        load();
        SigningKeys stranger = new SigningKeys(shared(store), ring(3), PLAN, clock);

        assertThatExceptionOfType(Unsealable.class)
                .isThrownBy(() -> stranger.refresh().block());
        load();
        assertThat(kids(there)).isEqualTo(kids(here));
    }

    @Test
    void printsNoPrivateHalf() {
        load();
        SigningKey key = here.current();

        assertThat(key.toString())
                .contains(key.kid())
                .doesNotContain(key.key().getD().toString());
    }

    private void load() {
        here.refresh().block();
        there.refresh().block();
    }

    private SigningKeys node(KeyRing ring) {
        return new SigningKeys(store, ring, PLAN, clock);
    }

    /** The same store, which does not look like one node's own. */
    private static Store shared(Store store) {
        return (Store) Proxy.newProxyInstance(
                Store.class.getClassLoader(),
                new Class<?>[] {Store.class},
                (proxy, method, arguments) -> method.invoke(store, arguments));
    }

    /** The same store, whose first readers all learn the same before any of them goes on. */
    private Store meetingOf(int readers) {
        AtomicInteger missing = new AtomicInteger(readers);
        Sinks.Empty<Void> complete = Sinks.empty();
        return (Store) Proxy.newProxyInstance(
                Store.class.getClassLoader(), new Class<?>[] {Store.class}, (proxy, method, arguments) -> {
                    Object result = method.invoke(store, arguments);
                    return method.getName().equals("get")
                            ? ((Mono<?>) result).delayUntil(read -> {
                                if (missing.decrementAndGet() == 0) {
                                    complete.tryEmitEmpty();
                                }
                                return complete.asMono();
                            })
                            : result;
                });
    }

    private KeyRing ring(int... seeds) {
        return KeyRing.of(Arrays.stream(seeds).mapToObj(SigningKeysTest::key).toList(), clock);
    }

    private static Secret key(int seed) {
        byte[] bytes = new byte[32];
        Arrays.fill(bytes, (byte) seed);
        return Secret.of(Base64.getEncoder().encodeToString(bytes));
    }

    private static List<String> kids(SigningKeys node) {
        return published(node).stream().map(JWK::getKeyID).toList();
    }

    private static List<JWK> published(SigningKeys node) {
        try {
            return JWKSet.parse(node.jwks()).getKeys();
        } catch (ParseException e) {
            throw new AssertionError(e);
        }
    }

    // An operator's own

    @Test
    void signsWithTheFirstKeyOfAFileAndPublishesAll() throws Exception {
        Path file = folder.resolve("signing.json");
        ECKey old = key();
        ECKey next = key();
        Files.writeString(file, new JWKSet(List.<JWK>of(old, next)).toString(false));
        SigningKeys given = new SigningKeys(store, ring(1), ownIn(file), clock);
        assertThat(given.current().kid()).isEqualTo(old.getKeyID());
        assertThat(JWKSet.parse(given.jwks()).getKeys())
                .noneMatch(JWK::isPrivate)
                .extracting(JWK::getKeyID)
                .containsExactly(old.getKeyID(), next.getKeyID());

        Files.writeString(file, new JWKSet(List.<JWK>of(next)).toString(false));
        clock.advance(Duration.ofSeconds(2));
        assertThat(given.current().kid()).isEqualTo(next.getKeyID());

        Files.writeString(file, "{\"keys\":[]}");
        clock.advance(Duration.ofSeconds(2));
        assertThat(given.current().kid()).isEqualTo(next.getKeyID());
        assertThat(store.get("signing-keys").block()).isNull();
    }

    @Test
    void refusesAFileThatIsNoSetOfPrivateKeys() throws Exception {
        Path file = folder.resolve("signing.json");
        for (String wrong : List.of(
                "no JSON",
                "{}",
                new JWKSet(key().toPublicJWK()).toString(),
                "{\"keys\":[{\"kty\":\"oct\",\"k\":\"AAAA\"}]}")) {
            Files.writeString(file, wrong);
            ConfigurationFaults faults = new ConfigurationFaults();
            ownIn(file).check(faults);
            assertThat(faults.list()).as(wrong).hasSize(1);
        }
    }

    private static SigningPlan ownIn(Path file) {
        return new SigningPlan(EVERY, Duration.ofDays(1), file.toString());
    }

    private static ECKey key() throws JOSEException {
        return new ECKeyGenerator(Curve.P_256).keyIDFromThumbprint(true).generate();
    }
}
