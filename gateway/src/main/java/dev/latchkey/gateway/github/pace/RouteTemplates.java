package dev.latchkey.gateway.github.pace;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Names what a path of GitHub's API is for, as GitHub's own description does: {@code /repos/{owner}/{repo}/issues}. So it can be
 * counted without anybody's name in it, and under no more names than the description has.
 *
 * <p>The segments of a path lead down a tree of the templates' segments, a word before a variable, so that the number of
 * templates does not matter.
 *
 * @see <a href="https://github.com/github/rest-api-description">GitHub's OpenAPI description</a>
 */
public final class RouteTemplates {

    /** What no template fits. */
    public static final String OTHER = "other";

    public static final String GRAPHQL = "/graphql";

    private static final String RESOURCE = "route-templates.txt";

    /** Variables that GitHub lets span several segments where they come last. */
    private static final Set<String> SPANNING =
            Set.of("{path}", "{dir}", "{ref}", "{branch}", "{tag}", "{basehead}", "{subject_digest}");

    /** GitHub's own links name these by number, which the description does not tell. */
    private static final Map<String, String> NUMBERED =
            Map.of("repositories", "/repos/0/", "organizations", "/orgs/", "user", "/users/");

    /** No template is as long; whatever is behind belongs to a name. */
    private static final int MOST_SEGMENTS = 24;

    private static final Node ROOT = read();

    private RouteTemplates() {}

    /** The template of a raw path, without its query; {@link #OTHER} if there is none. */
    public static String of(String path) {
        if (path.equals(GRAPHQL)) {
            return GRAPHQL;
        }
        if (path.isEmpty() || path.charAt(0) != '/') {
            return OTHER;
        }
        String found = ROOT.find(segments(named(path)), 0);
        return found == null ? OTHER : found;
    }

    private static String[] segments(String path) {
        return path.substring(1).split("/", MOST_SEGMENTS);
    }

    private static String named(String path) {
        int end = path.indexOf('/', 1);
        String beginning = end < 0 ? null : NUMBERED.get(path.substring(1, end));
        boolean number = beginning != null && end + 1 < path.length() && isDigit(path.charAt(end + 1));
        return number ? beginning + path.substring(end + 1) : path;
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static Node read() {
        Node root = new Node();
        InputStream resource = Objects.requireNonNull(RouteTemplates.class.getResourceAsStream(RESOURCE), RESOURCE);
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(resource, UTF_8))) {
            lines.lines().filter(line -> line.startsWith("/")).forEach(root::add);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return root;
    }

    private static final class Node {

        private final Map<String, Node> words = new HashMap<>();
        private @Nullable Node variable;
        private @Nullable String template;

        /** Of the variable that may take all the rest. */
        private @Nullable String spanning;

        void add(String line) {
            String[] segments = segments(line);
            Node node = this;
            for (int i = 0; i < segments.length; i++) {
                String segment = segments[i];
                if (i == segments.length - 1 && SPANNING.contains(segment)) {
                    node.spanning = line;
                }
                node = segment.startsWith("{") ? node.variable() : node.words.computeIfAbsent(segment, s -> new Node());
            }
            if (node.template == null) {
                node.template = line;
            }
        }

        private Node variable() {
            if (variable == null) {
                variable = new Node();
            }
            return variable;
        }

        @Nullable
        String find(String[] segments, int at) {
            if (at == segments.length) {
                return template;
            }
            Node word = words.get(segments[at]);
            String found = word == null ? null : word.find(segments, at + 1);
            if (found == null && variable != null && !segments[at].isEmpty()) {
                found = variable.find(segments, at + 1);
            }
            return found == null ? spanning : found;
        }
    }
}
