package dev.latchkey.gateway.facade.updates;

import dev.latchkey.gateway.installation.RepositoryName;
import dev.latchkey.gateway.problem.ConfigurationFaults;
import dev.latchkey.gateway.problem.Problem;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What {@code builtin:updates} compares.
 *
 * @param repository owner and name of the repository whose releases count
 * @param currentVersion the semantic version that runs, with or without a {@code v} before it
 * @param prereleases whether a pre-release counts as an update
 * @param interval how often to look without being asked, in the name of who last asked; 0 for never
 * @param cache how long one person's answer is told again before GitHub is asked; 0 to ask whenever the passthrough's cache would
 * @param platform operating system and architecture of the asset to offer, such as {@code linux-arm64}; unset, the gateway's own
 */
@ConfigurationProperties("latchkey.updates")
record UpdatesProperties(
        @DefaultValue("Dvorinka/Trackeep") String repository,
        @DefaultValue("1.0.0") String currentVersion,
        @DefaultValue("false") boolean prereleases,
        @DefaultValue("24h") Duration interval,
        @DefaultValue("0") Duration cache,
        @Nullable String platform) {

    private static final Duration SHORTEST_INTERVAL = Duration.ofMinutes(1);
    private static final Duration LONGEST_CACHE = Duration.ofDays(1);

    void check(ConfigurationFaults faults) {
        if (repositoryName().isEmpty()) {
            faults.add(
                    "latchkey.updates.repository",
                    "'" + repository + "' names no repository",
                    "Write owner and name with a slash between them, such as acme/wiki.");
        }
        if (SemanticVersion.parse(currentVersion).isEmpty()) {
            faults.add(
                    "latchkey.updates.current-version",
                    "'" + currentVersion + "' is no semantic version",
                    "Write the version that runs, such as 1.2.3 or 1.3.0-rc.1.");
        }
        if (interval.isNegative() || (!interval.isZero() && interval.compareTo(SHORTEST_INTERVAL) < 0)) {
            faults.add(
                    "latchkey.updates.interval",
                    "'" + interval + "' is shorter than a minute",
                    "Write a duration such as 24h, or 0 to look only when somebody asks.");
        }
        if (cache.isNegative() || cache.compareTo(LONGEST_CACHE) > 0) {
            faults.add(
                    "latchkey.updates.cache",
                    "'" + cache + "' is not from 0 to a day",
                    "Write a duration such as 5m, or 0.");
        }
        if (platform != null && Platform.parse(platform).isEmpty()) {
            faults.add(
                    "latchkey.updates.platform",
                    "'" + platform + "' is no platform",
                    "Write operating system and architecture with a dash between them, such as linux-amd64.");
        }
    }

    /** Empty if that names none. What can be a name at GitHub needs no escaping in a path and cannot lead out of it. */
    Optional<RepositoryName> repositoryName() {
        String[] parts = repository.split("/", -1);
        try {
            return parts.length == 2 ? Optional.of(new RepositoryName(parts[0], parts[1])) : Optional.empty();
        } catch (Problem noName) {
            return Optional.empty();
        }
    }
}
