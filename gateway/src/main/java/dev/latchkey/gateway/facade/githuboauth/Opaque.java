package dev.latchkey.gateway.facade.githuboauth;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.latchkey.gateway.keys.Secret;
import dev.latchkey.gateway.keys.Sha256;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;

/** Texts that nobody can guess, and what is kept of them in their place. */
final class Opaque {

    private static final int BYTES = 20;
    private static final int NAME_BYTES = 16;
    private static final SecureRandom RANDOM = new SecureRandom();

    private Opaque() {}

    /** 160 random bits. */
    static Secret fresh() {
        byte[] bytes = new byte[BYTES];
        RANDOM.nextBytes(bytes);
        return Secret.of(encoded(bytes));
    }

    /** A name that leads nobody back to the text. */
    static String nameOf(String text) {
        return Sha256.name(text, NAME_BYTES);
    }

    /** The S256 challenge to a verifier (RFC 7636, section 4.2). */
    static String challengeOf(String verifier) {
        return Sha256.name(verifier);
    }

    static boolean same(String one, String other) {
        return MessageDigest.isEqual(one.getBytes(UTF_8), other.getBytes(UTF_8));
    }

    private static String encoded(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
