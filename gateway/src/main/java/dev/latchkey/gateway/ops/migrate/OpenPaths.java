package dev.latchkey.gateway.ops.migrate;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What oauth2-proxy opened by regular expressions, as path patterns. Where the two cannot say the same the pattern opens
 * less; what has no pattern stays closed and is told.
 */
final class OpenPaths {

    private static final String REGEX = "skip_auth_regex";
    private static final String ROUTES = "skip_auth_routes";
    private static final Pattern METHOD = Pattern.compile("[A-Z]{3,16}");
    private static final Pattern PLAIN = Pattern.compile("(/[A-Za-z0-9._~*-]*)*");
    /** Stands for a part of a path in between; nothing that can be in an expression which has a pattern. */
    private static final String SEGMENT = "\0";

    private static final int MOST_VARIANTS = 20;

    private final Remarks remarks;

    OpenPaths(Remarks remarks) {
        this.remarks = remarks;
    }

    /** Lines for {@code public}, such as {@code GET /healthz}. */
    List<String> lines(OldSettings settings) {
        Set<String> lines = new LinkedHashSet<>();
        settings.list(REGEX).forEach(regex -> lines.addAll(open(REGEX, regex, "", regex)));
        settings.list(ROUTES).forEach(route -> lines.addAll(route(route)));
        if (settings.flag("skip_auth_preflight", false)) {
            lines.add("OPTIONS /**");
        }
        return new ArrayList<>(lines);
    }

    private List<String> route(String route) {
        int equals = route.indexOf('=');
        if (equals > 0 && route.charAt(equals - 1) == '!' || route.startsWith("!=")) {
            remarks.lost(ROUTES, "'" + route + "' opens whatever does not match; name the open paths under 'public'");
            return List.of();
        }
        String method = equals < 0 ? "" : route.substring(0, equals).toUpperCase(Locale.ROOT);
        if (!method.isEmpty() && !METHOD.matcher(method).matches()) {
            remarks.lost(ROUTES, "'" + route + "' has no method before its '='");
            return List.of();
        }
        return open(ROUTES, route, method, route.substring(equals + 1));
    }

    private List<String> open(String option, String written, String method, String regex) {
        boolean atStart = regex.startsWith("^");
        List<String> patterns = new ArrayList<>();
        for (String variant : variants(atStart ? regex.substring(1) : regex)) {
            List<String> found = patterns(variant);
            if (found.isEmpty()) {
                remarks.lost(option, "'" + written + "' has no path pattern; name the open paths under 'public'");
                return List.of();
            }
            patterns.addAll(found);
        }
        if (!atStart) {
            remarks.unsafe(
                    option,
                    "'" + written + "' matched anywhere in a path, and before 7.11 in the query too;"
                            + " it now opens what begins so");
        }
        if (patterns.contains("/**")) {
            remarks.unsafe(option, "'" + written + "' opens everything to everybody");
        }
        return patterns.stream()
                .map(pattern -> method.isEmpty() ? pattern : method + ' ' + pattern)
                .toList();
    }

    /** One text for each alternative of plain groups such as {@code (css|js)}. */
    private static List<String> variants(String regex) {
        int open = regex.indexOf('(');
        int close = regex.indexOf(')', open);
        String group = open < 0 || close < 0 ? "" : regex.substring(open + 1, close);
        boolean last = close + 1 == regex.length();
        boolean ending = last && (group.equals("/|$") || group.equals("$|/"));
        if (!group.contains("|") || group.contains("(") || ending) {
            return List.of(regex);
        }
        List<String> all = new ArrayList<>();
        for (String alternative : group.replaceFirst("^\\?:", "").split("\\|")) {
            all.addAll(variants(regex.substring(0, open) + alternative + regex.substring(close + 1)));
        }
        return all.size() > MOST_VARIANTS ? List.of(regex) : all;
    }

    /** The patterns that open what this opens or less; none if there are no such. */
    private static List<String> patterns(String regex) {
        String body = regex;
        String tail = "/**";
        boolean whole = false;
        boolean below = false;
        if (body.endsWith("(/.*)?$") || body.endsWith("(/.*)?")) {
            body = body.substring(0, body.lastIndexOf('('));
        } else if (body.endsWith("(/|$)") || body.endsWith("($|/)")) {
            body = body.substring(0, body.lastIndexOf('('));
        } else if (body.endsWith(".*$") || body.endsWith(".*")) {
            body = body.replaceFirst("\\.\\*\\$?$", "");
        } else if (body.endsWith(".+$") || body.endsWith(".+")) {
            // At least one character more: below it, and not itself.
            body = body.replaceFirst("\\.\\+\\$?$", "");
            body = body.endsWith("/") ? body : body + '/';
            below = true;
        } else if (body.endsWith("/*")) {
            // As many slashes as there are, and whatever comes then.
            body = body.substring(0, body.length() - 2);
        } else if (body.endsWith("/?$")) {
            body = body.substring(0, body.length() - 3);
            whole = true;
        } else if (body.endsWith("$")) {
            body = body.substring(0, body.length() - 1);
            whole = true;
        }
        String segments = body.replace("[^/]+", SEGMENT).replace("[^/]*", SEGMENT);
        String path = segments.replaceAll("\\\\([./_~-])", "$1");
        // A star of the expression's own repeats what stands before it; in a pattern it would be anything.
        if (!path.startsWith("/") || path.indexOf('*') >= 0 || path.contains("//")) {
            return List.of();
        }
        path = path.replace(SEGMENT, "*");
        if (!PLAIN.matcher(path).matches()) {
            return List.of();
        }
        if (whole) {
            return List.of(path);
        }
        // What is below '/a/' is not '/a' itself, which the pattern '/a/**' would open too.
        if (!path.endsWith("/") || path.equals("/")) {
            return List.of(path.equals("/") ? tail : path + tail);
        }
        return below ? List.of(path + '*' + tail) : List.of(path, path + '*' + tail);
    }
}
