package dev.latchkey.gateway.keys;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** HMAC-SHA-256 under a secret that is a text, as GitHub signs its webhooks (RFC 2104). */
public final class HmacSha256 {

    private static final String ALGORITHM = "HmacSHA256";

    private HmacSha256() {}

    /** For what comes in parts. */
    public static Mac begin(Secret secret) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(secret.reveal().getBytes(UTF_8), ALGORITHM));
            return mac;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the JDK refuses HMAC-SHA-256", e);
        }
    }

    /** The signature of a body in lower-case hexadecimal digits. */
    public static String hex(Secret secret, byte[] body) {
        return HexFormat.of().formatHex(begin(secret).doFinal(body));
    }
}
