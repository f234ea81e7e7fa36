package dev.latchkey.gateway.github.cache;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** One spelling for all paths that GitHub takes for the same, so that a change is noticed under each. */
final class Paths {

    private Paths() {}

    /**
     * Without case, escapes and a trailing slash. An escaped slash is one more spelling of a plain one in names of files and
     * branches; where it is not, a change is noticed under one path too many.
     */
    static String plain(String path) {
        String lower = path.toLowerCase(Locale.ROOT);
        String decoded = lower.indexOf('%') < 0 ? lower : decoded(lower);
        return decoded.length() > 1 && decoded.endsWith("/") ? decoded.substring(0, decoded.length() - 1) : decoded;
    }

    private static String decoded(String path) {
        StringBuilder plain = new StringBuilder(path.length());
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            int value = c == '%' && i + 2 < path.length() ? hex(path, i + 1) : -1;
            if (value > 0x20 && value < 0x7f && value != '%') {
                plain.append(Character.toLowerCase((char) value));
                i += 2;
            } else {
                plain.append(c);
            }
        }
        return plain.toString();
    }

    private static int hex(String path, int at) {
        int high = Character.digit(path.charAt(at), 16);
        int low = Character.digit(path.charAt(at + 1), 16);
        return high < 0 || low < 0 ? -1 : high * 16 + low;
    }

    /** The path of the repository that something is part of or is, or null if of none. */
    static @Nullable String repository(String path) {
        boolean numbered = path.startsWith("/repositories/");
        if (!numbered && !path.startsWith("/repos/")) {
            return null;
        }
        int owner = path.indexOf('/', 1);
        int name = numbered ? owner : path.indexOf('/', owner + 1);
        int end = name < 0 ? -1 : path.indexOf('/', name + 1);
        return name < 0 ? null : end < 0 ? path : path.substring(0, end);
    }

    /** The path one segment shorter; empty at the top. */
    static String parent(String path) {
        int slash = path.lastIndexOf('/');
        return slash <= 0 ? "" : path.substring(0, slash);
    }
}
