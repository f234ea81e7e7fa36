package dev.latchkey.gateway.route;

import dev.latchkey.gateway.session.Person;
import dev.latchkey.gateway.session.PersonId;
import org.jspecify.annotations.Nullable;

/**
 * Somebody in a question about access, of whom less may be known than of whoever signs in.
 *
 * @param login null if it is not known
 * @param id what memberships are known by; null if it is not known
 * @param person what the session of that person holds, or null
 */
public record Asker(
        @Nullable String login,
        @Nullable PersonId id,
        @Nullable Person person) {

    /** Somebody of whom only the login is known. */
    public static Asker named(String login) {
        return new Asker(login, null, null);
    }

    public static Asker of(Person person) {
        return new Asker(person.login(), person.id(), person);
    }
}
