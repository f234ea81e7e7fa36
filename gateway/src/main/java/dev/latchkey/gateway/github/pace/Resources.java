package dev.latchkey.gateway.github.pace;

import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/**
 * Which quota a path uses. GitHub says so only in the answer; before it there is a guess, which answers put right. What is
 * learned is learned of shapes of paths, without anybody's names, and of a bounded number of them.
 */
final class Resources {

    static final String CORE = "core";
    static final String GRAPHQL = "graphql";
    private static final String OTHER = "other";

    private static final Set<String> KNOWN = Set.of(
            CORE,
            GRAPHQL,
            "search",
            "code_search",
            "integration_manifest",
            "source_import",
            "dependency_snapshots",
            "dependency_sbom",
            "actions_runner_registration",
            "scim",
            "code_scanning_upload",
            "code_scanning_autofix",
            "audit_log",
            "copilot_usage_records");
    private static final Set<String> BY_MINUTE = Set.of(
            "search",
            "code_search",
            "source_import",
            "dependency_snapshots",
            "dependency_sbom",
            "code_scanning_autofix");
    private static final long MINUTE = 60_000;
    private static final long HOUR = 60 * MINUTE;
    private static final int MOST_LEARNED = 1_000;
    private static final Pattern NAME = Pattern.compile("[a-z_]{1,40}");
    private static final Pattern VARIABLE =
            Pattern.compile("^/(repos)/[^/]+/[^/]+|^/(orgs|users|user|organizations|repositories|teams|gists)/[^/]+"
                    + "|/(?:[0-9]+|[0-9a-f]{7,})(?=/|$)");

    private final Map<String, String> learned = new ConcurrentHashMap<>();

    String of(String path) {
        String guess = guess(path);
        return learned.isEmpty() ? guess : learned.getOrDefault(shape(path), guess);
    }

    void learn(String path, String resource) {
        if (resource.equals(of(path))) {
            return;
        }
        String shape = shape(path);
        if (learned.size() < MOST_LEARNED || learned.containsKey(shape)) {
            learned.put(shape, resource);
        }
    }

    /** Whether that can be the name of a quota at all. */
    static boolean isName(String resource) {
        return NAME.matcher(resource).matches();
    }

    /** The name, or {@code other} for one that GitHub has made since. */
    static String label(String resource) {
        return KNOWN.contains(resource) ? resource : OTHER;
    }

    /** All that {@link #label} answers. */
    static Set<String> labels() {
        Set<String> labels = new TreeSet<>(KNOWN);
        labels.add(OTHER);
        return labels;
    }

    /** How long a window is thought to last, in milliseconds. */
    static long window(String resource) {
        return BY_MINUTE.contains(resource) ? MINUTE : HOUR;
    }

    private static String shape(String path) {
        return VARIABLE.matcher(path).replaceAll("/$1$2*");
    }

    private static String guess(String path) {
        if (path.startsWith("/search/")) {
            return path.startsWith("/search/code") ? "code_search" : "search";
        }
        if (path.startsWith("/scim/")) {
            return "scim";
        }
        if (path.startsWith("/app-manifests/")) {
            return "integration_manifest";
        }
        return ofEnd(path);
    }

    private static String ofEnd(String path) {
        if (path.endsWith("/dependency-graph/snapshots")) {
            return "dependency_snapshots";
        }
        if (path.endsWith("/dependency-graph/sbom")) {
            return "dependency_sbom";
        }
        if (path.endsWith("/actions/runners/registration-token") || path.endsWith("/actions/runners/remove-token")) {
            return "actions_runner_registration";
        }
        if (path.endsWith("/code-scanning/sarifs")) {
            return "code_scanning_upload";
        }
        if (path.endsWith("/audit-log")) {
            return "audit_log";
        }
        return path.endsWith("/import") ? "source_import" : CORE;
    }
}
