package dev.latchkey.gateway.watch;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/**
 * What a token is called where it must not be shown: its SHA-256 in base64, which is {@code hashed_token} of GitHub's own
 * audit log (GitHub Docs, "Identifying audit log events performed by an access token"), so that the two can be joined.
 */
public final class TokenHash {

    private TokenHash() {}

    public static String of(String token) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(token.getBytes(UTF_8));
            return Base64.getEncoder().encodeToString(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
