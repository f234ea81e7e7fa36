package dev.latchkey.gateway.web;

import java.util.Set;

/**
 * Which headers of a client go no further: everything that only the gateway may say, and everything that concerns the
 * connection rather than the request (RFC 9110, section 7.6.1).
 *
 * <p>Backends built on CGI-like interfaces read {@code X_Forwarded_User}, {@code X-Forwarded-User} and at times
 * {@code X.Forwarded.User} as the same header, so names are compared without case and with everything that is neither
 * letter nor digit taken for a dash.
 */
public final class ClientHeaders {

    private static final Set<String> DROPPED = Set.of(
            "forwarded",
            "remote-user",
            "remote-email",
            "remote-name",
            "remote-groups",
            "x-real-ip",
            "x-request-id",
            "traceparent",
            "tracestate",
            "connection",
            "proxy-connection",
            "proxy-authorization",
            "keep-alive",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade",
            "http2-settings",
            "expect",
            "host");

    private static final String[] DROPPED_PREFIXES = {
        "x-forwarded-",
        "x-auth-request-",
        "x-latchkey-",
        "x-http2-",
        "x-original-",
        "x-rewrite-",
        "x-envoy-",
        "x-pomerium-",
        "cf-access-",
        "x-goog-iap-",
        "x-goog-authenticated-"
    };

    private ClientHeaders() {}

    /** The name in the one spelling that all its variants share. */
    public static String plain(CharSequence name) {
        int length = name.length();
        for (int i = 0; i < length; i++) {
            char c = name.charAt(i);
            if ((c < 'a' || c > 'z') && c != '-' && (c < '0' || c > '9')) {
                return respelled(name, length);
            }
        }
        return name.toString();
    }

    private static String respelled(CharSequence name, int length) {
        char[] plain = new char[length];
        for (int i = 0; i < length; i++) {
            char c = name.charAt(i);
            boolean upper = c >= 'A' && c <= 'Z';
            boolean kept = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
            plain[i] = upper ? (char) (c + 32) : kept ? c : '-';
        }
        return new String(plain);
    }

    /** True if a header of that plain name must not reach a backend as the client sent it. */
    public static boolean isDropped(String plainName) {
        if (DROPPED.contains(plainName)) {
            return true;
        }
        for (String prefix : DROPPED_PREFIXES) {
            if (plainName.startsWith(prefix)) {
                return true;
            }
        }
        return false;
    }
}
