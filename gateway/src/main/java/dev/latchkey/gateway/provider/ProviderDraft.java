package dev.latchkey.gateway.provider;

import dev.latchkey.gateway.keys.Secret;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What somebody asks for when they add or change a provider. What is null is left to the kind, or as it was.
 *
 * @param url the home of a GitLab or GitHub Enterprise Server of one's own
 * @param issuer where an OpenID Connect provider is found by discovery
 * @param basic whether the secret goes by Basic rather than in the form
 * @param emailDomains whose addresses it may vouch for; empty for all
 */
public record ProviderDraft(
        @Nullable String name,
        @Nullable String label,
        @Nullable ProviderKind kind,
        @Nullable String clientId,
        @Nullable Secret clientSecret,
        @Nullable Boolean basic,
        @Nullable List<String> scopes,
        @Nullable List<String> emailDomains,
        @Nullable String url,
        @Nullable String issuer,
        @Nullable String authorization,
        @Nullable String token,
        @Nullable String userInfo,
        @Nullable String keys,
        @Nullable String revocation,
        @Nullable ClaimNames claims) {

    Endpoints endpoints() {
        return new Endpoints(issuer, authorization, token, userInfo, keys, revocation, false);
    }

    /** Whether it says anew where everything is. */
    boolean moves() {
        return kind != null || url != null || issuer != null;
    }
}
