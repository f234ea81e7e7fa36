package dev.latchkey.gateway.facade.loginbroker;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.latchkey.gateway.keys.KeyRing;
import dev.latchkey.gateway.keys.Unsealable;
import dev.latchkey.gateway.session.Person;
import dev.latchkey.gateway.session.PersonId;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * The stored forms of this package: JSON, sealed for the very record it lies in, so that nobody who can write to the store can
 * make one or put one in another's place.
 */
final class Sealed {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private Sealed() {}

    /**
     * A sign-in that waits to be called for.
     *
     * @param v version of this form; records of old versions stay readable
     * @param client the origin that it is for
     */
    record Waiting(
            int v,
            String client,
            String provider,
            String subject,
            String login,
            @Nullable String name,
            @Nullable String email,
            boolean emailVerified,
            @Nullable String picture) {

        static Waiting of(Person person, String client) {
            return new Waiting(
                    1,
                    client,
                    person.id().provider(),
                    person.id().subject(),
                    person.login(),
                    person.name(),
                    person.email(),
                    person.emailVerified(),
                    person.picture());
        }

        Person person() {
            return new Person(new PersonId(provider, subject), login, name, email, emailVerified, picture);
        }
    }

    /**
     * What is known of a token besides what the gateway knows of all its API tokens.
     *
     * @param client the origin of the instance that it was made for
     * @param first when the first of its family was made, in epoch milliseconds; unknown of old ones
     */
    record Kept(int v, String client, @Nullable Long first) {}

    /**
     * The token that is handed out in place of an older one. It is fixed before it is made, so that of several who make it
     * each makes the same.
     *
     * @param text what the token is made of
     */
    record Successor(int v, String text, long madeAt, long end) {

        /** Never the record's own form, which would print the token. */
        @Override
        public String toString() {
            return "Successor[sealed]";
        }
    }

    /** When somebody first and last signed in here, in epoch milliseconds. */
    record Visits(int v, long first, long last) {}

    static byte[] seal(KeyRing keys, String key, Object value) {
        return keys.seal(key, JSON.writeValueAsString(value).getBytes(UTF_8));
    }

    static <T> Optional<T> open(KeyRing keys, String key, byte[] sealed, Class<T> type) {
        try {
            return Optional.of(JSON.readValue(keys.open(key, sealed), type));
        } catch (Unsealable | JacksonException e) {
            return Optional.empty();
        }
    }
}
