package dev.latchkey.gateway.keys;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;

/**
 * Text that must not be seen: a client secret, a token, a key.
 *
 * <p>It prints as {@code [secret]}, so that it can ride in records and log arguments; only {@link #reveal} gives the text
 * away, which makes every place that uses it easy to find. Two secrets are compared in constant time.
 */
public final class Secret {

    private final String text;

    private Secret(String text) {
        this.text = text;
    }

    /** That text as a secret. Spring converts properties through this method. */
    public static Secret of(String text) {
        return new Secret(text);
    }

    /** The text itself, for the one call that needs it. */
    public String reveal() {
        return text;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Secret secret
                && MessageDigest.isEqual(text.getBytes(UTF_8), secret.text.getBytes(UTF_8));
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return "[secret]";
    }
}
