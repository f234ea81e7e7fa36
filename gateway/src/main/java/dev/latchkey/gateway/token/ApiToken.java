package dev.latchkey.gateway.token;

import dev.latchkey.gateway.session.Person;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A token that a person has made, without its text, which nobody can tell again.
 *
 * @param id names it in lists and logs; worthless as a token
 * @param person who made it, as of the last sign-in
 * @param name what the person calls it
 * @param routes ids of the routes that it is for, or {@link #EVERY_ROUTE} alone
 * @param family names those that came of one sign-in at a service of the gateway's and end together; null for one that its
 *     owner made. One with a family is good at that service alone, in the form that the service gives it
 */
public record ApiToken(
        String id,
        Person person,
        String name,
        List<String> routes,
        Instant madeAt,
        Instant end,
        @Nullable String family) {

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

    boolean endsWith(ApiToken other) {
        return id.equals(other.id) || (family != null && family.equals(other.family));
    }

    ApiToken of(Person other) {
        return new ApiToken(id, other, name, routes, madeAt, end, family);
    }
}
