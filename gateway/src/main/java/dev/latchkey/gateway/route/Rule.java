package dev.latchkey.gateway.route;

import dev.latchkey.gateway.session.Person;

/** A line of {@code allow}. */
public sealed interface Rule {

    /** Nobody has to sign in; identity is still sent when somebody has. */
    record Anyone() implements Rule {}

    /** Every signed-in person. */
    record SignedIn() implements Rule {}

    /**
     * One person, by the login the account has today.
     *
     * @param login compared without case, as GitHub does
     */
    record User(String login) implements Rule {}

    /** True if this line lets that person in. */
    default boolean admits(Person person) {
        if (this instanceof User user) {
            return user.login().equalsIgnoreCase(person.login());
        }
        return true;
    }
}
