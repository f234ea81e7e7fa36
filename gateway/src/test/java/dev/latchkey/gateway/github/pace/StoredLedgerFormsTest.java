package dev.latchkey.gateway.github.pace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.latchkey.gateway.testing.StoredForms;
import java.time.Instant;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.http.HttpMethod;

/** Ledgers that earlier versions wrote are understood, and nonsense is told from them. */
class StoredLedgerFormsTest {

    private static final String FILE = "pace-ledger.txt";
    private static final long NOW = 1_795_000_000_000L;
    private static final long NODE = 0xABCDEF12345L;
    private static final Limits LIMITS = World.defaults().limits();
    private static final Nature WRITE = new Nature(false, true, true, true, 5, "core");
    private static final Nature READ = new Nature(false, false, false, false, 1, "core");

    /** One with something in every part. */
    private static Ledger shape() {
        Ledger ledger = new Ledger();
        ledger.begin(NODE, NOW);
        ledger.admit(NODE, 1, WRITE, "ci", 2, true, NOW, LIMITS);
        ledger.admit(NODE, 2, READ, "app", 1, false, NOW, LIMITS);
        Answer.Quota quota = new Answer.Quota("core", 5_000, 1_234, 3_766, NOW + 1_800_000);
        ledger.apply(
                NODE,
                new Happening.Answered(1, "core", new Answer(NOW + 100, 201, 0, quota, new Verdict.Within())),
                LIMITS);
        ledger.apply(NODE, new Happening.Over(1, NOW + 200), LIMITS);
        ledger.apply(
                NODE,
                new Happening.Answered(9, "core", new Answer(NOW + 300, 403, 0, null, new Verdict.Secondary(7_000L))),
                LIMITS);
        ledger.announce(NODE, Set.of(new Line(Lane.READ, "core", "app")), NOW + 300);
        return ledger;
    }

    private static void assertIsTheShape(Ledger ledger) {
        assertThat(ledger.view("core", NOW + 300))
                .isEqualTo(new QuotaView(5_000, 1_233, 3_766, Instant.ofEpochMilli(NOW + 1_800_000), "core"));
        assertThat(ledger.gate(READ, "app", NOW + 300, LIMITS))
                .isEqualTo(new Gate(NOW + 7_300, Reason.STOPPED, Nature.ANYTHING));
        ledger.apply(NODE, new Happening.Over(2, NOW + 400), LIMITS);
        assertThat(ledger.hasFlights()).isFalse();
        assertThat(ledger.gate(WRITE, "app", NOW + 400, LIMITS.sharedBy(1)).at())
                .isEqualTo(NOW + 7_300);
        assertThat(ledger.tag("ci")).isEqualTo(5_000);
        assertThat(ledger.leadOver(NOW - 1_000)).isEqualTo(1_000);
    }

    @Test
    void aLedgerIsTheSameAfterItWasWrittenAndRead() {
        assertIsTheShape(Ledger.read(shape().write()));
        assertThat(Ledger.read(shape().write()).write()).hasSameSizeAs(shape().write());
    }

    @ParameterizedTest
    @MethodSource("dev.latchkey.gateway.testing.StoredForms#ofAllVersions")
    void areRead(StoredForms stored) {
        assertIsTheShape(Ledger.read(stored.bytes(FILE)));
    }

    @Test
    @EnabledIfSystemProperty(named = StoredForms.WRITE, matches = "[0-9]+")
    void areWrittenForANewVersion() {
        StoredForms.toBeWritten().write(FILE, shape().write());
    }

    @Test
    void nonsenseIsRefusedOrReadButNeverHurts() {
        byte[] good = shape().write();
        Random random = new Random(1);
        for (int i = 0; i < 20_000; i++) {
            byte[] bad = good.clone();
            for (int j = 0; j <= random.nextInt(4); j++) {
                bad[random.nextInt(bad.length)] = (byte) random.nextInt();
            }
            assertThatCode(() -> use(bad)).doesNotThrowAnyException();
        }
    }

    private static void use(byte[] bytes) {
        try {
            Ledger.read(bytes);
        } catch (RuntimeException refused) {
            assertThat(refused).isNotInstanceOf(NullPointerException.class);
        }
    }

    @Test
    void aLedgerInFullUseStaysSmall() {
        Ledger ledger = new Ledger();
        Call call = new Call(
                "github:1",
                "ci",
                HttpMethod.GET,
                "/repos/o/r",
                Kind.REST,
                World.defaults().cpu());
        Nature nature = Nature.of(call, new Resources());
        for (int i = 0; i < 5_000; i++) {
            long now = NOW + i * 70L;
            ledger.begin(NODE, now);
            ledger.admit(NODE, i, nature, "ci", 1, false, now, LIMITS);
            Answer.Quota quota = new Answer.Quota("core", 5_000, 4_000, 1_000, NOW + 1_800_000);
            ledger.apply(
                    NODE,
                    new Happening.Answered(i, "core", new Answer(now + 60, 200, 0, quota, new Verdict.Within())),
                    LIMITS);
            ledger.apply(NODE, new Happening.Over(i, now + 60), LIMITS);
            ledger.gate(nature, "ci", now + 60, LIMITS);
        }
        assertThat(ledger.write()).hasSizeLessThan(2_000);
    }
}
