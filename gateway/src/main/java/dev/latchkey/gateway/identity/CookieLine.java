package dev.latchkey.gateway.identity;

import dev.latchkey.gateway.web.OwnCookie;
import io.netty.util.AsciiString;

/** A {@code Cookie} header without the gateway's own cookies, which are nobody's business behind it. */
final class CookieLine {

    private CookieLine() {}

    static String withoutOwn(String line) {
        return AsciiString.containsIgnoreCase(line, OwnCookie.SESSION) ? filtered(line) : line;
    }

    private static String filtered(String line) {
        StringBuilder rest = new StringBuilder(line.length());
        for (String pair : line.split(";")) {
            String trimmed = pair.trim();
            if (!trimmed.isEmpty() && !OwnCookie.isIn(trimmed)) {
                rest.append(rest.isEmpty() ? "" : "; ").append(trimmed);
            }
        }
        return rest.toString();
    }
}
