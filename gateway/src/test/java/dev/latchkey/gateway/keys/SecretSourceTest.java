package dev.latchkey.gateway.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.latchkey.gateway.problem.ConfigurationRefused;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecretSourceTest {

    private static final Duration SECOND = Duration.ofSeconds(1);

    private final TestClock clock = TestClock.now();

    @TempDir
    private Path folder;

    private Path file;
    private LogCapture log;

    @BeforeEach
    void listen() {
        log = LogCapture.of(WatchedFile.class);
    }

    @AfterEach
    void stopListening() {
        log.close();
    }

    @BeforeEach
    void writeSecret() throws IOException {
        file = folder.resolve("client-secret");
        Files.writeString(file, "first\n");
    }

    @Test
    void takesLiteralTextAsItIs() {
        assertThat(SecretSource.of("plain text", clock).current()).isEqualTo(Secret.of("plain text"));
        assertThat(SecretSource.of(Secret.of("plain text"), clock).current()).isEqualTo(Secret.of("plain text"));
    }

    @Test
    void readsAFileWithoutItsLastLineBreak() throws IOException {
        assertThat(current(source())).isEqualTo("first");

        Files.writeString(file, "two\nlines\r\n");
        assertThat(current(source())).isEqualTo("two\nlines");
    }

    @Test
    void picksUpAChangedFileWithinASecond() throws IOException {
        SecretSource source = source();

        Files.writeString(file, "second");
        assertThat(current(source)).isEqualTo("first");

        clock.advance(SECOND);
        assertThat(current(source)).isEqualTo("second");
    }

    @Test
    void picksUpAFileThatWasSwappedByRenaming() throws IOException {
        SecretSource source = source();
        Path next = folder.resolve("next");
        Files.writeString(next, "other\n");
        Files.setLastModifiedTime(next, Files.getLastModifiedTime(file));

        Files.move(next, file, StandardCopyOption.REPLACE_EXISTING);
        clock.advance(SECOND);

        assertThat(current(source)).isEqualTo("other");
    }

    @Test
    void keepsTheLastGoodValueOfAVanishedFileAndWarnsOnce() throws IOException {
        SecretSource source = source();

        Files.delete(file);
        for (int i = 0; i < 3; i++) {
            clock.advance(SECOND);
            assertThat(current(source)).isEqualTo("first");
        }
        assertThat(log.warnings()).hasSize(1).first().asString().contains("does not exist");

        Files.writeString(file, "back");
        clock.advance(SECOND);
        assertThat(current(source)).isEqualTo("back");
    }

    @Test
    void keepsTheLastGoodValueOfAnEmptiedFile() throws IOException {
        SecretSource source = source();

        Files.writeString(file, "\n");
        clock.advance(SECOND);

        assertThat(current(source)).isEqualTo("first");
        assertThat(log.warnings())
                .hasSize(1)
                .first()
                .asString()
                .contains("is empty")
                .doesNotContain("first");
    }

    @Test
    void refusesToStartWithoutTheFile() {
        assertThatExceptionOfType(ConfigurationRefused.class)
                .isThrownBy(() -> SecretSource.of("file:" + folder.resolve("absent"), clock))
                .withMessageContaining("absent")
                .withMessageContaining("does not exist");
    }

    @Test
    void refusesAFolderInPlaceOfAFile() {
        assertThatExceptionOfType(ConfigurationRefused.class)
                .isThrownBy(() -> SecretSource.of("file:" + folder, clock))
                .withMessageContaining("is not a file");
    }

    @Test
    void printsNothingOfItself() {
        assertThat(SecretSource.of("hunter2", clock)).hasToString("[secret]");
    }

    private SecretSource source() {
        return SecretSource.of("file:" + file, clock);
    }

    private static String current(SecretSource source) {
        return source.current().reveal();
    }
}
