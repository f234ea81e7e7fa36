package dev.latchkey.gateway.provider;

import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Under which names a provider's profiles hold what is known of a person.
 *
 * @param subject the account's own id, which never goes to somebody else
 * @param login what the account is called today
 * @param emailVerified says whether the provider vouches for the address; without it no address is believed
 */
public record ClaimNames(
        String subject,
        @Nullable String login,
        @Nullable String name,
        @Nullable String email,
        @Nullable String emailVerified,
        @Nullable String picture) {

    private static final ClaimNames OPENID =
            new ClaimNames("sub", "preferred_username", "name", "email", "email_verified", "picture");

    /** As providers of that kind have them. */
    static ClaimNames of(ProviderKind kind) {
        return switch (kind) {
            case GITHUB -> new ClaimNames("id", "login", "name", null, null, "avatar_url");
            case GITLAB -> new ClaimNames("sub", "nickname", "name", "email", "email_verified", "picture");
            case DISCORD -> new ClaimNames("id", "username", "global_name", "email", "verified", null);
            // Spotify says itself that its addresses are not verified.
            case SPOTIFY -> new ClaimNames("id", "id", "display_name", "email", null, null);
            case GOOGLE, OIDC, OAUTH2 -> OPENID;
        };
    }

    Stream<String> all() {
        return Stream.of(subject, login, name, email, emailVerified, picture).filter(Objects::nonNull);
    }

    /** These, and where they say nothing the others; {@code subject} is always its own. */
    ClaimNames or(ClaimNames others) {
        return new ClaimNames(
                subject,
                login == null ? others.login : login,
                name == null ? others.name : name,
                email == null ? others.email : email,
                emailVerified == null ? others.emailVerified : emailVerified,
                picture == null ? others.picture : picture);
    }
}
