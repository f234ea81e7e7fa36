package dev.latchkey.gateway.keys;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.security.Key;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * One key of the ring, with all that is derived from its 32 bytes: a name, the key that seals, and a key per purpose
 * that signs. The bytes themselves are used for nothing else (HKDF's expand step, RFC 5869, section 2.3).
 */
final class RingKey {

    static final int BYTES = 32;
    static final int ID_BYTES = 4;
    static final int SHORT_ID_BYTES = 3;

    private static final String HMAC = "HmacSHA256";

    /** Looking up an algorithm costs more than using it. */
    private static final ThreadLocal<Mac> MACS = ThreadLocal.withInitial(RingKey::newMac);

    private final SecretKeySpec root;
    private final byte[] id;
    private final String shortName;
    private final SecretKeySpec sealing;
    private final Map<String, SecretKeySpec> signing = new ConcurrentHashMap<>();

    RingKey(byte[] bytes) {
        this.root = new SecretKeySpec(bytes, HMAC);
        this.id = Arrays.copyOf(derive("id"), ID_BYTES);
        this.shortName = Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(id, SHORT_ID_BYTES));
        this.sealing = new SecretKeySpec(derive("seal"), "AES");
    }

    /**
     * The key that is written there.
     *
     * @param text base64 of 32 bytes, in either alphabet, padded or not
     * @throws IllegalArgumentException if it is anything else; its message does not quote the text
     */
    static RingKey parse(String text) {
        byte[] bytes = decode(text.strip());
        if (bytes.length != BYTES) {
            throw new IllegalArgumentException("is base64 of " + bytes.length + " bytes instead of 32");
        }
        return new RingKey(bytes);
    }

    private static byte[] decode(String text) {
        try {
            return Base64.getDecoder().decode(text.replace('-', '+').replace('_', '/'));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("is not base64 of 32 bytes", null);
        }
    }

    /** The name under which what it sealed or signed is recognised. It gives nothing of the key away. */
    byte[] id() {
        return id.clone();
    }

    /** The same in hexadecimal digits, for people. */
    String name() {
        return HexFormat.of().formatHex(id);
    }

    /** What signatures begin with that it made. */
    String shortName() {
        return shortName;
    }

    boolean isNamedBy(byte[] bytes, int from, int length) {
        return Arrays.equals(id, 0, length, bytes, from, from + length);
    }

    Key sealing() {
        return sealing;
    }

    /** HMAC-SHA-256 of the text, with the key of that purpose. */
    byte[] mac(String purpose, String text) {
        return mac(signing.computeIfAbsent(purpose, this::signingKey), text);
    }

    private SecretKeySpec signingKey(String purpose) {
        return new SecretKeySpec(derive("sign:" + purpose), HMAC);
    }

    private byte[] derive(String use) {
        return mac(root, "latchkey:" + use);
    }

    private static byte[] mac(SecretKeySpec key, String text) {
        try {
            Mac mac = MACS.get();
            mac.init(key);
            return mac.doFinal(text.getBytes(UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Mac newMac() {
        try {
            return Mac.getInstance(HMAC);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
