package dev.latchkey.gateway.login;

import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.util.MultiValueMap;

/**
 * What the provider sends back through the browser (RFC 6749, section 4.1.2; RFC 9207 for the issuer). Each parameter
 * at most once and of a bounded length: whatever else arrives was not written by the provider.
 */
record CallbackAnswer(
        @Nullable String code,
        @Nullable String error,
        @Nullable String issuer) {

    private static final int LONGEST_CODE = 1024;
    private static final int LONGEST_STATE = 128;
    private static final int LONGEST_OTHER = 512;

    /** The state, by which the answer finds its attempt. */
    static String stateIn(MultiValueMap<String, String> parameters) {
        String state = one(parameters, "state", LONGEST_STATE, ProblemCode.STATE_INVALID);
        if (state == null) {
            throw Problem.of(ProblemCode.STATE_INVALID, "The answer has no state");
        }
        return state;
    }

    /** The rest of the answer. */
    static CallbackAnswer read(MultiValueMap<String, String> parameters) {
        String code = one(parameters, "code", LONGEST_CODE, ProblemCode.CODE_MISSING);
        String error = one(parameters, "error", LONGEST_OTHER, ProblemCode.CODE_MISSING);
        if (code == null && error == null) {
            throw Problem.of(ProblemCode.CODE_MISSING);
        }
        return new CallbackAnswer(code, error, one(parameters, "iss", LONGEST_OTHER, ProblemCode.ISSUER_WRONG));
    }

    private static @Nullable String one(
            MultiValueMap<String, String> parameters, String name, int longest, ProblemCode otherwise) {
        List<String> values = parameters.get(name);
        if (values == null || values.isEmpty()) {
            return null;
        }
        String value = values.get(0);
        if (values.size() > 1) {
            throw Problem.of(otherwise, "The answer has more than one " + name);
        }
        if (value == null || value.isEmpty()) {
            return null;
        }
        if (value.length() > longest) {
            throw Problem.of(otherwise, "The answer's " + name + " is too long");
        }
        return value;
    }

    /** The code, after an error has been ruled out. */
    String codeOrThrow() {
        if (code == null) {
            throw Problem.of(ProblemCode.CODE_MISSING);
        }
        return code;
    }
}
