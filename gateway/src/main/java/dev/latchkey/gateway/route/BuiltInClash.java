package dev.latchkey.gateway.route;

import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.server.PathContainer;

/**
 * Two routes of one host, of which one leads to a built-in with paths of its own, and one takes from the other what it is there
 * for. The longest literal beginning would decide between them without a word, and somebody would look long for what answers.
 *
 * @param what the end of a sentence about the route that came second
 */
record BuiltInClash(String what, String remedy) {

    private static final String BELOW = "/**";
    /** A segment whose values are written down, such as <code>{area:oauth|token}</code>: nothing else is taken. */
    private static final Pattern SPELT_OUT = Pattern.compile("\\{\\w+:[a-z|]+}");

    /** Null if they get along. */
    static @Nullable BuiltInClash between(Route fresh, Route claimed) {
        if (!Objects.equals(fresh.host(), claimed.host()) || fresh.backend().equals(claimed.backend())) {
            return null;
        }
        BuiltInClash ofFresh = about(fresh, claimed, true);
        return ofFresh == null ? about(claimed, fresh, false) : ofFresh;
    }

    private static @Nullable BuiltInClash about(Route builtIn, Route other, boolean builtInIsFresh) {
        BuiltIn served = builtIn.builtIn();
        if (served == null || served.paths().isEmpty()) {
            return null;
        }
        BuiltInMount mount = BuiltInMount.of(builtIn);
        String taken = takenFrom(builtIn, mount.reached(served.paths()), other);
        if (taken != null) {
            return builtInIsFresh
                    ? new BuiltInClash(
                            "route " + other.id() + " takes " + taken + " from what it leads to, " + builtIn.backend(),
                            "Narrow the path of one of them, or give one a host of its own.")
                    : new BuiltInClash(
                            "it takes " + taken + " from " + builtIn.backend() + " of route " + builtIn.id(),
                            "Narrow the path of one of them, or give one a host of its own.");
        }
        if (!takesTooMuch(builtIn, mount.reached(served.areas()), other)) {
            return null;
        }
        String pattern = builtIn.path().getPatternString();
        String remedy = "Give " + builtIn.backend() + " one of its own paths (" + String.join(", ", served.paths())
                + ") in a file for each, a prefix of its own, or a host of its own.";
        return builtInIsFresh
                ? new BuiltInClash("it takes all of " + pattern + " from route " + other.id(), remedy)
                : new BuiltInClash("route " + builtIn.id() + " takes all of " + pattern + " from it", remedy);
    }

    /** One of the built-in's paths that the other route would be given, or null. */
    private static @Nullable String takenFrom(Route builtIn, List<String> paths, Route other) {
        String own = beginningOf(builtIn);
        String others = beginningOf(other);
        if (others.length() <= own.length() || !BuiltInMount.isWithin(others, own + BELOW)) {
            return null;
        }
        return paths.stream()
                .filter(path -> BuiltInMount.isWithin(path, own + BELOW) || BuiltInMount.isWithin(own, path))
                .filter(path -> path.endsWith(BELOW)
                        ? BuiltInMount.isWithin(others, path) || BuiltInMount.isWithin(path, others + BELOW)
                        : other.path().matches(PathContainer.parsePath(path)))
                .findFirst()
                .orElse(null);
    }

    /** Whether the built-in's route is within the other one and holds more than the built-in answers at. */
    private static boolean takesTooMuch(Route builtIn, List<String> areas, Route other) {
        String own = beginningOf(builtIn);
        String others = beginningOf(other);
        boolean within = others.length() < own.length() && BuiltInMount.isWithin(own, others + BELOW);
        boolean atItsOwn = BuiltInMount.of(builtIn).prefix().isEmpty();
        String pattern = builtIn.path().getPatternString();
        if (SPELT_OUT.matcher(pattern).find()) {
            return false;
        }
        boolean plain = own.equals(pattern);
        String area = plain ? own : own + BELOW;
        return within && atItsOwn && areas.stream().noneMatch(path -> BuiltInMount.isWithin(area, path));
    }

    private static String beginningOf(Route route) {
        StringBuilder beginning = new StringBuilder();
        for (String segment : route.path().getPatternString().substring(1).split("/")) {
            if (segment.isEmpty() || segment.chars().anyMatch(c -> "*?{".indexOf(c) >= 0)) {
                break;
            }
            beginning.append('/').append(segment);
        }
        return beginning.toString();
    }
}
