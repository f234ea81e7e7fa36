package dev.latchkey.gateway.route;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Where a route puts a built-in that has paths of its own: at the root of the host, if the route's path is one of them or
 * holds them all, else below the literal beginning of the route's path.
 *
 * @param prefix that beginning without a trailing slash, or empty
 * @param segments how many path segments that is
 */
record BuiltInMount(String prefix, int segments) {

    private static final String BELOW = "/**";

    static BuiltInMount of(Route route) {
        List<String> literal = new ArrayList<>();
        for (String segment : route.path().getPatternString().substring(1).split("/")) {
            if (segment.isEmpty() || segment.chars().anyMatch(c -> "*?{".indexOf(c) >= 0)) {
                break;
            }
            literal.add(segment);
        }
        String beginning = literal.isEmpty() ? "" : '/' + String.join("/", literal);
        boolean atRoot = Objects.requireNonNull(route.builtIn()).paths().stream()
                .anyMatch(path -> isWithin(beginning, path) || isWithin(path, beginning + BELOW));
        return atRoot ? new BuiltInMount("", 0) : new BuiltInMount(beginning, literal.size());
    }

    /** Whether everything that the one pattern matches the other matches too; both literal but for an ending star. */
    static boolean isWithin(String inner, String outer) {
        if (!outer.endsWith(BELOW)) {
            return inner.equals(outer);
        }
        String base = outer.substring(0, outer.length() - BELOW.length());
        String plain = inner.endsWith(BELOW) ? inner.substring(0, inner.length() - BELOW.length()) : inner;
        return plain.equals(base) || plain.startsWith(base + '/');
    }

    /** By segments and not by letters: the route may have matched its beginning in another spelling. */
    String below(String rawPath) {
        int start = 0;
        for (int i = 0; i < segments; i++) {
            int slash = rawPath.indexOf('/', start + 1);
            if (slash < 0) {
                return "";
            }
            start = slash;
        }
        return rawPath.substring(start);
    }

    /** Paths of the built-in's own as they are reached through the route. */
    List<String> reached(List<String> paths) {
        return paths.stream().map(path -> prefix + path).toList();
    }
}
