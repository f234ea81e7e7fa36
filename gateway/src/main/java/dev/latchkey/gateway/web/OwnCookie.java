package dev.latchkey.gateway.web;

import java.util.Locale;

/**
 * The names of the gateway's own cookies. Nobody behind the gateway is sent one, and nobody but the gateway sets one.
 *
 * <p>Over https each bears the prefix {@code __Host-}: browsers take such a cookie from this very host only, so that no
 * sibling of the same domain can plant one (RFC 6265bis, section 4.1.3.2).
 */
public final class OwnCookie {

    /** The cookie that carries a session. */
    public static final String SESSION = "latchkey";

    /** What the name of a cookie for one attempt to sign in begins with. */
    public static final String ATTEMPT = "latchkey-attempt-";

    private static final String HOST_PREFIX = "__Host-";
    private static final String[] PREFIXES = {"__host-", "__secure-"};

    private OwnCookie() {}

    /** The name under which browsers know the cookie at that address. */
    public static String nameAt(GatewayAddress address, String name) {
        return address.secure() ? HOST_PREFIX + name : name;
    }

    /**
     * True if somebody could take this {@code name=value} for a cookie of the gateway. Generous on purpose: in any case,
     * with any prefix, quoted, and without a name, since browsers send {@code =latchkey=x} back as {@code latchkey=x}.
     */
    public static boolean isIn(String pair) {
        String name = withoutPrefix(nameOf(pair).toLowerCase(Locale.ROOT));
        return name.equals(SESSION) || name.startsWith(ATTEMPT);
    }

    private static String nameOf(String pair) {
        int from = 0;
        while (from < pair.length() && isPadding(pair.charAt(from))) {
            from++;
        }
        int equals = pair.indexOf('=', from);
        int to = equals < 0 ? pair.length() : equals;
        while (to > from && isPadding(pair.charAt(to - 1))) {
            to--;
        }
        return pair.substring(from, to);
    }

    private static boolean isPadding(char c) {
        return c <= ' ' || c == '=' || c == '"' || c == '\'';
    }

    private static String withoutPrefix(String name) {
        for (String prefix : PREFIXES) {
            if (name.startsWith(prefix)) {
                return name.substring(prefix.length());
            }
        }
        return name;
    }
}
