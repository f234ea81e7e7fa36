package dev.latchkey.gateway.route;

import dev.latchkey.gateway.keys.Secret;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a line of {@code Authorization} holds that can be a token: {@code Bearer} (RFC 6750), GitHub's older
 * {@code token}, or the password of {@code Basic} (RFC 7617), which is where git and many other tools put one.
 */
final class Presented {

    private static final String[] PLAIN_SCHEMES = {"Bearer ", "token "};
    private static final String BASIC = "Basic ";
    /** GitHub takes a token as the user too, with nothing or this word as the password. */
    private static final String NO_PASSWORD = "x-oauth-basic";

    /** No user is called so: what looks like a token is one, whatever stands beside it. */
    private static final Pattern TOKEN = Pattern.compile("lk_|gh[a-z]_|github_pat_");

    private Presented() {}

    /** The token, or null if the line holds none. */
    static @Nullable Secret in(String line) {
        for (String scheme : PLAIN_SCHEMES) {
            if (begins(line, scheme)) {
                return secret(line.substring(scheme.length()).strip());
            }
        }
        return begins(line, BASIC) ? ofBasic(line.substring(BASIC.length()).strip()) : null;
    }

    private static boolean begins(String line, String scheme) {
        return line.regionMatches(true, 0, scheme, 0, scheme.length());
    }

    private static @Nullable Secret ofBasic(String encoded) {
        String pair;
        try {
            pair = new String(Base64.getDecoder().decode(encoded), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return null;
        }
        int colon = pair.indexOf(':');
        if (colon < 0) {
            return null;
        }
        String user = pair.substring(0, colon);
        String password = pair.substring(colon + 1);
        boolean inUser = password.isEmpty()
                || password.equals(NO_PASSWORD)
                || TOKEN.matcher(user).lookingAt();
        return secret(inUser ? user : password);
    }

    private static @Nullable Secret secret(String text) {
        return text.isEmpty() ? null : Secret.of(text);
    }
}
