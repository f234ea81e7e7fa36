package dev.latchkey.gateway.route;

import dev.latchkey.gateway.web.ErrorDialect;
import java.util.List;

/**
 * Something of the gateway's own that a route leads to in place of an app, as {@code to: builtin:} and its name.
 *
 * <p>Features register theirs in {@code spring.factories}, so that a route file can be checked before anything runs.
 * Which stage serves it is the feature's business.
 */
public interface BuiltIn {

    /** What stands before the name in a route file, and the scheme of such a route's backend. */
    String SCHEME = "builtin";

    /** As in a route file, without the scheme. */
    String name();

    /**
     * The paths that it answers at, each a path from the root of a host that may end in {@code /**}. None if it answers at
     * whatever lies below the path of its route.
     */
    default List<String> paths() {
        return List.of();
    }

    /** Which paths a route to it may hold without taking from an app what the built-in is not there for. */
    default List<String> areas() {
        return paths();
    }

    /** How failures are worded on its routes, unless they say. */
    default ErrorDialect errors() {
        return ErrorDialect.PROBLEM;
    }

    /** Whether apps may call it as a person, by the identity JWT that the gateway gave them. */
    default boolean takesIdentity() {
        return false;
    }

    /**
     * Whether a slash that is escaped in a path is a character like others to whoever reads the path behind the gateway. It is
     * passed on as it came then, where it makes no difference to what is decided.
     */
    default boolean takesEscapedSlashes() {
        return false;
    }

    /** Whether an app is told who is asking, so that all of {@code send} has an effect. */
    default boolean tellsAnApp() {
        return false;
    }
}
