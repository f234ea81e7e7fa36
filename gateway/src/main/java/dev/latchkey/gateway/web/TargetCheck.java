package dev.latchkey.gateway.web;

import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;

/**
 * Refuses request targets that two parties could read differently.
 *
 * <p>A gateway decides on a path and a backend acts on it. Each published bypass of that kind (dot segments, encoded
 * slashes, empty segments, path parameters, a fragment) rests on a difference in reading. So such a target is refused
 * before any route is looked at, rather than normalised in the hope that the backend normalises alike.
 */
public final class TargetCheck {

    private TargetCheck() {}

    /**
     * Checks a request target in origin form (RFC 9112, section 3.2.1).
     *
     * @throws Problem {@code request.target.ambiguous} if it is not plain
     */
    public static void check(String target) {
        if (target.isEmpty() || target.charAt(0) != '/') {
            throw refused("it does not begin with a slash");
        }
        int query = target.indexOf('?');
        checkPath(target, query < 0 ? target.length() : query);
        checkCharacters(target);
    }

    private static void checkPath(String target, int end) {
        int segment = 1;
        for (int i = 1; i < end; i++) {
            char c = target.charAt(i);
            if (c == '/') {
                checkSegment(target, segment, i, end);
                segment = i + 1;
            } else if (c == '%') {
                checkEscape(target, i, end);
            } else if (c == ';' || c == '\\') {
                throw refused("its path contains '" + c + "'");
            }
        }
        checkSegment(target, segment, end, end);
    }

    private static void checkSegment(String target, int from, int to, int end) {
        int length = to - from;
        if (length == 0 && to < end) {
            throw refused("its path has an empty segment");
        }
        boolean dots = length > 0 && target.charAt(from) == '.' && (length == 1 || target.charAt(from + 1) == '.');
        if (dots && length <= 2) {
            throw refused("its path has a dot segment");
        }
    }

    /** Refuses %2e %2f %5c %3b, control characters, malformed escapes, and all of them encoded twice. */
    private static void checkEscape(String target, int at, int end) {
        int value = escaped(target, at, end);
        if (value == '.' || value == '/' || value == '\\' || value == ';' || value < 0x20 || value == 0x7f) {
            throw refused("its path contains the escape " + target.substring(at, Math.min(at + 3, end)));
        }
        if (value == '%') {
            checkTwiceEncoded(target, at, end);
        }
    }

    private static void checkTwiceEncoded(String target, int at, int end) {
        int next = at + 3;
        if (next + 2 > end) {
            return;
        }
        int high = Character.digit(target.charAt(next), 16);
        int low = Character.digit(target.charAt(next + 1), 16);
        if (high < 0 || low < 0) {
            return;
        }
        int value = high * 16 + low;
        if (value == '.' || value == '/' || value == '\\' || value == ';' || value == '%' || value < 0x20) {
            throw refused("its path contains an escape that is encoded twice");
        }
    }

    private static int escaped(String target, int at, int end) {
        int high = at + 2 < end ? Character.digit(target.charAt(at + 1), 16) : -1;
        int low = at + 2 < end ? Character.digit(target.charAt(at + 2), 16) : -1;
        if (high < 0 || low < 0) {
            throw refused("its path contains a malformed escape");
        }
        return high * 16 + low;
    }

    private static void checkCharacters(String target) {
        for (int i = 0; i < target.length(); i++) {
            char c = target.charAt(i);
            if (c <= 0x20 || c >= 0x7f || c == '#') {
                throw refused("it contains a character that must be escaped");
            }
        }
    }

    private static Problem refused(String why) {
        return Problem.of(ProblemCode.TARGET_AMBIGUOUS, "The request target was refused: " + why);
    }
}
