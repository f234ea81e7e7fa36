package dev.latchkey.gateway.web;

import java.util.regex.Pattern;

/**
 * Knows in which paths an escaped slash is a character like any other: where the only one who reads the path behind the gateway
 * is GitHub's API, which has names of branches, labels and files in it.
 *
 * <p>Everywhere else two parties may read it differently. And even there whatever is decided has to hold for both readings,
 * so that it does not matter which of them GitHub's is.
 */
public interface EscapedSlashes {

    /** Written in either case. */
    Pattern ESCAPED = Pattern.compile("%2[fF]");

    /** Nowhere. */
    EscapedSlashes NOWHERE = path -> false;

    /** Whether some route may take the raw path, as one and the same in both readings. Which one, the route's own matching tells. */
    boolean areDataIn(String rawPath);

    static boolean areIn(String rawPath) {
        return rawPath.indexOf('%') >= 0 && ESCAPED.matcher(rawPath).find();
    }

    /** The other reading: the path as it is to somebody who decodes first and looks for slashes then. */
    static String asSlashes(String rawPath) {
        return rawPath.indexOf('%') < 0 ? rawPath : ESCAPED.matcher(rawPath).replaceAll("/");
    }
}
