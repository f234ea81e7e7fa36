package dev.latchkey.gateway.web;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A host and maybe a port, as they stand in a {@code Host} header.
 *
 * @param host lower case, without a trailing dot: names compare without case, and with the dot it is the same host
 * @param port -1 for the scheme's own
 */
public record Authority(String host, int port) {

    private static final int LARGEST_PORT = 65535;

    /** What that text names, or null if not everybody would find the same host in it. */
    public static @Nullable Authority of(String text) {
        return HostName.isPlain(text) ? split(text) : null;
    }

    static Authority split(String text) {
        int colon = text.lastIndexOf(':');
        boolean hasPort = colon > text.lastIndexOf(']') && colon >= 0;
        return hasPort
                ? new Authority(plain(text.substring(0, colon)), portOf(text.substring(colon + 1)))
                : new Authority(plain(text), -1);
    }

    private static String plain(String host) {
        String lower = host.toLowerCase(Locale.ROOT);
        return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
    }

    static int portOf(@Nullable String text) {
        if (text == null || text.isEmpty() || text.length() > 5) {
            return -1;
        }
        int port = 0;
        for (int i = 0; i < text.length(); i++) {
            int digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            port = port * 10 + digit;
        }
        return port <= LARGEST_PORT ? port : -1;
    }
}
