package dev.latchkey.gateway.keys;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a secret must be like that both sides of an HMAC-SHA-256 hold (RFC 7518, section 3.2): as long as the hash at least,
 * and not one that everybody knows from a manual.
 */
public final class SharedKey {

    public static final String REMEDY = "Make one with 'openssl rand -base64 48' and give it to both sides.";

    private static final int SHORTEST = 32;
    private static final int FEWEST_CHARACTERS = 8;
    private static final Set<String> TELLTALE = Set.of(
            "change-in-production", "change-me", "changeme", "change-this", "your-secret", "your_secret", "example");

    private SharedKey() {}

    /** Why that must not be used, as the end of a sentence that begins with the secret; null if nothing speaks against it. */
    public static @Nullable String weaknessOf(Secret secret) {
        String text = secret.reveal();
        if (text.getBytes(UTF_8).length < SHORTEST) {
            return "is shorter than " + SHORTEST + " bytes";
        }
        String lower = text.toLowerCase(Locale.ROOT);
        if (TELLTALE.stream().anyMatch(lower::contains)) {
            return "is one from a manual, which everybody knows";
        }
        return text.chars().distinct().count() < FEWEST_CHARACTERS ? "is a run of the same few characters" : null;
    }
}
