package dev.latchkey.gateway.ops;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.latchkey.gateway.keys.Secret;
import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.provider.ClaimNames;
import dev.latchkey.gateway.provider.ProviderDraft;
import dev.latchkey.gateway.provider.ProviderKind;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** What an operator sends to add or change a provider. A field of another name is a mistake and is told. */
record ProviderForm(
        @Nullable String name,
        @Nullable String label,
        @Nullable String kind,

        @JsonProperty("client_id") @Nullable String clientId,
        @JsonProperty("client_secret") @Nullable String clientSecret,
        @JsonProperty("client_authentication") @Nullable String authentication,
        @Nullable List<String> scopes,
        @JsonProperty("email_domains") @Nullable List<String> emailDomains,
        @Nullable String url,
        @Nullable String issuer,

        @JsonProperty("authorization_url") @Nullable String authorization,
        @JsonProperty("token_url") @Nullable String token,
        @JsonProperty("user_info_url") @Nullable String userInfo,
        @JsonProperty("jwks_url") @Nullable String keys,
        @JsonProperty("revocation_url") @Nullable String revocation,
        @Nullable Claims claims) {

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    /** Under which names the profile holds what. */
    record Claims(
            @Nullable String subject,
            @Nullable String login,
            @Nullable String name,
            @Nullable String email,

            @JsonProperty("email_verified") @Nullable String emailVerified,
            @Nullable String picture) {}

    static ProviderForm read(byte[] json) {
        ProviderForm form = JSON.readValue(json, ProviderForm.class);
        if (form == null) {
            throw unfit("Send a JSON object");
        }
        return form;
    }

    ProviderDraft draft() {
        return new ProviderDraft(
                name,
                label,
                kind == null
                        ? null
                        : ProviderKind.of(kind)
                                .orElseThrow(() ->
                                        unfit("The kind is github, gitlab, google, discord, spotify, oidc or oauth2")),
                clientId,
                clientSecret == null ? null : Secret.of(clientSecret),
                basic(),
                scopes,
                emailDomains,
                url,
                issuer,
                authorization,
                token,
                userInfo,
                keys,
                revocation,
                claimNames());
    }

    private @Nullable Boolean basic() {
        if (authentication == null) {
            return null;
        }
        return switch (authentication) {
            case "basic" -> true;
            case "post" -> false;
            default -> throw unfit("The client's authentication is basic or post");
        };
    }

    private @Nullable ClaimNames claimNames() {
        if (claims == null) {
            return null;
        }
        if (claims.subject() == null) {
            throw unfit("Say under which name the profile holds the account's id, as claims.subject");
        }
        return new ClaimNames(
                claims.subject(),
                claims.login(),
                claims.name(),
                claims.email(),
                claims.emailVerified(),
                claims.picture());
    }

    private static Problem unfit(String why) {
        return Problem.of(ProblemCode.PROVIDER_UNFIT, why);
    }

    /** Never the record's own form, which would print the secret. */
    @Override
    public String toString() {
        return "ProviderForm[name=" + name + "]";
    }
}
