package dev.latchkey.gateway.provider;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Whose a token of this app is, as the provider says.
 *
 * @param id the account's number
 * @param expiresAt when the token dies, or null if it does not by itself
 */
public record TokenOwner(
        String id,
        String login,
        @Nullable String name,
        @Nullable String picture,
        @Nullable Instant expiresAt) {}
