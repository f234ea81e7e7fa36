package dev.latchkey.gateway.installation;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.latchkey.gateway.keys.Sha256;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;

/** Short names for what is told apart by several texts. No two different lists of texts have the same name. */
final class Digest {

    private Digest() {}

    static String of(List<String> parts) {
        MessageDigest sha256 = Sha256.begin();
        for (String part : parts) {
            byte[] bytes = part.getBytes(UTF_8);
            // With its length, so that a separator inside a part cannot pass for one between two.
            sha256.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, bytes.length));
            sha256.update(bytes);
        }
        return Base64.getUrlEncoder().withoutPadding().encodeToString(sha256.digest());
    }
}
