package dev.latchkey.gateway.membership;

import dev.latchkey.gateway.session.PersonId;
import java.util.Locale;

/** Names for what a change at GitHub touches. Organisations and repositories go by name and by number. */
final class Scopes {

    static final String EVERYTHING = "*";
    private static final String PROVIDER = "github";

    private Scopes() {}

    static String person(PersonId person) {
        return "person:" + person;
    }

    static String person(long id) {
        return person(new PersonId(PROVIDER, Long.toString(id)));
    }

    static String organization(String login) {
        return "org:" + login.toLowerCase(Locale.ROOT);
    }

    static String organization(long id) {
        return "org:#" + id;
    }

    static String repository(String fullName) {
        return "repo:" + fullName.toLowerCase(Locale.ROOT);
    }

    static String repository(long id) {
        return "repo:#" + id;
    }
}
