package dev.latchkey.gateway.provider;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What sort of provider it is: where the well-known ones live, how they want to be asked, and what their profiles hold. */
public enum ProviderKind {
    /** GitHub, or at an address of its own a GitHub Enterprise Server, as an identity only. */
    GITHUB("https://github.com", List.of("read:user", "user:email"), false),
    /** GitLab, or at an address of its own one that somebody runs. */
    GITLAB("https://gitlab.com", List.of("openid", "profile", "email"), false),
    GOOGLE("https://accounts.google.com", List.of("openid", "profile", "email"), false),
    DISCORD("https://discord.com", List.of("identify", "email"), false),
    SPOTIFY("https://accounts.spotify.com", List.of("user-read-private", "user-read-email"), true),
    /** Any OpenID Connect provider, by discovery or by its addresses. */
    OIDC(null, List.of("openid", "profile", "email"), true),
    /** Any OAuth 2 provider that shows who somebody is at an address of its own. */
    OAUTH2(null, List.of(), false);

    private static final Map<String, String> OFFLINE = Map.of("access_type", "offline", "prompt", "consent");

    private final @Nullable String home;
    private final List<String> scopes;
    private final boolean basic;

    ProviderKind(@Nullable String home, List<String> scopes, boolean basic) {
        this.home = home;
        this.scopes = scopes;
        this.basic = basic;
    }

    /** As it is written: {@code github}, {@code oidc}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The kind of that word, in lower case. */
    public static Optional<ProviderKind> of(String word) {
        for (ProviderKind kind : values()) {
            if (kind.word().equals(word)) {
                return Optional.of(kind);
            }
        }
        return Optional.empty();
    }

    /** What people call it. */
    String label() {
        return switch (this) {
            case GITHUB -> "GitHub";
            case GITLAB -> "GitLab";
            case GOOGLE -> "Google";
            case DISCORD -> "Discord";
            case SPOTIFY -> "Spotify";
            case OIDC, OAUTH2 -> "";
        };
    }

    /** Where it is unless somebody says otherwise; null for the kinds that are everywhere. */
    @Nullable
    String home() {
        return home;
    }

    List<String> scopes() {
        return scopes;
    }

    /** Whether it takes the client's secret by Basic unless somebody says otherwise (RFC 6749, section 2.3.1). */
    boolean isBasic() {
        return basic;
    }

    /** What is asked for besides what OAuth asks for. Google gives a refresh token only so. */
    Map<String, String> extraParameters() {
        return this == GOOGLE ? OFFLINE : Map.of();
    }

    /** Where things are at a provider of this kind with that home; only what is known stands in it. */
    Endpoints endpointsAt(String at) {
        return switch (this) {
            case GITHUB ->
                new Endpoints(
                        at + "/login/oauth",
                        at + "/login/oauth/authorize",
                        at + "/login/oauth/access_token",
                        (at.equals(home) ? "https://api.github.com" : at + "/api/v3") + "/user",
                        null,
                        null,
                        false);
            case GITLAB ->
                new Endpoints(
                        at,
                        at + "/oauth/authorize",
                        at + "/oauth/token",
                        at + "/oauth/userinfo",
                        at + "/oauth/discovery/keys",
                        at + "/oauth/revoke",
                        false);
            case GOOGLE ->
                new Endpoints(
                        at,
                        at + "/o/oauth2/v2/auth",
                        "https://oauth2.googleapis.com/token",
                        "https://openidconnect.googleapis.com/v1/userinfo",
                        "https://www.googleapis.com/oauth2/v3/certs",
                        "https://oauth2.googleapis.com/revoke",
                        false);
            case DISCORD ->
                new Endpoints(
                        null,
                        at + "/oauth2/authorize",
                        at + "/api/oauth2/token",
                        at + "/api/users/@me",
                        null,
                        at + "/api/oauth2/token/revoke",
                        false);
            case SPOTIFY ->
                new Endpoints(
                        null, at + "/authorize", at + "/api/token", "https://api.spotify.com/v1/me", null, null, false);
            case OIDC, OAUTH2 -> Endpoints.NONE;
        };
    }
}
