package dev.latchkey.gateway.vault;

import dev.latchkey.gateway.keys.KeyRing;
import dev.latchkey.gateway.keys.Secret;
import dev.latchkey.gateway.provider.AccessToken;
import dev.latchkey.gateway.provider.ProviderToken;
import dev.latchkey.gateway.session.PersonId;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * The stored form of a token: JSON, sealed for the very person it belongs to, so that a record copied under another
 * person's key cannot be opened.
 *
 * @param v version of this form; records of old versions stay readable
 * @param keptAt when the token was handed out, in epoch milliseconds like every time here
 * @param attempt what is known of the latest refresh, or null if there was none since
 */
record TokenRecord(
        int v,
        String access,
        @Nullable Long expiresAt,
        @Nullable String refresh,
        @Nullable Long refreshExpiresAt,
        List<String> scopes,
        long keptAt,
        @Nullable Attempt attempt) {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    /**
     * A refresh of the token in this record.
     *
     * @param number grows with each: the fencing number that tells a late attempt that another has begun
     * @param until while it runs, when others may take it for dead; when it has failed, when to try again
     * @param running whether its outcome is still to come
     * @param doubtful whether an attempt before it never told its outcome, and so may have spent the refresh token
     * @param spent whether the provider has said that the refresh token is spent
     */
    record Attempt(long number, long until, boolean running, boolean doubtful, boolean spent) {}

    static TokenRecord of(ProviderToken token, Instant keptAt) {
        return new TokenRecord(
                1,
                token.accessToken().reveal(),
                millis(token.expiresAt()),
                token.refreshToken() == null ? null : token.refreshToken().reveal(),
                millis(token.refreshExpiresAt()),
                List.copyOf(token.scopes()),
                keptAt.toEpochMilli(),
                null);
    }

    TokenRecord with(Attempt next) {
        return new TokenRecord(v, access, expiresAt, refresh, refreshExpiresAt, scopes, keptAt, next);
    }

    /** The same token with nothing to refresh it by. */
    TokenRecord withoutRefresh() {
        return new TokenRecord(v, access, expiresAt, null, null, scopes, keptAt, null);
    }

    byte[] seal(KeyRing keys, PersonId person) {
        return keys.seal(purpose(person), JSON.writeValueAsString(this).getBytes(StandardCharsets.UTF_8));
    }

    static TokenRecord open(KeyRing keys, PersonId person, byte[] sealed) {
        return JSON.readValue(keys.open(purpose(person), sealed), TokenRecord.class);
    }

    ProviderToken token() {
        return new ProviderToken(
                new AccessToken(Secret.of(access)),
                instant(expiresAt),
                refresh == null ? null : Secret.of(refresh),
                instant(refreshExpiresAt),
                Set.copyOf(scopes));
    }

    /** Whether there is something to refresh the token by that is not known to be worthless. */
    boolean isRefreshable(long now) {
        return refresh != null && (refreshExpiresAt == null || now < refreshExpiresAt);
    }

    boolean isExpired(long now) {
        return expiresAt != null && now >= expiresAt;
    }

    /** Whether both hold the very same pair, whatever else became known of it. */
    boolean isSamePair(TokenRecord other) {
        return access.equals(other.access);
    }

    private static @Nullable Long millis(@Nullable Instant instant) {
        return instant == null ? null : instant.toEpochMilli();
    }

    private static @Nullable Instant instant(@Nullable Long millis) {
        return millis == null ? null : Instant.ofEpochMilli(millis);
    }

    private static String purpose(PersonId person) {
        return "token:" + person;
    }

    /** Never the record's own form, which would print the tokens. */
    @Override
    public String toString() {
        return "TokenRecord[sealed]";
    }
}
