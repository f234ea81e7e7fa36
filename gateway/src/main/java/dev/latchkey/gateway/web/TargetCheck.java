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
     * The target as it is decided on and forwarded: escaped where browsers leave that out, and checked.
     *
     * @throws Problem {@code request.target.ambiguous} if it is not plain
     */
    public static String plain(String target) {
        String escaped = TargetEscaping.escaped(target);
        check(escaped);
        return escaped;
    }

    /**
     * The same for a target that may hold escaped slashes where those are data. Read as slashes, they must not make a path of
     * another shape either: no dot segment and no empty one.
     *
     * @throws Problem {@code request.target.ambiguous} if it is not plain
     */
    static String plain(String target, EscapedSlashes slashes) {
        String escaped = TargetEscaping.escaped(target);
        String path = pathOf(escaped);
        if (!EscapedSlashes.areIn(path)) {
            check(escaped);
            return escaped;
        }
        check(EscapedSlashes.asSlashes(path) + escaped.substring(path.length()));
        if (!slashes.areDataIn(path)) {
            throw escapedSlash();
        }
        return escaped;
    }

    /** What is said of an escaped slash where it is not data. */
    public static Problem escapedSlash() {
        return refused("its path contains the escape %2F");
    }

    private static String pathOf(String target) {
        int query = target.indexOf('?');
        return query < 0 ? target : target.substring(0, query);
    }

    /**
     * Checks a request target in origin form (RFC 9112, section 3.2.1).
     *
     * @throws Problem {@code request.target.ambiguous} if it is not plain
     */
    public static void check(String target) {
        if (target.isEmpty() || target.charAt(0) != '/') {
            throw refused("it does not begin with a slash");
        }
        checkPath(target, pathOf(target).length());
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

    /** Refuses %2e %2f %5c %3b, control characters, malformed and overlong escapes, and all of them encoded twice. */
    private static void checkEscape(String target, int at, int end) {
        int value = decoded(target, at, end);
        if (value < 0) {
            throw refused("its path contains a malformed escape");
        }
        if (isTelling(value)) {
            throw refused("its path contains the escape " + target.substring(at, at + 3));
        }
        if (value == '%') {
            checkTwiceEncoded(target, at + 3, end);
        }
        if (value >= 0xc0 && isOverlong(value, decoded(target, at + 3, end))) {
            throw refused("its path contains a character that is not encoded in the shortest form");
        }
    }

    /**
     * What follows an encoded percent sign, itself encoded or not, must not read as another escape. Not even as one of a
     * letter: {@code /%2561dmin} is {@code /admin} to whoever decodes twice.
     */
    private static void checkTwiceEncoded(String target, int next, int end) {
        int high = decoded(target, next, end);
        int low = decoded(target, next + (high >= 0 && target.charAt(next) == '%' ? 3 : 1), end);
        if (digit(high) >= 0 && digit(low) >= 0) {
            throw refused("its path contains an escape that is encoded twice");
        }
    }

    /** A byte that changes the shape of a path, or ends it for some. */
    private static boolean isTelling(int value) {
        return switch (value) {
            case '.', '/', '\\', ';', 0x7f -> true;
            default -> value >= 0 && value < 0x20;
        };
    }

    /** Lenient decoders read {@code %c0%ae} as a dot: UTF-8 in more bytes than it takes (RFC 3629, section 3). */
    private static boolean isOverlong(int first, int second) {
        return switch (first) {
            case 0xc0, 0xc1 -> second >= 0x80 && second < 0xc0;
            case 0xe0 -> second >= 0x80 && second < 0xa0;
            case 0xf0 -> second >= 0x80 && second < 0x90;
            default -> false;
        };
    }

    /** The byte at that place, decoded if it is escaped; -1 behind the end and for a malformed escape. */
    private static int decoded(String target, int at, int end) {
        if (at >= end || target.charAt(at) != '%') {
            return at >= end ? -1 : target.charAt(at);
        }
        int high = at + 2 < end ? digit(target.charAt(at + 1)) : -1;
        int low = at + 2 < end ? digit(target.charAt(at + 2)) : -1;
        return high < 0 || low < 0 ? -1 : high * 16 + low;
    }

    /** Not {@link Character#digit(char, int)} alone, to which a fullwidth digit is one too. */
    private static int digit(int c) {
        return c >= 0 && c < 0x80 ? Character.digit(c, 16) : -1;
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
