package dev.latchkey.gateway.route;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.server.PathContainer;
import org.springframework.util.StringUtils;
import org.springframework.web.util.pattern.PathPattern;

/**
 * All routes, found by host and path in a time that does not grow with their number.
 *
 * <p>A request's host is looked up as it is, then as {@code *.} with ever shorter domains, then the routes for every
 * host are tried. In each of these the decoded segments of the path lead down a tree of the literal segments that the
 * patterns begin with; the deepest node with a matching pattern wins, so the pattern with the longest literal
 * beginning does. Only what follows that beginning has to be compared, and for {@code /app/**} nothing does.
 */
final class RouteTable {

    private final Map<String, Node> hosts = new HashMap<>();
    private final Node everyHost = new Node();
    private final List<Route> routes;

    RouteTable(List<Route> routes) {
        this.routes = List.copyOf(routes);
        routes.forEach(this::add);
    }

    List<Route> routes() {
        return routes;
    }

    private void add(Route route) {
        Node node = route.host() == null ? everyHost : hosts.computeIfAbsent(route.host(), host -> new Node());
        List<String> literal = literalBeginning(route.path());
        for (String segment : literal) {
            node = node.children.computeIfAbsent(segment, s -> new Node());
        }
        node.add(new Entry(route, restOf(route.path(), literal.size())));
    }

    /** The route for a host (lower case, no port) and a raw path, or null. */
    @Nullable
    Route find(String host, String rawPath) {
        String[] segments = segmentsOf(rawPath);
        Node exact = hosts.get(host);
        Route found = exact == null ? null : exact.find(segments, 0, rawPath);
        int dot = host.indexOf('.');
        while (found == null && dot >= 0) {
            Node wildcard = hosts.get('*' + host.substring(dot));
            found = wildcard == null ? null : wildcard.find(segments, 0, rawPath);
            dot = host.indexOf('.', dot + 1);
        }
        return found == null ? everyHost.find(segments, 0, rawPath) : found;
    }

    /** True if a route names that very host (lower case, no port). */
    boolean namesItself(String host) {
        return hosts.containsKey(host);
    }

    /** True if a route names that host (lower case, no port), itself or by a star. */
    boolean names(String host) {
        boolean named = namesItself(host);
        int dot = host.indexOf('.');
        while (!named && dot >= 0) {
            named = hosts.containsKey('*' + host.substring(dot));
            dot = host.indexOf('.', dot + 1);
        }
        return named;
    }

    /** The decoded segments; a trailing slash yields a last empty one. The root path has none. */
    private static String[] segmentsOf(String rawPath) {
        if (rawPath.length() <= 1) {
            return new String[0];
        }
        String[] segments = rawPath.substring(1).split("/", -1);
        if (rawPath.indexOf('%') >= 0) {
            for (int i = 0; i < segments.length; i++) {
                segments[i] = StringUtils.uriDecode(segments[i], StandardCharsets.UTF_8);
            }
        }
        return segments;
    }

    private static List<String> literalBeginning(PathPattern pattern) {
        List<String> literal = new ArrayList<>();
        for (String segment : segmentsOf(pattern.getPatternString())) {
            if (segment.isEmpty() || segment.chars().anyMatch(c -> "*?{}".indexOf(c) >= 0)) {
                break;
            }
            literal.add(segment);
        }
        return literal;
    }

    private static Rest restOf(PathPattern pattern, int literalSegments) {
        String[] segments = segmentsOf(pattern.getPatternString());
        if (segments.length == literalSegments) {
            return Rest.NOTHING;
        }
        boolean anything = segments.length == literalSegments + 1 && segments[literalSegments].equals("**");
        return anything ? Rest.ANYTHING : Rest.PATTERN;
    }

    /** What may follow a pattern's literal beginning. */
    private enum Rest {
        NOTHING,
        PATTERN,
        ANYTHING
    }

    private record Entry(Route route, Rest rest) {

        boolean matches(int segmentsLeft, String rawPath) {
            return switch (rest) {
                case NOTHING -> segmentsLeft == 0;
                case ANYTHING -> true;
                case PATTERN -> route.path().matches(PathContainer.parsePath(rawPath));
            };
        }
    }

    private static final class Node {

        private final Map<String, Node> children = new HashMap<>();
        private final List<Entry> entries = new ArrayList<>();

        void add(Entry entry) {
            entries.add(entry);
            entries.sort((a, b) -> {
                int byRest = a.rest().compareTo(b.rest());
                return byRest != 0
                        ? byRest
                        : PathPattern.SPECIFICITY_COMPARATOR.compare(
                                a.route().path(), b.route().path());
            });
        }

        @Nullable
        Route find(String[] segments, int depth, String rawPath) {
            Node child = depth < segments.length ? children.get(segments[depth]) : null;
            Route deeper = child == null ? null : child.find(segments, depth + 1, rawPath);
            return deeper != null ? deeper : own(segments.length - depth, rawPath);
        }

        private @Nullable Route own(int segmentsLeft, String rawPath) {
            for (Entry entry : entries) {
                if (entry.matches(segmentsLeft, rawPath)) {
                    return entry.route();
                }
            }
            return null;
        }
    }
}
