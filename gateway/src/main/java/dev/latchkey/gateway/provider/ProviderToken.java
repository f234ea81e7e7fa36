package dev.latchkey.gateway.provider;

import dev.latchkey.gateway.keys.Secret;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a provider handed out at sign-in. What it holds decides how it is treated, not the kind of app.
 *
 * @param expiresAt when the access token dies, or null if it does not by itself
 * @param refreshToken what the next pair is had for, or null
 * @param refreshExpiresAt when the refresh token dies, or null
 * @param scopes what was granted, which may be less than what was asked for
 */
public record ProviderToken(
        AccessToken accessToken,
        @Nullable Instant expiresAt,
        @Nullable Secret refreshToken,
        @Nullable Instant refreshExpiresAt,
        Set<String> scopes) {

    public ProviderToken {
        scopes = Set.copyOf(scopes);
    }
}
