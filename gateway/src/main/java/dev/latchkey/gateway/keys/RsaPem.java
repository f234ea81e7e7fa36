package dev.latchkey.gateway.keys;

import java.io.ByteArrayOutputStream;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.interfaces.RSAPrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads an RSA private key from PEM (RFC 7468): PKCS#8, or the PKCS#1 form (RFC 8017, appendix A.1.2) in which GitHub hands
 * out the keys of its Apps. The JDK knows only the first, of which the second is a part.
 */
final class RsaPem {

    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]{1,40})-----(.*?)-----END \\1-----", Pattern.DOTALL);
    private static final int FEWEST_BITS = 2048;
    private static final int SEQUENCE = 0x30;
    private static final int OCTET_STRING = 0x04;

    /** The integer 0 and the algorithm rsaEncryption, with which every PKCS#8 form of an RSA key begins. */
    private static final byte[] PKCS8_BEGINNING = HexFormat.of().parseHex("020100300d06092a864886f70d0101010500");

    private RsaPem() {}

    /**
     * The key in that text. Line breaks may be written as the two characters {@code \n}, as environment variables have
     * them.
     *
     * @throws IllegalArgumentException with words that quote nothing of it
     */
    static RSAPrivateKey parse(String text) {
        Matcher block = BLOCK.matcher(text.replace("\\n", "\n"));
        if (!block.find()) {
            throw new IllegalArgumentException("is no PEM text, which begins with -----BEGIN");
        }
        String label = block.group(1);
        return strong(
                switch (label) {
                    case "PRIVATE KEY" -> fromPkcs8(der(block.group(2)));
                    case "RSA PRIVATE KEY" -> fromPkcs8(wrapped(der(block.group(2))));
                    case "ENCRYPTED PRIVATE KEY" -> throw encrypted();
                    default ->
                        throw new IllegalArgumentException("holds a " + label + " where an RSA private key belongs");
                });
    }

    private static byte[] der(String body) {
        if (body.contains("ENCRYPTED")) {
            throw encrypted();
        }
        try {
            return Base64.getDecoder().decode(body.replaceAll("\\s", ""));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("is PEM text that is damaged");
        }
    }

    private static IllegalArgumentException encrypted() {
        return new IllegalArgumentException("is encrypted with a passphrase, which nobody could type in here");
    }

    private static RSAPrivateKey fromPkcs8(byte[] der) {
        try {
            if (KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(der))
                    instanceof RSAPrivateKey key) {
                return key;
            }
        } catch (GeneralSecurityException e) {
            // Answered below: what is wrong with a key is not for the log.
        }
        throw new IllegalArgumentException("holds no RSA private key, or a damaged one");
    }

    /** RS256 takes no shorter key (RFC 7518, section 3.3). */
    private static RSAPrivateKey strong(RSAPrivateKey key) {
        int bits = key.getModulus().bitLength();
        if (bits < FEWEST_BITS) {
            throw new IllegalArgumentException("holds an RSA key of " + bits + " bits; it takes " + FEWEST_BITS);
        }
        return key;
    }

    private static byte[] wrapped(byte[] pkcs1) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        content.writeBytes(PKCS8_BEGINNING);
        content.writeBytes(element(OCTET_STRING, pkcs1));
        return element(SEQUENCE, content.toByteArray());
    }

    /** Tag, length and content in DER (X.690, section 8.1). */
    private static byte[] element(int tag, byte[] content) {
        ByteArrayOutputStream element = new ByteArrayOutputStream();
        element.write(tag);
        element.writeBytes(length(content.length));
        element.writeBytes(content);
        return element.toByteArray();
    }

    private static byte[] length(int length) {
        if (length < 0x80) {
            return new byte[] {(byte) length};
        }
        byte[] bytes = {(byte) (length >>> 24), (byte) (length >>> 16), (byte) (length >>> 8), (byte) length};
        int first = Integer.numberOfLeadingZeros(length) / 8;
        byte[] counted = new byte[bytes.length - first + 1];
        counted[0] = (byte) (0x80 | (bytes.length - first));
        System.arraycopy(Arrays.copyOfRange(bytes, first, bytes.length), 0, counted, 1, bytes.length - first);
        return counted;
    }
}
