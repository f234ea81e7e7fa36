package dev.latchkey.gateway.session;

import dev.latchkey.gateway.keys.KeyRing;
import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.web.FurtherHosts;
import dev.latchkey.gateway.web.GatewayAddress;
import dev.latchkey.gateway.web.OwnCookie;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseCookie;

/**
 * The cookie that carries a session: {@code <id>.<signature>}, opaque to everybody else and under 100 bytes.
 *
 * <p>The signature is there so that guessed and damaged cookies are told from real ones without asking the store, and
 * so that a session id read from a store dump, a log or a backend's JWT is no key to the session.
 *
 * <p>At each host of {@code latchkey.domains} the same session has another signature, which is for that very host: whoever
 * gets to see the cookies of one host, as somebody who runs a server under its name does, cannot show them at another.
 */
public final class SessionCookie {

    /** The host, where a session is shown otherwise than by a browser: as at the sign-in host. */
    static final String NO_HOST = "";

    private static final String PURPOSE = "session-cookie";
    private static final String PURPOSE_AT_FURTHER_HOST = "session-cookie-at";
    private static final int LONGEST = 100;
    private static final int ID_BYTES = 18;

    private final String name;
    private final boolean secure;
    private final FurtherHosts furtherHosts;
    private final KeyRing keys;
    private final SecureRandom random = new SecureRandom();

    SessionCookie(GatewayAddress address, FurtherHosts furtherHosts, KeyRing keys) {
        this.furtherHosts = furtherHosts;
        this.name = OwnCookie.nameAt(address, OwnCookie.SESSION);
        this.secure = address.secure();
        this.keys = keys;
    }

    String newId() {
        byte[] id = new byte[ID_BYTES];
        random.nextBytes(id);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(id);
    }

    /** The value by which that host, in lower case and without a port, knows the session. */
    String valueOf(String id, String host) {
        return id
                + '.'
                + (furtherHosts.include(host)
                        ? keys.sign(PURPOSE_AT_FURTHER_HOST, at(id, host))
                        : keys.sign(PURPOSE, id));
    }

    private static String at(String id, String host) {
        return id + '\n' + host;
    }

    static String idOf(String value) {
        return value.substring(0, value.indexOf('.'));
    }

    /** True if this gateway made the value for that host. Costs a signature: ask only for values not seen before. */
    boolean isOurs(String value, String host) {
        int dot = value.indexOf('.');
        if (dot <= 0) {
            return false;
        }
        String id = value.substring(0, dot);
        String mac = value.substring(dot + 1);
        return furtherHosts.include(host)
                ? keys.verify(PURPOSE_AT_FURTHER_HOST, at(id, host), mac)
                : keys.verify(PURPOSE, id, mac);
    }

    /** Whether the first key of the ring signed this value, which is ours; else the browser should get another. */
    boolean isCurrent(String value) {
        return keys.isSignedByFirst(value.substring(value.indexOf('.') + 1));
    }

    /** The {@code Set-Cookie} that signs a browser in. It has no Max-Age: the store, not the browser, ends a session. */
    ResponseCookie set(String value) {
        return base(value).build();
    }

    /** The {@code Set-Cookie} that makes a browser forget. */
    public ResponseCookie clear() {
        return base("").maxAge(0).build();
    }

    private ResponseCookie.ResponseCookieBuilder base(String value) {
        return ResponseCookie.from(name, value)
                .httpOnly(true)
                .secure(secure)
                .sameSite("Lax")
                .path("/");
    }

    /**
     * The one plausible value in a request's cookies, or null. Reads the raw header, since parsing all of a site's
     * cookies for every request would cost more than the rest of the session look-up.
     *
     * @throws Problem {@code session.cookie.ambiguous} if two different sessions of this gateway were sent
     */
    @Nullable
    String read(HttpHeaders headers, String host) {
        List<String> lines = headers.get(HttpHeaders.COOKIE);
        if (lines == null) {
            return null;
        }
        String found = null;
        for (String line : lines) {
            int at = find(line, 0);
            while (at >= 0) {
                found = better(found, valueAt(line, at), host);
                at = find(line, at);
            }
        }
        return found;
    }

    private @Nullable String better(@Nullable String found, @Nullable String candidate, String host) {
        if (candidate == null || candidate.equals(found)) {
            return found;
        }
        if (found == null) {
            return candidate;
        }
        // Two values: one may be rubbish, as an old or planted cookie is. Two real ones are for the person to sort out.
        boolean foundIsOurs = isOurs(found, host);
        boolean candidateIsOurs = isOurs(candidate, host);
        if (foundIsOurs && candidateIsOurs) {
            throw Problem.of(ProblemCode.COOKIE_AMBIGUOUS);
        }
        return candidateIsOurs ? candidate : found;
    }

    /** Index just behind the next {@code name=} at the start of a cookie pair, or -1. */
    private int find(String line, int from) {
        int at = line.indexOf(name, from);
        while (at >= 0) {
            int end = at + name.length();
            if (startsPair(line, at) && end < line.length() && line.charAt(end) == '=') {
                return end + 1;
            }
            at = line.indexOf(name, end);
        }
        return -1;
    }

    private static boolean startsPair(String line, int at) {
        int before = at - 1;
        while (before >= 0 && line.charAt(before) == ' ') {
            before--;
        }
        return before < 0 || line.charAt(before) == ';';
    }

    private static @Nullable String valueAt(String line, int from) {
        int semicolon = line.indexOf(';', from);
        String value =
                line.substring(from, semicolon < 0 ? line.length() : semicolon).trim();
        return value.isEmpty() || value.length() > LONGEST || value.indexOf('.') <= 0 ? null : value;
    }
}
