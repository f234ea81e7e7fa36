package dev.latchkey.gateway.login;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.latchkey.gateway.keys.HmacSha256;
import dev.latchkey.gateway.keys.Secret;
import dev.latchkey.gateway.web.BodyRoom;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.HexFormat;
import javax.crypto.Mac;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.buffer.DataBuffer;

/**
 * The body of a delivery as it arrives: its signature counts every byte, and as much of it is kept as anybody here could
 * act on and as there is room for, so that a stranger's endless body costs nothing but time.
 *
 * @see <a href="https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries">Validating deliveries</a>
 */
final class Signature implements AutoCloseable {

    private static final String PREFIX = "sha256=";
    private static final int KEPT = 1024 * 1024;

    private final Mac mac;
    private final BodyRoom room;
    private final String client;
    private ByteArrayOutputStream kept = new ByteArrayOutputStream();
    private boolean fits = true;
    private boolean hadRoom = true;

    /** @param client the address that it comes from */
    Signature(Secret secret, BodyRoom room, String client) {
        this.room = room;
        this.client = client;
        this.mac = HmacSha256.begin(secret);
    }

    Signature add(DataBuffer part) {
        byte[] bytes = new byte[part.readableByteCount()];
        part.read(bytes);
        mac.update(ByteBuffer.wrap(bytes));
        if (fits && hadRoom) {
            keep(bytes);
        }
        return this;
    }

    private void keep(byte[] bytes) {
        fits = kept.size() + bytes.length <= KEPT;
        hadRoom = fits && room.take(client, bytes.length);
        if (hadRoom) {
            kept.writeBytes(bytes);
        } else {
            close();
        }
    }

    /** Whether this is the body's own signature; in constant time, and before anybody looks into the body. */
    boolean isProvenBy(@Nullable String claimed) {
        String right = PREFIX + HexFormat.of().formatHex(mac.doFinal());
        return claimed != null && MessageDigest.isEqual(right.getBytes(US_ASCII), claimed.getBytes(UTF_8));
    }

    /** Whether a body that could have been kept was. */
    boolean hadRoom() {
        return hadRoom || !fits;
    }

    /** The body, or null if it is longer than a megabyte. */
    @Nullable
    String body() {
        return fits ? kept.toString(UTF_8) : null;
    }

    @Override
    public void close() {
        room.giveBack(client, kept.size());
        kept = new ByteArrayOutputStream();
    }
}
