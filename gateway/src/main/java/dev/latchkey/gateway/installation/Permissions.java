package dev.latchkey.gateway.installation;

import dev.latchkey.gateway.problem.ConfigurationFaults;
import java.util.Collections;
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

    private static final Set<String> LEVELS = Set.of("read", "write", "admin");

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

    boolean isEverything() {
        return levels.isEmpty();
    }
}
