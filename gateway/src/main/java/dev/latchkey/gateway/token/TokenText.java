package dev.latchkey.gateway.token;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.latchkey.gateway.keys.Secret;
import dev.latchkey.gateway.keys.Sha256;
import java.security.SecureRandom;
import java.util.zip.CRC32;

/**
 * How a token is written: {@code lk_}, thirty random characters of the 62 letters and digits, and six that are the CRC-32
 * of the thirty in the same digits. So whoever looks for leaked secrets knows one from the text alone, and a mistyped one
 * costs no look-up. It has some 178 bits that nobody can guess.
 */
final class TokenText {

    private static final String PREFIX = "lk_";
    private static final String DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private static final int RANDOM = 30;
    private static final int CHECKSUM = 6;
    private static final int LENGTH = PREFIX.length() + RANDOM + CHECKSUM;
    private static final int ID_BYTES = 16;

    private TokenText() {}

    static Secret fresh(SecureRandom random) {
        StringBuilder text = new StringBuilder(RANDOM);
        for (int i = 0; i < RANDOM; i++) {
            text.append(DIGITS.charAt(random.nextInt(DIGITS.length())));
        }
        return Secret.of(PREFIX + text + checksum(text.toString()));
    }

    /** Whether it is meant to be one. */
    static boolean isMeant(String text) {
        return text.startsWith(PREFIX);
    }

    /** Whether it can be one. */
    static boolean isWhole(String text) {
        if (text.length() != LENGTH || !isMeant(text)) {
            return false;
        }
        int end = LENGTH - CHECKSUM;
        return checksum(text.substring(PREFIX.length(), end)).equals(text.substring(end));
    }

    /** What the token is stored and known under: the first half of its SHA-256, which leads nobody back to it. */
    static String idOf(Secret token) {
        return Sha256.name(token.reveal(), ID_BYTES);
    }

    private static String checksum(String random) {
        CRC32 crc = new CRC32();
        crc.update(random.getBytes(US_ASCII));
        char[] digits = new char[CHECKSUM];
        long rest = crc.getValue();
        for (int i = CHECKSUM - 1; i >= 0; i--) {
            digits[i] = DIGITS.charAt((int) (rest % DIGITS.length()));
            rest /= DIGITS.length();
        }
        return new String(digits);
    }
}
