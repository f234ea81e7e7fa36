package dev.latchkey.gateway.testing;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.zip.CRC32;

/** Makes everything that must never leak, in GitHub's shapes, and remembers it for leak scans. */
final class Secrets {

    private static final String BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private static final String JWT_LIKE = BASE62 + "-_.";
    private static final String HEX = "0123456789abcdef";
    private static final int LONG_TOKEN = 560;

    private final Set<String> seen = ConcurrentHashMap.newKeySet();

    String code() {
        return note(random(20, HEX));
    }

    String clientSecret() {
        return note(random(40, HEX));
    }

    String deviceCode() {
        return note(random(40, HEX));
    }

    /** Thirty characters of chance and six of CRC-32, as since 2021. */
    String token(String prefix) {
        String chance = random(30, BASE62);
        return note(prefix + chance + checksum(chance));
    }

    /** As long, and with the dots, dashes and underscores, as GitHub's stateless tokens of 2026. */
    String longToken(String prefix) {
        return note(prefix + "1.2-3_" + random(LONG_TOKEN - prefix.length() - 6, JWT_LIKE));
    }

    String note(String secret) {
        seen.add(secret);
        return secret;
    }

    Set<String> seen() {
        return Set.copyOf(seen);
    }

    static String random(int length, String alphabet) {
        Random random = ThreadLocalRandom.current();
        StringBuilder text = new StringBuilder(length);
        for (int i = 0; i < length; i++) {
            text.append(alphabet.charAt(random.nextInt(alphabet.length())));
        }
        return text.toString();
    }

    private static String checksum(String text) {
        CRC32 crc = new CRC32();
        crc.update(text.getBytes(US_ASCII));
        StringBuilder digits = new StringBuilder();
        for (long rest = crc.getValue(); digits.length() < 6; rest /= 62) {
            digits.insert(0, BASE62.charAt((int) (rest % 62)));
        }
        return digits.toString();
    }
}
