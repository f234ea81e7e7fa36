package dev.latchkey.gateway.token;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.latchkey.gateway.keys.KeyRing;
import dev.latchkey.gateway.session.Person;
import dev.latchkey.gateway.session.PersonId;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * The stored form of a token: everything but its text. Sealed for its very id, so that nobody who can write to the store
 * can make one.
 *
 * @param v version of this form; records of old versions stay readable
 */
record ApiTokenRecord(
        int v,
        String provider,
        String subject,
        String login,
        @Nullable String displayName,
        @Nullable String email,
        boolean emailVerified,
        @Nullable String picture,
        String name,
        List<String> routes,
        long madeAt,
        long end,
        @Nullable String family) {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    static byte[] seal(ApiToken token, KeyRing keys) {
        Person person = token.person();
        ApiTokenRecord stored = new ApiTokenRecord(
                2,
                person.id().provider(),
                person.id().subject(),
                person.login(),
                person.name(),
                person.email(),
                person.emailVerified(),
                person.picture(),
                token.name(),
                token.routes(),
                token.madeAt().toEpochMilli(),
                token.end().toEpochMilli(),
                token.family());
        return keys.seal(purpose(token.id()), JSON.writeValueAsString(stored).getBytes(UTF_8));
    }

    static ApiToken open(String id, byte[] sealed, KeyRing keys) {
        return JSON.readValue(keys.open(purpose(id), sealed), ApiTokenRecord.class)
                .toToken(id);
    }

    private ApiToken toToken(String id) {
        Person person = new Person(new PersonId(provider, subject), login, displayName, email, emailVerified, picture);
        return new ApiToken(id, person, name, routes, Instant.ofEpochMilli(madeAt), Instant.ofEpochMilli(end), family);
    }

    private static String purpose(String id) {
        return "api-token:" + id;
    }
}
