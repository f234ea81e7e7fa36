package dev.latchkey.gateway.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;

class PrerequisiteTest {

    @Test
    void skipsInOneClearLineAtHome() {
        ConditionEvaluationResult result = Prerequisite.check(false, "Chromium", "install it", false);

        assertThat(result.isDisabled()).isTrue();
        assertThat(result.getReason()).hasValue("Skipped, Chromium is missing: install it");
    }

    @Test
    void failsWhereNothingMayBeSkipped() {
        assertThatThrownBy(() -> Prerequisite.check(false, "Chromium", "install it", true))
                .hasMessageContaining("Chromium is missing")
                .hasMessageContaining("CI=true");
    }
}
