package dev.latchkey.gateway.token;

import dev.latchkey.gateway.session.Person;
import java.time.Instant;
import java.util.List;

/**
 * A token that a person has made, without its text, which nobody can tell again.
 *
 * @param id names it in lists and logs; worthless as a token
 * @param person who made it, as of the last sign-in
 * @param name what the person calls it
 * @param routes ids of the routes that it is for, or {@link #EVERY_ROUTE} alone
 */
public record ApiToken(String id, Person person, String name, List<String> routes, Instant madeAt, Instant end) {

    /** In place of a route's id: whatever the person may use, now and later. */
    public static final String EVERY_ROUTE = "*";

    public ApiToken {
        routes = List.copyOf(routes);
    }

    boolean isFor(String route) {
        return routes.contains(route) || routes.contains(EVERY_ROUTE);
    }

    boolean isLiveAt(long millis) {
        return millis < end.toEpochMilli();
    }

    ApiToken of(Person other) {
        return new ApiToken(id, other, name, routes, madeAt, end);
    }
}
