package dev.latchkey.gateway.route;

import dev.latchkey.gateway.actions.ActionsJob;
import dev.latchkey.gateway.actions.ActionsRule;
import dev.latchkey.gateway.session.Person;
import dev.latchkey.gateway.session.PersonId;
import org.jspecify.annotations.Nullable;

/**
 * Somebody in a question about access, of whom less may be known than of whoever signs in.
 *
 * @param login null if it is not known
 * @param id what memberships are known by; null if it is not known
 * @param person what the session of that person holds, or null
 * @param job the job of GitHub Actions that it is, and then no person; or null
 */
public record Asker(
        @Nullable String login,
        @Nullable PersonId id,
        @Nullable Person person,
        @Nullable ActionsJob job) {

    private static final String ACTIONS = "actions:";

    /**
     * Somebody of whom only the name is known: a login, or {@code actions:} and a job.
     *
     * @throws IllegalArgumentException with words for whoever asks, if that is no job
     */
    public static Asker named(String name) {
        return name.startsWith(ACTIONS)
                ? new Asker(null, null, null, ActionsRule.jobIn(name.substring(ACTIONS.length())))
                : new Asker(name, null, null, null);
    }

    /** Somebody of whom only the account's number is known. */
    public static Asker numbered(PersonId id) {
        return new Asker(null, id, null, null);
    }

    public static Asker of(Person person) {
        return new Asker(person.login(), person.id(), person, null);
    }
}
