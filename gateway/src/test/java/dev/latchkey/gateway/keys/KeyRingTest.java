package dev.latchkey.gateway.keys;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.latchkey.gateway.problem.ConfigurationFaults;
import dev.latchkey.gateway.problem.ConfigurationRefused;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyRingTest {

    private static final String OLD = key(1);
    private static final String NEW = key(2);
    private static final byte[] PLAIN = "gho_token".getBytes(UTF_8);

    private final TestClock clock = TestClock.now();

    @TempDir
    private Path folder;

    @Test
    void opensWhatItSealed() {
        KeyRing ring = ring(OLD);

        assertThat(ring.open("token", ring.seal("token", PLAIN))).isEqualTo(PLAIN);
        assertThat(ring.open("token", ring.seal("token", new byte[0]))).isEmpty();
    }

    @Test
    void namesItsKeysInTheirOrderAndGivesNothingOfThemAway() {
        List<String> names = ring(NEW, OLD).names();

        assertThat(names).hasSize(2).doesNotHaveDuplicates().allMatch(name -> name.matches("[0-9a-f]{8}"));
        assertThat(ring(OLD).names()).containsExactly(names.get(1));
    }

    @Test
    void hidesWhatItSeals() {
        String sealed = new String(ring(OLD).seal("token", PLAIN), UTF_8);

        assertThat(sealed).doesNotContain("gho_");
    }

    @Test
    void sealsTheSameTextDifferentlyEachTime() {
        KeyRing ring = ring(OLD);

        assertThat(ring.seal("token", PLAIN)).isNotEqualTo(ring.seal("token", PLAIN));
    }

    @Test
    void refusesATamperedByteWhereverItIs() {
        KeyRing ring = ring(OLD, NEW);
        byte[] sealed = ring.seal("token", PLAIN);

        for (int at = 0; at < sealed.length; at++) {
            for (int bit = 0; bit < 8; bit++) {
                byte[] tampered = sealed.clone();
                tampered[at] ^= (byte) (1 << bit);
                assertUnsealable(ring, "token", tampered);
            }
        }
    }

    @Test
    void refusesEveryTruncationAndAnythingAdded() {
        KeyRing ring = ring(OLD);
        byte[] sealed = ring.seal("token", PLAIN);

        for (int length = 0; length < sealed.length; length++) {
            assertUnsealable(ring, "token", Arrays.copyOf(sealed, length));
        }
        assertUnsealable(ring, "token", Arrays.copyOf(sealed, sealed.length + 1));
    }

    @Test
    void refusesWhatWasSealedForAnotherPurpose() {
        KeyRing ring = ring(OLD);

        assertUnsealable(ring, "session", ring.seal("token", PLAIN));
    }

    @Test
    void refusesWhatAnotherRingSealed() {
        assertUnsealable(ring(NEW), "token", ring(OLD).seal("token", PLAIN));
    }

    @Test
    void tellsNothingOfWhatItRefused() {
        assertThatExceptionOfType(Unsealable.class)
                .isThrownBy(() -> ring(OLD).open("token", "gho_token-in-the-clear-and-rather-long".getBytes(UTF_8)))
                .withMessageNotContaining("gho_")
                .withNoCause();
    }

    @Test
    void sealsWithTheFirstKeyAndOpensWithAll() {
        byte[] old = ring(OLD).seal("token", PLAIN);
        KeyRing both = ring(NEW, OLD);

        assertThat(both.open("token", old)).isEqualTo(PLAIN);
        assertThat(both.isSealedByFirst(old)).isFalse();
        assertThat(both.isSealedByFirst(both.seal("token", PLAIN))).isTrue();
        assertThat(ring(NEW).open("token", both.seal("token", PLAIN))).isEqualTo(PLAIN);
        assertThat(both.isSealedByFirst(new byte[3])).isFalse();
    }

    @Test
    void verifiesWhatItSigned() {
        KeyRing ring = ring(OLD);
        String mac = ring.sign("cookie", "session-1");

        assertThat(mac).hasSize(26).matches("[A-Za-z0-9_-]+");
        assertThat(ring.verify("cookie", "session-1", mac)).isTrue();
        assertThat(ring.sign("cookie", "session-1")).isEqualTo(mac);
    }

    @Test
    void verifiesWhatAnyKeyOfTheRingSigned() {
        String mac = ring(OLD).sign("cookie", "session-1");

        assertThat(ring(NEW, OLD).verify("cookie", "session-1", mac)).isTrue();
        assertThat(ring(NEW).verify("cookie", "session-1", mac)).isFalse();
    }

    @Test
    void refusesAMacOfAnotherTextPurposeOrShape() {
        KeyRing ring = ring(OLD);
        String mac = ring.sign("cookie", "session-1");

        assertThat(ring.verify("cookie", "session-2", mac)).isFalse();
        assertThat(ring.verify("link", "session-1", mac)).isFalse();
        assertThat(ring.verify("cookie", "session-1", "")).isFalse();
        assertThat(ring.verify("cookie", "session-1", mac + "A")).isFalse();
        assertThat(ring.verify("cookie", "session-1", "ü".repeat(26))).isFalse();
        for (int at = 0; at < mac.length(); at++) {
            StringBuilder tampered = new StringBuilder(mac);
            tampered.setCharAt(at, mac.charAt(at) == 'A' ? 'B' : 'A');
            assertThat(ring.verify("cookie", "session-1", tampered.toString())).isFalse();
        }
    }

    @Test
    void servesManyThreadsAtOnce() {
        KeyRing ring = ring(NEW, OLD);
        Set<String> opened = ConcurrentHashMap.newKeySet();

        IntStream.range(0, 2000).parallel().forEach(i -> {
            String text = "text " + i;
            assertThat(ring.verify("cookie", text, ring.sign("cookie", text))).isTrue();
            opened.add(new String(ring.open("token", ring.seal("token", text.getBytes(UTF_8))), UTF_8));
        });

        assertThat(opened).hasSize(2000);
    }

    @Test
    void readsEveryWayOfWritingBase64() {
        byte[] bytes = new byte[32];
        Arrays.fill(bytes, (byte) 0xfb);
        byte[] sealed = ring(Base64.getEncoder().encodeToString(bytes)).seal("token", PLAIN);

        for (Base64.Encoder encoder : List.of(
                Base64.getEncoder().withoutPadding(),
                Base64.getUrlEncoder(),
                Base64.getUrlEncoder().withoutPadding())) {
            assertThat(ring(encoder.encodeToString(bytes)).open("token", sealed))
                    .isEqualTo(PLAIN);
        }
    }

    @Test
    void namesEveryWrongKeyAtOnceAndQuotesNone() {
        String shortKey = Base64.getEncoder().encodeToString(new byte[16]);

        assertThatExceptionOfType(ConfigurationRefused.class)
                .isThrownBy(() -> ring(OLD, "not/base64!", shortKey, "file:/nowhere/key"))
                .satisfies(e -> assertThat(e.faults()).hasSize(3))
                .withMessageContaining("key 2 is not base64 of 32 bytes")
                .withMessageContaining("key 3 is base64 of 16 bytes instead of 32")
                .withMessageContaining("/nowhere/key")
                .withMessageContaining("openssl rand -base64 32")
                .withMessageNotContaining("not/base64!")
                .withMessageNotContaining(shortKey);
    }

    @Test
    void tellsWhetherItsFirstKeySigned() {
        KeyRing both = ring(NEW, OLD);

        assertThat(both.isSignedByFirst(both.sign("session-cookie", "id"))).isTrue();
        assertThat(both.isSignedByFirst(ring(OLD).sign("session-cookie", "id"))).isFalse();
        assertThat(both.isSignedByFirst("")).isFalse();
    }

    @Test
    void takesUpAChangedFileWithoutARestart() throws IOException {
        Path file = Files.writeString(folder.resolve("keys"), OLD + "\n");
        KeyRing ring = ring("file:" + file);
        byte[] old = ring.seal("token", PLAIN);

        Files.writeString(file, NEW + "\n" + OLD + "\n");
        clock.advance(Duration.ofSeconds(1));

        assertThat(ring.isSealedByFirst(old)).isFalse();
        assertThat(ring.open("token", old)).isEqualTo(PLAIN);
        assertThat(ring(NEW).open("token", ring.seal("token", PLAIN))).isEqualTo(PLAIN);
    }

    @Test
    void keepsTheOldRingWhenTheNewFileIsBroken() throws IOException {
        Path file = Files.writeString(folder.resolve("keys"), OLD + "\n");
        KeyRing ring = ring("file:" + file, NEW);
        byte[] sealed = ring.seal("token", PLAIN);

        try (LogCapture log = LogCapture.of(WatchedFile.class)) {
            for (String broken : List.of("", NEW + "\nhalf-a-ke", "\n\n")) {
                Files.writeString(file, broken);
                clock.advance(Duration.ofSeconds(1));
                assertThat(ring.isSealedByFirst(sealed)).isTrue();
            }
            assertThat(log.warnings()).hasSize(1).first().asString().contains("stays in force");
        }
    }

    @Test
    void quotesNothingOfABrokenFile() throws IOException {
        Path file = Files.writeString(folder.resolve("keys"), OLD + "\n");
        KeyRing ring = ring("file:" + file);

        try (LogCapture log = LogCapture.of(WatchedFile.class)) {
            Files.writeString(file, NEW + "\nhalf-a-ke");
            clock.advance(Duration.ofSeconds(1));
            ring.sign("cookie", "text");

            assertThat(log.warnings())
                    .hasSize(1)
                    .first()
                    .asString()
                    .contains("not base64 of 32 bytes")
                    .doesNotContain("half-a-ke", NEW);
        }
    }

    @Test
    void makesAKeyOnFirstStartAndFindsItAgain() throws IOException {
        byte[] sealed = load(folder).seal("token", PLAIN);

        assertThat(load(folder).open("token", sealed)).isEqualTo(PLAIN);
        assertThat(folder.toFile().list()).containsExactly("secret-keys");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("secret-keys"))))
                .isEqualTo("rw-------");
    }

    @Test
    void agreesOnOneKeyWhenManyStartAtOnce() {
        List<byte[]> sealed = IntStream.range(0, 20)
                .parallel()
                .mapToObj(i -> load(folder).seal("token", PLAIN))
                .toList();

        KeyRing ring = load(folder);
        assertThat(sealed)
                .allSatisfy(each -> assertThat(ring.open("token", each)).isEqualTo(PLAIN));
    }

    @Test
    void refusesToInventKeysThatNodesMustShare() {
        assertThatExceptionOfType(ConfigurationRefused.class)
                .isThrownBy(() -> SecretKeys.load(List.of(), null, new ConfigurationFaults(), clock))
                .withMessageContaining("latchkey.secret-keys")
                .withMessageContaining("openssl rand -base64 32");
    }

    @Test
    void printsNothingOfItself() {
        assertThat(ring(OLD, NEW)).hasToString("KeyRing of 2");
    }

    private KeyRing load(Path dataFolder) {
        return SecretKeys.load(List.of(), dataFolder, new ConfigurationFaults(), clock);
    }

    private KeyRing ring(String... keys) {
        return KeyRing.of(Arrays.stream(keys).map(Secret::of).toList(), clock);
    }

    private static String key(int seed) {
        byte[] bytes = new byte[32];
        Arrays.fill(bytes, (byte) seed);
        return Base64.getEncoder().encodeToString(bytes);
    }

    private static void assertUnsealable(KeyRing ring, String purpose, byte[] sealed) {
        assertThatExceptionOfType(Unsealable.class).isThrownBy(() -> ring.open(purpose, sealed));
    }
}
