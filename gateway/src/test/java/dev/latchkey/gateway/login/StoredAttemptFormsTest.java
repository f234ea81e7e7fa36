package dev.latchkey.gateway.login;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.gateway.testing.StoredForms;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Attempts to sign in that earlier versions sealed in a cookie can be finished, so that an update interrupts nobody; {@link
 * StoredForms} tells how files are added.
 */
class StoredAttemptFormsTest {

    private static final SignInAttempt ATTEMPT = new SignInAttempt(
            "stored-forms-state-0123456789-ABCDEFGHIJKLMN=",
            "stored-forms-verifier_0123456789~ABCDEFGHIJKLM",
            "/reports?year=2026&name=J%C3%BCrgen",
            1_795_000_000_000L,
            null,
            null,
            null);

    @ParameterizedTest
    @MethodSource("dev.latchkey.gateway.testing.StoredForms#ofAllVersions")
    void areRead(StoredForms stored) {
        assertThat(SignInAttempt.open(stored.keys(), stored.text("attempt-cookie.txt")))
                .contains(ATTEMPT);
    }

    @Test
    @EnabledIfSystemProperty(named = StoredForms.WRITE, matches = "[0-9]+")
    void areWrittenForANewVersion() {
        StoredForms stored = StoredForms.toBeWritten();
        stored.write("attempt-cookie.txt", ATTEMPT.seal(stored.keys()));
    }
}
