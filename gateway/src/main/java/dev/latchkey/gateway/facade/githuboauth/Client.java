package dev.latchkey.gateway.facade.githuboauth;

import dev.latchkey.gateway.keys.Secret;
import dev.latchkey.gateway.keys.SecretSource;
import org.jspecify.annotations.Nullable;

/**
 * Somebody who signs people in here.
 *
 * @param name what people are told
 * @param secret what proves it, or null if it cannot keep one
 */
record Client(String id, String name, @Nullable SecretSource secret, RedirectUris redirectUris) {

    /** Whether that is the client's secret, which none is where the client has none; in constant time. */
    boolean isProvenBy(@Nullable String given) {
        if (secret == null) {
            return given == null || given.isEmpty();
        }
        return given != null && secret.current().equals(Secret.of(given));
    }

    /** Whether anybody could pretend to be this client. */
    boolean isPublic() {
        return secret == null;
    }
}
