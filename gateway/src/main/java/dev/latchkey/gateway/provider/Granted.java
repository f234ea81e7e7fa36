package dev.latchkey.gateway.provider;

import org.jspecify.annotations.Nullable;

/**
 * What a code was good for.
 *
 * @param idToken as it came, not verified by anybody yet
 */
public record Granted(ProviderToken token, @Nullable String idToken) {

    /** Never the ID token itself. */
    @Override
    public String toString() {
        return "Granted[]";
    }
}
