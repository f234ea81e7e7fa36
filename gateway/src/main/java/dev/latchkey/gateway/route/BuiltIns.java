package dev.latchkey.gateway.route;

import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.support.SpringFactoriesLoader;

/** The built-ins of all features, by name. */
final class BuiltIns {

    private static final Map<String, BuiltIn> ALL = new TreeMap<>();

    static {
        SpringFactoriesLoader.forDefaultResourceLocation()
                .load(BuiltIn.class)
                .forEach(builtIn -> ALL.put(builtIn.name(), builtIn));
    }

    private BuiltIns() {}

    /** Null if there is none of that name. */
    static @Nullable BuiltIn named(String name) {
        return ALL.get(name);
    }

    /** For a remedy: all of them as a route file spells them. */
    static String spelled() {
        return String.join(
                ", ",
                ALL.keySet().stream().map(name -> BuiltIn.SCHEME + ':' + name).toList());
    }
}
