package dev.latchkey.gateway.web;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * Escapes in a request target what browsers and people send unescaped although RFC 3986 wants it escaped: {@code {}|^"<>}
 * and the backtick, brackets in a path, in a query also the backslash and a lone percent sign.
 *
 * <p>Parsers refuse these characters, and no decision depends on their spelling. A backslash in a path is left alone:
 * some read it as a slash, so it is for {@link TargetCheck} to refuse.
 */
public final class TargetEscaping {

    private static final HexFormat HEX = HexFormat.of().withUpperCase();

    private TargetEscaping() {}

    /** The same target as it should have been sent. */
    static String escaped(String target) {
        int query = target.indexOf('?');
        for (int i = 0; i < target.length(); i++) {
            if (needsEscape(target, i, query >= 0 && i > query)) {
                return escapedFrom(target, query);
            }
        }
        return target;
    }

    /**
     * The same for text that was decoded once, as a query parameter is: there spaces in a query and everything beyond
     * ASCII may stand raw as well.
     */
    public static String escapedText(String target) {
        String plain = escaped(target);
        int query = plain.indexOf('?');
        StringBuilder escaped = new StringBuilder(plain.length() + 16);
        for (int i = 0; i < plain.length(); ) {
            int c = plain.codePointAt(i);
            if (c >= 0x80 || (c == ' ' && query >= 0 && i > query)) {
                for (byte b : Character.toString(c).getBytes(StandardCharsets.UTF_8)) {
                    escaped.append('%').append(HEX.toHexDigits(b));
                }
            } else {
                escaped.append((char) c);
            }
            i += Character.charCount(c);
        }
        return escaped.toString();
    }

    private static String escapedFrom(String target, int query) {
        StringBuilder escaped = new StringBuilder(target.length() + 16);
        for (int i = 0; i < target.length(); i++) {
            char c = target.charAt(i);
            if (needsEscape(target, i, query >= 0 && i > query)) {
                escaped.append('%').append(HEX.toHexDigits((byte) c));
            } else {
                escaped.append(c);
            }
        }
        return escaped.toString();
    }

    private static boolean needsEscape(String target, int at, boolean inQuery) {
        return switch (target.charAt(at)) {
            case '{', '}', '|', '^', '`', '"', '<', '>' -> true;
            case '[', ']' -> !inQuery;
            case '\\' -> inQuery;
            case '%' -> inQuery && !isEscape(target, at);
            default -> false;
        };
    }

    private static boolean isEscape(String target, int at) {
        return at + 2 < target.length() && isHex(target.charAt(at + 1)) && isHex(target.charAt(at + 2));
    }

    private static boolean isHex(char c) {
        return c < 0x80 && Character.digit(c, 16) >= 0;
    }
}
