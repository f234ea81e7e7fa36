package dev.latchkey.gateway.login;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.latchkey.gateway.keys.Secret;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.buffer.DataBuffer;

/**
 * The body of a delivery as it arrives: its signature counts every byte, and as much of it is kept as anybody here could
 * act on, so that a stranger's endless body costs nothing but time.
 *
 * @see <a href="https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries">Validating deliveries</a>
 */
final class Signature {

    private static final String PREFIX = "sha256=";
    private static final int KEPT = 1024 * 1024;

    private final Mac mac;
    private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
    private boolean whole = true;

    Signature(Secret secret) {
        try {
            mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret.reveal().getBytes(UTF_8), "HmacSHA256"));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the JDK refuses HMAC-SHA-256", e);
        }
    }

    Signature add(DataBuffer part) {
        byte[] bytes = new byte[part.readableByteCount()];
        part.read(bytes);
        mac.update(ByteBuffer.wrap(bytes));
        whole &= kept.size() + bytes.length <= KEPT;
        if (whole) {
            kept.writeBytes(bytes);
        }
        return this;
    }

    /** Whether this is the body's own signature; in constant time, and before anybody looks into the body. */
    boolean isProvenBy(@Nullable String claimed) {
        String right = PREFIX + HexFormat.of().formatHex(mac.doFinal());
        return claimed != null && MessageDigest.isEqual(right.getBytes(US_ASCII), claimed.getBytes(UTF_8));
    }

    /** The body, or null if it is longer than a megabyte. */
    @Nullable
    String body() {
        return whole ? kept.toString(UTF_8) : null;
    }
}
