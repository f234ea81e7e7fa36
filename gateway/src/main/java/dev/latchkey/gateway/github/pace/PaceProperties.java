package dev.latchkey.gateway.github.pace;

import dev.latchkey.gateway.problem.ConfigurationFaults;
import java.time.Duration;
import java.util.Map;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How calls to GitHub are paced. The defaults keep to what GitHub documents; whoever has GitHub's word for more can raise them.
 *
 * @param concurrency calls of a person or an installation under way at once, on all nodes together
 * @param overall calls under way at once for everybody, on all nodes together
 * @param points REST points a minute; reading costs 1, changing 5. GitHub grants 900, of which the rest is for what the
 *     gateway itself asks about people
 * @param graphqlPoints GraphQL points a minute; a query costs 1, a mutation 5
 * @param cpu how long the calls of a minute may take GitHub, added up
 * @param graphqlCpu how much of that may be GraphQL
 * @param betweenWrites from the end of a change to the beginning of the next
 * @param betweenNotifications the same between changes that notify people
 * @param contentPerMinute pieces of content created in a minute
 * @param contentPerHour pieces of content created in an hour
 * @param reserve what is left of a quota for the gateway's own calls and for those made elsewhere, at most a twentieth of it
 * @param low the part of a quota below which what is left is spread over the time to its reset
 * @param weights an app's (route's) share of a person's calls beside the others; 1 if not named
 * @param queue calls of a person or an installation that may wait on a node
 * @param principals persons and installations that a node keeps in mind
 * @param nodes how many nodes there are thought to be as long as they cannot be counted
 */
@ConfigurationProperties("latchkey.passthrough.pace")
record PaceProperties(
        @DefaultValue("8") int concurrency,
        @DefaultValue("64") int overall,
        @DefaultValue("850") int points,
        @DefaultValue("2000") int graphqlPoints,
        @DefaultValue("80s") Duration cpu,
        @DefaultValue("50s") Duration graphqlCpu,
        @DefaultValue("1s") Duration betweenWrites,
        @DefaultValue("3s") Duration betweenNotifications,
        @DefaultValue("80") int contentPerMinute,
        @DefaultValue("500") int contentPerHour,
        @DefaultValue("20") int reserve,
        @DefaultValue("0.5") double low,
        @DefaultValue Map<String, Integer> weights,
        @DefaultValue("500") int queue,
        @DefaultValue("50000") int principals,
        @DefaultValue("4") int nodes) {

    static final String PREFIX = "latchkey.passthrough.pace";

    Limits limits() {
        return new Limits(
                concurrency,
                points,
                graphqlPoints,
                cpu.toMillis(),
                graphqlCpu.toMillis(),
                betweenWrites.toMillis(),
                betweenNotifications.toMillis(),
                contentPerMinute,
                contentPerHour,
                reserve,
                low,
                1);
    }

    void check(ConfigurationFaults faults) {
        between(faults, "concurrency", concurrency, 1, 90);
        between(faults, "overall", overall, 1, 10_000);
        between(faults, "points", points, 5, 100_000);
        between(faults, "graphql-points", graphqlPoints, 5, 100_000);
        between(faults, "cpu", cpu, Duration.ofSeconds(15), Duration.ofHours(1));
        between(faults, "graphql-cpu", graphqlCpu, Duration.ofSeconds(15), Duration.ofHours(1));
        between(faults, "between-writes", betweenWrites, Duration.ZERO, Duration.ofMinutes(1));
        between(faults, "between-notifications", betweenNotifications, Duration.ZERO, Duration.ofMinutes(1));
        between(faults, "content-per-minute", contentPerMinute, 1, 10_000);
        between(faults, "content-per-hour", contentPerHour, 1, 100_000);
        between(faults, "reserve", reserve, 0, 10_000);
        between(faults, "queue", queue, 1, 100_000);
        between(faults, "principals", principals, 1, 10_000_000);
        between(faults, "nodes", nodes, 1, 100);
        weights.forEach((app, weight) -> between(faults, "weights." + app, weight, 1, 1_000));
        if (!(low >= 0 && low <= 1)) {
            faults.add(PREFIX + ".low", "'" + low + "' is out of range", "Write a number from 0 to 1.");
        }
    }

    private static void between(ConfigurationFaults faults, String name, long value, long least, long most) {
        if (value < least || value > most) {
            faults.add(
                    PREFIX + "." + name,
                    "'" + value + "' is out of range",
                    "Write a number from " + least + " to " + most + ".");
        }
    }

    private static void between(
            ConfigurationFaults faults, String name, Duration value, Duration least, Duration most) {
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            faults.add(
                    PREFIX + "." + name,
                    "'" + value.toMillis() + "ms' is out of range",
                    "Write a time from " + least.toMillis() + "ms to " + most.toMillis() + "ms.");
        }
    }
}
