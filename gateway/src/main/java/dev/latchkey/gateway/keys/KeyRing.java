package dev.latchkey.gateway.keys;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.latchkey.gateway.problem.ConfigurationFaults;
import dev.latchkey.gateway.problem.ConfigurationRefused;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.function.Supplier;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;

/**
 * The keys behind everything the gateway stores or hands to a browser. The first seals and signs, all open and verify.
 *
 * <p>A new key is therefore put in front, and the old one is taken away when nothing needs it any more; a ring that comes
 * from a file is changed without a restart. A purpose is a constant of the caller ({@code session-cookie}): what was
 * sealed or signed for one purpose is worth nothing for another.
 *
 * <p>Sealed form: version (1 byte), key id (4), nonce (12), AES-256-GCM ciphertext and tag (16). Version, key id and
 * purpose are authenticated with it.
 */
public final class KeyRing {

    private static final byte VERSION = 1;
    private static final int NONCE = 12;
    private static final int TAG = 16;
    private static final int HEAD = 1 + RingKey.ID_BYTES;

    /** In base64url four and twenty-two characters: a signed session id stays well under 100 bytes of cookie. */
    private static final int SHORT_ID = RingKey.SHORT_ID_BYTES;

    private static final int SHORT_MAC = 16;
    private static final int MAC_TEXT = 26;

    private static final ThreadLocal<Cipher> CIPHERS = ThreadLocal.withInitial(KeyRing::newCipher);

    private final List<Supplier<List<RingKey>>> parts;
    private final SecureRandom random = new SecureRandom();
    private volatile Ring ring;

    /** The parts as they were, and their keys in one list. */
    private record Ring(List<List<RingKey>> parts, List<RingKey> keys) {

        static Ring of(List<List<RingKey>> parts) {
            return new Ring(parts, parts.stream().flatMap(List::stream).toList());
        }
    }

    KeyRing(List<Supplier<List<RingKey>>> parts) {
        this.parts = parts;
        this.ring = Ring.of(parts.stream().map(Supplier::get).toList());
    }

    /**
     * The ring an operator wrote down.
     *
     * @param configured each is base64 of exactly 32 bytes (either alphabet, padded or not), or {@code file:} and the
     *     path of a file with one such key a line
     * @throws ConfigurationRefused naming each that is not
     */
    public static KeyRing of(List<Secret> configured, Clock clock) {
        ConfigurationFaults faults = new ConfigurationFaults();
        List<Supplier<List<RingKey>>> parts = parts(configured, faults, clock);
        faults.throwIfAny();
        return new KeyRing(parts);
    }

    static List<Supplier<List<RingKey>>> parts(List<Secret> configured, ConfigurationFaults faults, Clock clock) {
        List<Supplier<List<RingKey>>> parts = new ArrayList<>();
        for (int i = 0; i < configured.size(); i++) {
            String key = configured.get(i).reveal();
            try {
                parts.add(part(key, clock));
            } catch (ConfigurationRefused e) {
                faults.addAll(e.faults());
            } catch (IllegalArgumentException e) {
                faults.add(SecretKeys.PROPERTY, "key " + (i + 1) + " " + e.getMessage(), SecretKeys.REMEDY);
            }
        }
        return parts;
    }

    /** The ring in that file. */
    static KeyRing in(Path file, Clock clock) {
        return new KeyRing(List.of(new WatchedFile<>(file, clock, KeyRing::lines)::current));
    }

    private static Supplier<List<RingKey>> part(String configured, Clock clock) {
        if (SecretSource.namesFile(configured)) {
            return new WatchedFile<>(SecretSource.file(configured), clock, KeyRing::lines)::current;
        }
        List<RingKey> one = List.of(RingKey.parse(configured));
        return () -> one;
    }

    private static List<RingKey> lines(String text) {
        List<RingKey> keys =
                text.lines().filter(line -> !line.isBlank()).map(RingKey::parse).toList();
        if (keys.isEmpty()) {
            throw new IllegalArgumentException("holds no key");
        }
        return keys;
    }

    /** Encrypts and authenticates, with the first key. */
    public byte[] seal(String purpose, byte[] plain) {
        RingKey key = keys().get(0);
        byte[] nonce = new byte[NONCE];
        random.nextBytes(nonce);
        ByteBuffer sealed = ByteBuffer.allocate(HEAD + NONCE + plain.length + TAG);
        sealed.put(VERSION).put(key.id()).put(nonce);
        try {
            Cipher cipher = cipher(Cipher.ENCRYPT_MODE, key, nonce, 0, sealed.array(), purpose);
            cipher.doFinal(plain, 0, plain.length, sealed.array(), sealed.position());
            return sealed.array();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the JDK refuses AES-GCM", e);
        }
    }

    /**
     * What was sealed, by whichever key of the ring.
     *
     * @throws Unsealable if these bytes are anything else than what this ring sealed for this purpose
     */
    public byte[] open(String purpose, byte[] sealed) {
        if (sealed.length < HEAD + NONCE + TAG || sealed[0] != VERSION) {
            throw new Unsealable();
        }
        for (RingKey key : keys()) {
            if (key.isNamedBy(sealed, 1, RingKey.ID_BYTES)) {
                return open(key, purpose, sealed);
            }
        }
        throw new Unsealable();
    }

    private static byte[] open(RingKey key, String purpose, byte[] sealed) {
        try {
            int from = HEAD + NONCE;
            return cipher(Cipher.DECRYPT_MODE, key, sealed, HEAD, sealed, purpose)
                    .doFinal(sealed, from, sealed.length - from);
        } catch (GeneralSecurityException e) {
            throw new Unsealable();
        }
    }

    /** False when it should be sealed again at its next use, so that an old key can go. */
    public boolean isSealedByFirst(byte[] sealed) {
        return sealed.length >= HEAD && sealed[0] == VERSION && keys().get(0).isNamedBy(sealed, 1, RingKey.ID_BYTES);
    }

    /**
     * A short proof that this ring wrote the text: 26 characters of base64url, of which four name the key.
     *
     * <p>128 bits of HMAC-SHA-256, enough for what is checked online (RFC 2104, section 5).
     */
    public String sign(String purpose, String text) {
        return macText(keys().get(0), purpose, text);
    }

    /** False when a text should be signed again at its next use, so that an old key can go. */
    public boolean isSignedByFirst(String mac) {
        return mac.startsWith(keys().get(0).shortName());
    }

    /** Whether any key of the ring signed the text for this purpose; takes no longer for a near miss. */
    public boolean verify(String purpose, String text, String mac) {
        if (mac.length() != MAC_TEXT) {
            return false;
        }
        byte[] claimed = mac.getBytes(UTF_8);
        for (RingKey key : keys()) {
            byte[] expected = macText(key, purpose, text).getBytes(UTF_8);
            if (MessageDigest.isEqual(expected, claimed)) {
                return true;
            }
        }
        return false;
    }

    /** What its keys are called, the first one first: eight hexadecimal digits each, which give nothing of a key away. */
    public List<String> names() {
        return keys().stream().map(RingKey::name).toList();
    }

    private static String macText(RingKey key, String purpose, String text) {
        byte[] bytes = new byte[SHORT_ID + SHORT_MAC];
        System.arraycopy(key.id(), 0, bytes, 0, SHORT_ID);
        System.arraycopy(key.mac(purpose, text), 0, bytes, SHORT_ID, SHORT_MAC);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private List<RingKey> keys() {
        Ring known = ring;
        for (int i = 0; i < parts.size(); i++) {
            if (parts.get(i).get() != known.parts().get(i)) {
                return takeUp().keys();
            }
        }
        return known.keys();
    }

    private Ring takeUp() {
        Ring fresh = Ring.of(parts.stream().map(Supplier::get).toList());
        ring = fresh;
        return fresh;
    }

    private static Cipher cipher(int mode, RingKey key, byte[] nonce, int at, byte[] head, String purpose)
            throws GeneralSecurityException {
        Cipher cipher = CIPHERS.get();
        cipher.init(mode, key.sealing(), new GCMParameterSpec(TAG * 8, nonce, at, NONCE));
        cipher.updateAAD(head, 0, HEAD);
        cipher.updateAAD(purpose.getBytes(UTF_8));
        return cipher;
    }

    private static Cipher newCipher() {
        try {
            return Cipher.getInstance("AES/GCM/NoPadding");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public String toString() {
        return "KeyRing of " + keys().size();
    }
}
