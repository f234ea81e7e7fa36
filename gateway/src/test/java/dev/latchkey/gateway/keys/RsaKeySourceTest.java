package dev.latchkey.gateway.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.latchkey.gateway.problem.ConfigurationRefused;
import dev.latchkey.gateway.testing.AppKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RsaKeySourceTest {

    private static final String PROPERTY = "latchkey.github.private-key";
    private static final KeyPair PAIR = AppKeys.rsa(2048);

    private final TestClock clock = TestClock.now();

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(ints = {2048, 3072, 4096})
    void readsBothFormsOfAKeyOfAnyStrength(int bits) {
        KeyPair pair = AppKeys.rsa(bits);
        assertThat(source(AppKeys.pkcs1(pair)).current()).isEqualTo(pair.getPrivate());
        assertThat(source(AppKeys.pkcs8(pair)).current()).isEqualTo(pair.getPrivate());
    }

    @Test
    void readsTextWhoseLineBreaksAnEnvironmentHasChanged() {
        String pem = AppKeys.pkcs1(PAIR);
        assertThat(source(pem.replace("\n", "\\n")).current()).isEqualTo(PAIR.getPrivate());
        assertThat(source(pem.replace("\n", "\r\n")).current()).isEqualTo(PAIR.getPrivate());
        assertThat(source(pem.replace("\n", " ")).current()).isEqualTo(PAIR.getPrivate());
    }

    @Test
    void readsAFileAgainWhenItHasChanged() throws IOException {
        Path file = folder.resolve("app.pem");
        Files.writeString(file, AppKeys.pkcs1(PAIR));
        RsaKeySource source = source("file:" + file);
        assertThat(source.current()).isEqualTo(PAIR.getPrivate()).isSameAs(source.current());

        KeyPair next = AppKeys.rsa(2048);
        Files.writeString(file, AppKeys.pkcs8(next));
        clock.advance(Duration.ofSeconds(1));
        assertThat(source.current()).isEqualTo(next.getPrivate());
    }

    @Test
    void keepsTheKeyWhenItsFileIsSpoilt() throws IOException {
        Path file = folder.resolve("app.pem");
        Files.writeString(file, AppKeys.pkcs1(PAIR));
        RsaKeySource source = source("file:" + file);
        try (LogCapture log = LogCapture.of(WatchedFile.class)) {
            Files.writeString(file, "gone\n");
            clock.advance(Duration.ofSeconds(1));
            assertThat(source.current()).isEqualTo(PAIR.getPrivate());
            assertThat(log.warnings())
                    .singleElement()
                    .asString()
                    .contains("PEM")
                    .doesNotContain("gone");
        }
    }

    @Test
    void tellsWhatIsWrongAndNothingOfTheKey() {
        String pem = AppKeys.pkcs1(PAIR);
        String body = pem.substring(40, 200);
        refuses("", "no PEM");
        refuses("sesame", "no PEM");
        refuses(AppKeys.pem("RSA PRIVATE KEY", new byte[] {1, 2, 3}), "damaged");
        refuses(pem.replace(body, "!" + body), "damaged");
        refuses(pem.replace(body, ""), "damaged");
        refuses(AppKeys.pem("PUBLIC KEY", PAIR.getPublic().getEncoded()), "PUBLIC KEY");
        refuses(AppKeys.pem("ENCRYPTED PRIVATE KEY", new byte[] {1}), "passphrase");
        refuses(pem.replace("KEY-----\n", "KEY-----\nProc-Type: 4,ENCRYPTED\n\n"), "passphrase");
        refuses(AppKeys.pkcs8(AppKeys.rsa(1024)), "1024 bits");
        refuses(AppKeys.pkcs8(AppKeys.generate("EC", 256)), "no RSA private key");
        refuses("file:" + folder.resolve("nowhere.pem"), "does not exist");
    }

    @Test
    void showsNothingWhenPrinted() {
        assertThat(source(AppKeys.pkcs1(PAIR))).hasToString("[secret]");
    }

    private void refuses(String configured, String words) {
        assertThatExceptionOfType(ConfigurationRefused.class)
                .isThrownBy(() -> source(configured))
                .withMessageContaining(words)
                .satisfies(refused -> assertThat(refused.getMessage())
                        .doesNotContain(AppKeys.pkcs1(PAIR).substring(100, 130)));
    }

    private RsaKeySource source(String configured) {
        return RsaKeySource.of(PROPERTY, Secret.of(configured), clock);
    }
}
