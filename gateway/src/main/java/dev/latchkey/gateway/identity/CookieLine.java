package dev.latchkey.gateway.identity;

/** A {@code Cookie} header without the gateway's own cookies, which are nobody's business behind it. */
final class CookieLine {

    private static final String ATTEMPT = "latchkey-attempt";

    private CookieLine() {}

    static String without(String line, String sessionCookie) {
        StringBuilder rest = new StringBuilder(line.length());
        for (String pair : line.split(";")) {
            String trimmed = pair.trim();
            int equals = trimmed.indexOf('=');
            String name = equals < 0 ? trimmed : trimmed.substring(0, equals).trim();
            if (!trimmed.isEmpty() && !isOurs(name, sessionCookie)) {
                rest.append(rest.isEmpty() ? "" : "; ").append(trimmed);
            }
        }
        return rest.toString();
    }

    private static boolean isOurs(String name, String sessionCookie) {
        return name.equals(sessionCookie) || name.contains(ATTEMPT);
    }
}
