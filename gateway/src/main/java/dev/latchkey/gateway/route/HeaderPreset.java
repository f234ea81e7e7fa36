package dev.latchkey.gateway.route;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The header names of gateways that an app may already be integrated with.
 *
 * <p>Null where that gateway has no such header.
 */
public enum HeaderPreset {
    OAUTH2_PROXY(
            "Authorization",
            "X-Forwarded-User",
            "X-Forwarded-Email",
            "X-Forwarded-Preferred-Username",
            null,
            "X-Forwarded-Groups"),
    POMERIUM("X-Pomerium-Jwt-Assertion", null, null, null, null, null),
    CLOUDFLARE_ACCESS("Cf-Access-Jwt-Assertion", null, "Cf-Access-Authenticated-User-Email", null, null, null),
    GOOGLE_IAP(
            "x-goog-iap-jwt-assertion",
            "X-Goog-Authenticated-User-Id",
            "X-Goog-Authenticated-User-Email",
            null,
            null,
            null),
    REMOTE_USER("Authorization", "Remote-User", "Remote-Email", null, "Remote-Name", "Remote-Groups"),
    NONE("Authorization", null, null, null, null, null);

    private final String jwt;
    private final @Nullable String user;
    private final @Nullable String email;
    private final @Nullable String preferredUsername;
    private final @Nullable String name;
    private final @Nullable String groups;

    HeaderPreset(
            String jwt,
            @Nullable String user,
            @Nullable String email,
            @Nullable String preferredUsername,
            @Nullable String name,
            @Nullable String groups) {
        this.jwt = jwt;
        this.user = user;
        this.email = email;
        this.preferredUsername = preferredUsername;
        this.name = name;
        this.groups = groups;
    }

    /** The preset of that name in a route file, such as {@code oauth2-proxy}. */
    static Optional<HeaderPreset> named(String name) {
        return Arrays.stream(values())
                .filter(preset -> preset.fileName().equals(name))
                .findFirst();
    }

    static String names() {
        return Arrays.stream(values()).map(HeaderPreset::fileName).collect(Collectors.joining(", "));
    }

    private String fileName() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Where this gateway puts its signed assertion, unless the route says otherwise. */
    public String jwt() {
        return jwt;
    }

    public @Nullable String user() {
        return user;
    }

    public @Nullable String email() {
        return email;
    }

    public @Nullable String preferredUsername() {
        return preferredUsername;
    }

    public @Nullable String displayName() {
        return name;
    }

    public @Nullable String groups() {
        return groups;
    }
}
