package dev.latchkey.gateway.session;

import org.jspecify.annotations.Nullable;

/**
 * What is known of a signed-in person. Everything but the id may change from one sign-in to the next.
 *
 * @param login the name the person has at the provider today
 * @param name the display name, which may hold any character
 * @param email the primary e-mail address
 * @param emailVerified whether the provider vouches for the address
 * @param picture address of a picture at the provider
 */
public record Person(
        PersonId id,
        String login,
        @Nullable String name,
        @Nullable String email,
        boolean emailVerified,
        @Nullable String picture) {}
