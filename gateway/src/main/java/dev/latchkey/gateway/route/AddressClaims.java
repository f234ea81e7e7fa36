package dev.latchkey.gateway.route;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Who gets an address, or an id, that two files want: the one that has it already, else the first by name. The other is refused, and
 * what it served before goes on if its own address is still free.
 */
final class AddressClaims {

    private final Map<String, Route> claimed = new HashMap<>();
    private final List<Route> all = new ArrayList<>();
    private final List<Route> builtIns = new ArrayList<>();

    private AddressClaims() {}

    static Map<Path, RouteVersion> settle(Map<Path, RouteVersion> versions) {
        AddressClaims claims = new AddressClaims();
        Map<Path, RouteVersion> settled = new TreeMap<>();
        claims.settle(versions, settled, version -> !version.wantsToServe());
        claims.settle(versions, settled, RouteVersion::isInConflict);
        // Of what is new, apps first: what the gateway adds of its own gives way.
        claims.settle(versions, settled, AddressClaims::leadsToAnApp);
        claims.settle(versions, settled, version -> true);
        return settled;
    }

    private static boolean leadsToAnApp(RouteVersion version) {
        return version.fresh() != null && version.fresh().builtIn() == null;
    }

    private void settle(
            Map<Path, RouteVersion> versions, Map<Path, RouteVersion> settled, Predicate<RouteVersion> concerned) {
        versions.forEach((file, version) -> {
            if (!settled.containsKey(file) && concerned.test(version)) {
                settled.put(file, settle(file, version));
            }
        });
    }

    private RouteVersion settle(Path file, RouteVersion version) {
        Route fresh = version.fresh();
        Route serving = version.serving();
        if (fresh == null || fresh == serving) {
            if (serving != null) {
                take(serving);
            }
            return version;
        }
        BuiltInClash clash = clash(fresh);
        if (clash != null) {
            Route older = serving == null || clash(serving) != null || take(serving) != null ? null : serving;
            return version.refused(file, clash.what(), clash.remedy(), older);
        }
        Route other = take(fresh);
        if (other == null) {
            return version.served();
        }
        return version.refused(
                file,
                sameId(other, fresh)
                        ? "there is another file for the id " + fresh.id()
                        : "it claims the same host and path as route " + other.id() + ": " + shown(fresh),
                sameId(other, fresh) ? "Rename one of them." : "Change host or path of one of them.",
                serving == null || take(serving) != null ? null : serving);
    }

    /** The clash with a route that is in force, of which one leads to a built-in; or null. */
    private @Nullable BuiltInClash clash(Route route) {
        for (Route other : route.builtIn() == null ? builtIns : all) {
            BuiltInClash clash = BuiltInClash.between(route, other);
            if (clash != null) {
                return clash;
            }
        }
        return null;
    }

    /** The route that has address or id already, or null if this one now has it. */
    private @Nullable Route take(Route route) {
        Route byAddress = claimed.get(addressOf(route));
        Route byId = claimed.get(route.id());
        if (byAddress != null || byId != null) {
            return byAddress == null ? byId : byAddress;
        }
        claimed.put(addressOf(route), route);
        claimed.put(route.id(), route);
        all.add(route);
        if (route.builtIn() != null) {
            builtIns.add(route);
        }
        return null;
    }

    private static boolean sameId(Route one, Route other) {
        return one.id().equals(other.id());
    }

    private static String shown(Route route) {
        return (route.host() == null ? "" : route.host()) + route.path().getPatternString();
    }

    /** Names of variables make no difference to what a pattern matches. */
    private static String addressOf(Route route) {
        return shown(route).replaceAll("\\{\\*[^}]*}", "**").replaceAll("\\{[^:}]*}", "*");
    }
}
