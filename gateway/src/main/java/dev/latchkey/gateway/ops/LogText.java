package dev.latchkey.gateway.ops;

import java.util.regex.Pattern;

/**
 * Words of strangers in a form that a log can bear: no second line, no second field, no escape sequence for a terminal, no
 * end of a quotation, nothing that looks like one of GitHub's tokens, and not too long.
 */
final class LogText {

    static final int LONGEST = 512;

    /** GitHub's tokens grow and get new letters (GitHub Docs, "GitHub's token formats"): from the prefix as far as it goes. */
    private static final Pattern TOKEN = Pattern.compile("(?:gh[a-z]_|github_pat_|lk_)[A-Za-z0-9._-]{16,}");

    private LogText() {}

    /** The same, or what is left of it; {@code -} for nothing. */
    static String of(String text) {
        String bounded = text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "...";
        String plain = isPlain(bounded) ? bounded : escaped(bounded);
        String safe = plain.indexOf('_') < 0 ? plain : TOKEN.matcher(plain).replaceAll("[token]");
        return safe.isEmpty() ? "-" : safe;
    }

    private static boolean isPlain(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (!isPlain(text.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean isPlain(char c) {
        return c > ' ' && c < 0x7f && c != '"' && c != '\\';
    }

    private static String escaped(String text) {
        StringBuilder safe = new StringBuilder(text.length() + 16);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (isPlain(c)) {
                safe.append(c);
            } else {
                safe.append(String.format("\\u%04x", (int) c));
            }
        }
        return safe.toString();
    }
}
