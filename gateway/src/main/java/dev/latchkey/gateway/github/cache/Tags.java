package dev.latchkey.gateway.github.cache;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.latchkey.gateway.keys.Sha256;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * GitHub's entity tags. As seen from outside, a tag is the SHA-256 of the values of those request headers among Accept,
 * Authorization and Cookie that the answer's {@code Vary} names, each followed by a colon, and of the body. So whoever has a
 * body can tell the tag under which GitHub would give it to somebody else, and ask on their behalf whether they may have it.
 *
 * <p>Nothing rests on that being so for ever: a tag that GitHub does not know is answered with the whole body.
 */
final class Tags {

    private static final Pattern TAG = Pattern.compile("(?:W/)?(\"[^\"]*\")");

    private Tags() {}

    /** The tag, weak as GitHub gives it, of a body asked for with no cookie. */
    static String compute(String authorization, String accept, String vary, byte[] body) {
        Set<String> names = names(vary);
        MessageDigest hash = Sha256.begin();
        add(hash, names.contains("accept") ? accept : null);
        add(hash, names.contains("authorization") ? authorization : null);
        add(hash, names.contains("cookie") ? "" : null);
        return "W/\"" + HexFormat.of().formatHex(hash.digest(body)) + '"';
    }

    static Set<String> names(String vary) {
        Set<String> names = new TreeSet<>();
        for (String name : vary.split(",")) {
            names.add(name.strip().toLowerCase(Locale.ROOT));
        }
        return names;
    }

    private static void add(MessageDigest hash, @Nullable String value) {
        if (value != null) {
            hash.update(value.getBytes(UTF_8));
            hash.update((byte) ':');
        }
    }

    /** The weak comparison (RFC 9110, section 8.8.3.2). */
    static boolean isSame(@Nullable String one, @Nullable String other) {
        return one != null && other != null && opaque(one).equals(opaque(other));
    }

    /** Whether an {@code If-None-Match} names that tag. */
    static boolean isNamed(String condition, @Nullable String tag) {
        if (condition.strip().equals("*")) {
            return true;
        }
        if (tag == null) {
            return false;
        }
        String sought = opaque(tag);
        Matcher tags = TAG.matcher(condition);
        while (tags.find()) {
            if (sought.equals(tags.group(1))) {
                return true;
            }
        }
        return false;
    }

    private static String opaque(String tag) {
        return tag.startsWith("W/") ? tag.substring(2) : tag;
    }
}
