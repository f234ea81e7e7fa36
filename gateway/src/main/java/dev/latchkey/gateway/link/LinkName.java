package dev.latchkey.gateway.link;

import dev.latchkey.gateway.keys.Secret;
import dev.latchkey.gateway.keys.Sha256;
import java.security.SecureRandom;
import java.util.Base64;

/** What things are stored under: of a bounded length, and leading nobody back to a secret. */
final class LinkName {

    private static final int BYTES = 16;
    private static final int SECRET_BYTES = 20;
    private static final SecureRandom RANDOM = new SecureRandom();

    private LinkName() {}

    static String of(String text) {
        return Sha256.name(text, BYTES);
    }

    /** 160 random bits. */
    static Secret fresh() {
        byte[] bytes = new byte[SECRET_BYTES];
        RANDOM.nextBytes(bytes);
        return Secret.of(encoded(bytes));
    }

    private static String encoded(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
