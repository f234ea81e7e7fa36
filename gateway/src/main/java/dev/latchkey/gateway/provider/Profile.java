package dev.latchkey.gateway.provider;

import org.jspecify.annotations.Nullable;

/**
 * Who somebody is, by what a provider shows.
 *
 * @param subject the account's own id at the provider: printable, no spaces, bounded
 * @param login what the account is called, with the provider's id and a colon before it, which no GitHub login has:
 *     whoever takes the same name elsewhere is not taken for somebody else
 * @param emailVerified whether the provider vouches for the address
 */
public record Profile(
        String subject,
        String login,
        @Nullable String name,
        @Nullable String email,
        boolean emailVerified,
        @Nullable String picture) {}
