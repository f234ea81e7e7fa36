package dev.latchkey.gateway.testing;

import org.junit.jupiter.api.extension.ConditionEvaluationResult;

/** Something a test needs from the machine: without it the test is skipped at home, and fails where nothing may be skipped. */
final class Prerequisite {

    private Prerequisite() {}

    static ConditionEvaluationResult check(boolean present, String name, String remedy) {
        return check(present, name, remedy, "true".equals(System.getenv("CI")));
    }

    static ConditionEvaluationResult check(boolean present, String name, String remedy, boolean ci) {
        if (present) {
            return ConditionEvaluationResult.enabled(name + " is here");
        }
        String words = name + " is missing: " + remedy;
        if (ci) {
            throw new IllegalStateException(words + ". CI=true, so this is a failure and no skip.");
        }
        return ConditionEvaluationResult.disabled("Skipped, " + words);
    }
}
