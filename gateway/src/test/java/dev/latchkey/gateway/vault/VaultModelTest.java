package dev.latchkey.gateway.vault;

import static org.assertj.core.api.Assertions.fail;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.latchkey.gateway.vault.VaultHistory.Outcome;
import dev.latchkey.gateway.vault.VaultHistory.Step;
import java.time.LocalDate;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/**
 * Whatever happens to nodes, store, provider and messages, and in whatever order: thousands of histories, each of which
 * its seed decides, against {@link VaultModel}. Half of the seeds are always the same, half begin with the day.
 *
 * <p>A failure names its seed and tells the history, shortened. {@code -Dvault.seed=…} runs one seed alone and {@code
 * -Dvault.histories=…} another number of them: 20,000 in a minute, and before a release a million in most of an hour.
 */
class VaultModelTest {

    private static final int HISTORIES = Integer.getInteger("vault.histories", 10_000);

    private static final Logger LOG = (Logger) LoggerFactory.getLogger("dev.latchkey.gateway.vault");

    @BeforeAll
    static void keepQuiet() {
        LOG.setLevel(Level.OFF);
    }

    @AfterAll
    static void speakAgain() {
        LOG.setLevel(null);
    }

    @Test
    void losesNoGoodPairAndServesNoDeadOneWhateverHappens() {
        Long one = Long.getLong("vault.seed");
        if (one != null) {
            check(one);
            return;
        }
        long ofTheDay = LocalDate.now().toEpochDay() * 1_000_000_000L;
        for (int i = 0; i < HISTORIES / 2; i++) {
            check(i);
            check(ofTheDay + i);
        }
    }

    private static void check(long seed) {
        List<Step> steps = VaultHistory.steps(seed);
        if (!VaultHistory.run(seed, steps).complaints().isEmpty()) {
            fail(report(seed, VaultHistory.shortened(seed, steps)));
        }
    }

    private static String report(long seed, List<Step> steps) {
        Outcome outcome = VaultHistory.tell(seed, steps);
        return "Seed " + seed + ": " + String.join("; ", outcome.complaints()) + "\n\nSteps:\n  "
                + steps.stream().map(Step::toString).collect(Collectors.joining("\n  "))
                + "\n\nSeconds and what happened:\n"
                + String.join("\n", outcome.tale()) + "\n";
    }
}
