package dev.latchkey.gateway.vault;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.gateway.session.PersonId;
import dev.latchkey.gateway.testing.StoredForms;
import dev.latchkey.gateway.vault.TokenRecord.Attempt;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Tokens that earlier versions sealed and stored are understood; {@link StoredForms} tells how files are added. */
class StoredTokenFormsTest {

    private static final PersonId PERSON = new PersonId("github", "583231");
    private static final long KEPT = 1_795_000_000_000L;
    private static final long END = KEPT + 28_800_000;
    private static final long REFRESH_END = KEPT + 15_897_600_000L;

    private static final TokenRecord LASTING = new TokenRecord(
            1, "gho_StoredFormsLastingToken0123456789abcd", null, null, null, List.of("read:org", "repo"), KEPT, null);
    private static final TokenRecord EXPIRING = new TokenRecord(
            1,
            "ghu_" + "a.B-9_".repeat(90),
            END,
            "ghr_" + "Stored7Forms".repeat(6),
            REFRESH_END,
            List.of(),
            KEPT,
            null);

    /** Every shape by the name of its file. */
    private static final Map<String, TokenRecord> SHAPES = Map.of(
            "token-lasting.txt", LASTING,
            "token-expiring.txt", EXPIRING,
            "token-claimed.txt", EXPIRING.with(new Attempt(2, END - 300_000, true, true, false)),
            "token-failed.txt", EXPIRING.with(new Attempt(3, END - 200_000, false, false, false)),
            "token-spent.txt", EXPIRING.with(new Attempt(4, END - 100_000, true, false, true)),
            "token-without-refresh.txt", EXPIRING.withoutRefresh());

    @ParameterizedTest
    @MethodSource("dev.latchkey.gateway.testing.StoredForms#ofAllVersions")
    void areRead(StoredForms stored) {
        SHAPES.forEach((name, shape) -> assertThat(TokenRecord.open(stored.keys(), PERSON, stored.bytes(name)))
                .as(name)
                .isEqualTo(shape));
    }

    @Test
    @EnabledIfSystemProperty(named = StoredForms.WRITE, matches = "[0-9]+")
    void areWrittenForANewVersion() {
        StoredForms stored = StoredForms.toBeWritten();
        SHAPES.forEach((name, shape) -> stored.write(name, shape.seal(stored.keys(), PERSON)));
    }
}
