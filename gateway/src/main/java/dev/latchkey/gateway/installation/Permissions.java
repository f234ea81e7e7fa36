package dev.latchkey.gateway.installation;

import dev.latchkey.gateway.problem.ConfigurationFaults;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a token may do, by GitHub's names: {@code contents} to {@code read}. Empty means everything that the installation
 * was granted.
 */
public record Permissions(SortedMap<String, String> levels) {

    public static final Permissions ALL_GRANTED = new Permissions(new TreeMap<>());

    private static final List<String> ORDER = List.of("read", "write", "admin");
    private static final Set<String> LEVELS = Set.copyOf(ORDER);

    /** What ends at the repositories that a token reaches into (REST API, "Create an installation access token"). */
    private static final Set<String> OF_REPOSITORIES = Set.of(
            "actions",
            "administration",
            "attestations",
            "checks",
            "codespaces",
            "contents",
            "dependabot_secrets",
            "deployments",
            "discussions",
            "environments",
            "issues",
            "merge_queues",
            "metadata",
            "pages",
            "pull_requests",
            "repository_custom_properties",
            "repository_hooks",
            "repository_projects",
            "secret_scanning_alerts",
            "secrets",
            "security_events",
            "single_file",
            "statuses",
            "vulnerability_alerts",
            "workflows");

    public Permissions {
        levels = Collections.unmodifiableSortedMap(new TreeMap<>(levels));
    }

    /**
     * Reads a property of names and levels, collecting what is wrong. A name may have dashes or dots for its underscores,
     * which environment variables cannot tell apart.
     */
    public static Permissions parse(String property, Map<String, String> configured, ConfigurationFaults faults) {
        SortedMap<String, String> levels = new TreeMap<>();
        configured.forEach((name, level) -> {
            String plain = name.toLowerCase(Locale.ROOT).replace('-', '_').replace('.', '_');
            if (!plain.matches("[a-z0-9_]{1,64}") || !LEVELS.contains(level)) {
                faults.add(
                        property + "." + name,
                        "'" + level + "' is no level of a permission",
                        "Write a name and a level as GitHub has them, such as contents: read.");
            } else {
                levels.put(plain, level);
            }
        });
        return new Permissions(levels);
    }

    /**
     * Of what an installation was granted, that which concerns repositories, and no more than these where they are any.
     *
     * @param granted names and levels as GitHub describes an installation
     */
    public Permissions ofRepositories(Map<String, String> granted) {
        SortedMap<String, String> fewer = new TreeMap<>();
        granted.forEach((name, level) -> {
            String most = isEverything() ? level : levels.get(name);
            if (OF_REPOSITORIES.contains(name) && most != null && ORDER.contains(level)) {
                fewer.put(name, ORDER.indexOf(level) <= ORDER.indexOf(most) ? level : most);
            }
        });
        return new Permissions(fewer);
    }

    /** Whether nothing is named. Of a token that means everything that there is. */
    public boolean isEverything() {
        return levels.isEmpty();
    }
}
