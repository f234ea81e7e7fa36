package dev.latchkey.gateway.provider;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import org.jspecify.annotations.Nullable;

/** GitHub's answer to the question whose a token is (GitHub: "Check a token"). */
record CheckedToken(
        @Nullable App app,
        @Nullable User user,

        @JsonProperty("expires_at") @Nullable String expiresAt) {

    record App(@JsonProperty("client_id") @Nullable String clientId) {}

    record User(
            @Nullable Long id,
            @Nullable String login,
            @Nullable String name,

            @JsonProperty("avatar_url") @Nullable String picture) {}

    /** Null if it is of another app or of nobody, which GitHub should not say here at all. */
    @Nullable
    TokenOwner ownerFor(String clientId) {
        boolean ours = app != null && clientId.equals(app.clientId());
        return ours && user != null && user.id() != null && user.login() != null
                ? new TokenOwner(String.valueOf(user.id()), user.login(), user.name(), user.picture(), end())
                : null;
    }

    private @Nullable Instant end() {
        try {
            return expiresAt == null ? null : Instant.parse(expiresAt);
        } catch (DateTimeParseException e) {
            // GitHub has told it in another form; it is asked again within the minute anyhow.
            return null;
        }
    }
}
