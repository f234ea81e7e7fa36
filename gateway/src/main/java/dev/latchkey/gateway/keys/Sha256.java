package dev.latchkey.gateway.keys;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;

/** SHA-256, in the forms that names and proofs are made of. Texts are hashed as UTF-8. */
public final class Sha256 {

    private Sha256() {}

    public static byte[] of(byte[] bytes) {
        return begin().digest(bytes);
    }

    public static byte[] of(String text) {
        return of(text.getBytes(UTF_8));
    }

    /** The whole hash in base64url without padding: 43 characters. */
    public static String name(String text) {
        return encoded(of(text));
    }

    /** The same of its first bytes; sixteen are enough that no two texts anybody finds have one name. */
    public static String name(String text, int bytes) {
        return encoded(Arrays.copyOf(of(text), bytes));
    }

    /** For what comes in parts. */
    public static MessageDigest begin() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static String encoded(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
