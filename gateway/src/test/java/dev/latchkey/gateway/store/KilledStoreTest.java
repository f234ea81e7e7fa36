package dev.latchkey.gateway.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class KilledStoreTest {

    private static final int ROUNDS = 3;
    private static final int RECORDS_BEFORE_DEATH = 1000;
    private static final Duration WRITERS_TIME = Duration.ofSeconds(30);

    @TempDir
    private Path folder;

    @Test
    void losesNothingItConfirmedBeforeItWasKilled() throws Exception {
        List<String> confirmed = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            confirmed.addAll(writeAndDie(round));
        }

        try (EmbeddedStore store = new EmbeddedStore(folder, Clock.systemUTC())) {
            assertThat(confirmed)
                    .hasSizeGreaterThanOrEqualTo(ROUNDS * RECORDS_BEFORE_DEATH)
                    .allSatisfy(key -> assertThat(store.read(key)).isEqualTo(KilledWriter.value(key)));
            assertThat(new HashSet<>(store.members("written").collectList().block()))
                    .containsAll(confirmed);
        }
    }

    private List<String> writeAndDie(int round) throws IOException, InterruptedException {
        Path confirmed = folder.resolve("confirmed-" + round);
        Process writer = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        KilledWriter.class.getName(),
                        folder.toString(),
                        Integer.toString(round))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .redirectOutput(confirmed.toFile())
                .start();
        StoreContract.await()
                .atMost(WRITERS_TIME)
                .until(() -> linesOf(confirmed).size() > RECORDS_BEFORE_DEATH);
        // SIGKILL, in the midst of its writing.
        writer.destroyForcibly().waitFor();
        return linesOf(confirmed);
    }

    /** All but a last line that was cut short. */
    private static List<String> linesOf(Path file) throws IOException {
        String text = Files.readString(file);
        return text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
    }
}
