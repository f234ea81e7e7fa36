package dev.latchkey.gateway.login;

import java.security.SecureRandom;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The code that a person types from one screen into another (RFC 8628, section 6.1): eight of twenty consonants, which make
 * no words and are not mistaken for digits; 25 thousand million of them.
 */
final class UserCode {

    private static final String LETTERS = "BCDFGHJKLMNPQRSTVWXZ";
    private static final int HALF = 4;
    private static final int LONGEST_TYPED = 40;
    private static final Pattern ALL_LETTERS = Pattern.compile("[" + LETTERS + "]{8}");
    private static final Pattern NO_LETTER = Pattern.compile("[^A-Z]");

    private UserCode() {}

    /** {@code BCDF-GHJK}. */
    static String fresh(SecureRandom random) {
        StringBuilder code = new StringBuilder();
        for (int i = 0; i < 2 * HALF; i++) {
            code.append(i == HALF ? "-" : "").append(LETTERS.charAt(random.nextInt(LETTERS.length())));
        }
        return code.toString();
    }

    /** What was typed as it was shown, whatever the case and the dashes; null if it cannot be a code. */
    static @Nullable String typed(@Nullable String text) {
        if (text == null || text.length() > LONGEST_TYPED) {
            return null;
        }
        String letters = NO_LETTER.matcher(text.toUpperCase(Locale.ROOT)).replaceAll("");
        return ALL_LETTERS.matcher(letters).matches()
                ? letters.substring(0, HALF) + '-' + letters.substring(HALF)
                : null;
    }
}
