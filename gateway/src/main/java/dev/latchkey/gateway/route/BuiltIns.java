package dev.latchkey.gateway.route;

import java.util.Set;
import java.util.TreeSet;
import org.springframework.core.io.support.SpringFactoriesLoader;

/** The built-ins of all features, by name. */
final class BuiltIns {

    private static final Set<String> NAMES =
            new TreeSet<>(SpringFactoriesLoader.forDefaultResourceLocation().load(BuiltIn.class).stream()
                    .map(BuiltIn::name)
                    .toList());

    private BuiltIns() {}

    static boolean know(String name) {
        return NAMES.contains(name);
    }

    /** For a remedy: all of them as a route file spells them. */
    static String spelled() {
        return String.join(
                ", ", NAMES.stream().map(name -> BuiltIn.SCHEME + ':' + name).toList());
    }
}
