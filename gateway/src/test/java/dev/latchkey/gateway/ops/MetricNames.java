package dev.latchkey.gateway.ops;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** What the reference says, for tests of other packages. */
public final class MetricNames {

    private MetricNames() {}

    public static Set<String> all() {
        return Arrays.stream(Metric.values())
                .flatMap(metric -> metric.series().stream())
                .collect(Collectors.toSet());
    }

    public static boolean isKnown(String series, List<String> labels) {
        return Arrays.stream(Metric.values())
                .anyMatch(metric ->
                        metric.series().contains(series) && new HashSet<>(metric.tags()).equals(new HashSet<>(labels)));
    }
}
