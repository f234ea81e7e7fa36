package dev.latchkey.gateway.vault;

import dev.latchkey.gateway.keys.KeyRing;
import dev.latchkey.gateway.keys.Secret;
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
 */
record TokenRecord(
        int v,
        String access,
        @Nullable Long expiresAt,
        @Nullable String refresh,
        @Nullable Long refreshExpiresAt,
        List<String> scopes) {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    static byte[] seal(KeyRing keys, PersonId person, ProviderToken token) {
        TokenRecord record = new TokenRecord(
                1,
                token.accessToken().reveal(),
                millis(token.expiresAt()),
                token.refreshToken() == null ? null : token.refreshToken().reveal(),
                millis(token.refreshExpiresAt()),
                List.copyOf(token.scopes()));
        return keys.seal(purpose(person), JSON.writeValueAsString(record).getBytes(StandardCharsets.UTF_8));
    }

    static ProviderToken open(KeyRing keys, PersonId person, byte[] sealed) {
        return JSON.readValue(keys.open(purpose(person), sealed), TokenRecord.class)
                .toToken();
    }

    private ProviderToken toToken() {
        return new ProviderToken(
                new AccessToken(Secret.of(access)),
                instant(expiresAt),
                refresh == null ? null : Secret.of(refresh),
                instant(refreshExpiresAt),
                Set.copyOf(scopes));
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
