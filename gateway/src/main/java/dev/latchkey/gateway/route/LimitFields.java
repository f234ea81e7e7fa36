package dev.latchkey.gateway.route;

import java.time.Duration;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.util.unit.DataSize;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.ScalarNode;

/** Reads {@code limits}: every number with its unit, so that none can be taken for another. */
final class LimitFields {

    static final Set<String> KEYS =
            Set.of("rate", "burst", "body", "headers", "timeout", "idle", "concurrent", "retries", "breaker");
    static final Set<String> BREAKER_KEYS = Set.of("failures", "of", "pause", "probes");
    private static final Pattern RATE = Pattern.compile("([1-9][0-9]{0,8})/([1-9][0-9]{0,3})?([smhd])");
    private static final Pattern PERCENT = Pattern.compile("([1-9][0-9]?|100)%");
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,9}");
    private static final Duration SHORTEST = Duration.ofMillis(10);
    private static final Duration LONGEST = Duration.ofHours(24);
    private static final int MOST_RETRIES = 5;
    private static final int MOST = 1_000_000;
    private static final Limits.Breaker STANDARD_BREAKER = new Limits.Breaker(50, 20, Duration.ofSeconds(10), 3);

    private final RouteYaml yaml;

    LimitFields(RouteYaml yaml) {
        this.yaml = yaml;
    }

    Limits read(@Nullable Node node) {
        if (node == null) {
            return Limits.NONE;
        }
        RouteYaml.Mapping limits = yaml.mapping(node);
        refuseUnknown(limits, KEYS, "is no limit");
        return new Limits(
                rate(limits.get("rate"), limits.get("burst")),
                size(limits.get("body")),
                size(limits.get("headers")),
                duration(limits.get("timeout")),
                duration(limits.get("idle")),
                number(limits.get("concurrent"), 1, MOST, 0),
                number(limits.get("retries"), 0, MOST_RETRIES, 0),
                breaker(limits.get("breaker")));
    }

    private void refuseUnknown(RouteYaml.Mapping mapping, Set<String> keys, String what) {
        mapping.keysOutside(keys)
                .forEach((key, value) ->
                        yaml.fault(value, "'" + key + "' " + what, "Use one of " + RouteFile.sorted(keys) + "."));
    }

    private Limits.@Nullable Rate rate(@Nullable Node rate, @Nullable Node burst) {
        if (rate == null) {
            if (burst != null) {
                yaml.fault(burst, "'burst' says nothing without 'rate'", "Add a rate such as 50/s.");
            }
            return null;
        }
        String text = yaml.text(rate);
        Matcher parts = RATE.matcher(text == null ? "" : text);
        if (!parts.matches()) {
            if (text != null) {
                yaml.fault(rate, "'" + text + "' is no rate", "Write requests and time, such as 50/s, 100/m or 5/10s.");
            }
            return null;
        }
        long requests = Long.parseLong(parts.group(1));
        int units = parts.group(2) == null ? 1 : Integer.parseInt(parts.group(2));
        Duration per = unit(parts.group(3)).multipliedBy(units);
        int most = (int) Math.min(requests, MOST);
        return new Limits.Rate(requests, per, number(burst, 1, MOST, most));
    }

    private static Duration unit(String letter) {
        return switch (letter) {
            case "s" -> Duration.ofSeconds(1);
            case "m" -> Duration.ofMinutes(1);
            case "h" -> Duration.ofHours(1);
            default -> Duration.ofDays(1);
        };
    }

    private @Nullable Long size(@Nullable Node node) {
        return parsed(node, "size", "Write it with its unit, such as 32KB or 10MB.", text -> {
            if (NUMBER.matcher(text).matches()) {
                throw new IllegalArgumentException("no unit");
            }
            long bytes = DataSize.parse(text).toBytes();
            return bytes > 0 ? bytes : null;
        });
    }

    @Nullable
    Duration duration(@Nullable Node node) {
        return parsed(node, "time from 10ms to 24h", "Write it with its unit, such as 500ms, 30s or 5m.", text -> {
            if (NUMBER.matcher(text).matches()) {
                throw new IllegalArgumentException("no unit");
            }
            Duration time = DurationStyle.detectAndParse(text);
            return time.compareTo(SHORTEST) >= 0 && time.compareTo(LONGEST) <= 0 ? time : null;
        });
    }

    private int number(@Nullable Node node, int least, int most, int standard) {
        Integer number = parsed(node, "number from " + least + " to " + most, "Write digits only.", text -> {
            int value = Integer.parseInt(text);
            return NUMBER.matcher(text).matches() && value >= least && value <= most ? value : null;
        });
        return number == null ? standard : number;
    }

    private Limits.@Nullable Breaker breaker(@Nullable Node node) {
        if (node == null) {
            return null;
        }
        if (node instanceof ScalarNode) {
            return Boolean.TRUE.equals(yaml.flag(node)) ? STANDARD_BREAKER : null;
        }
        RouteYaml.Mapping breaker = yaml.mapping(node);
        refuseUnknown(breaker, BREAKER_KEYS, "is no setting of a circuit breaker");
        Integer failures = parsed(breaker.get("failures"), "percentage", "Write it like 50%.", text -> {
            Matcher percent = PERCENT.matcher(text);
            return percent.matches() ? Integer.parseInt(percent.group(1)) : null;
        });
        Duration pause = duration(breaker.get("pause"));
        return new Limits.Breaker(
                failures == null ? STANDARD_BREAKER.failures() : failures,
                number(breaker.get("of"), 1, 10_000, STANDARD_BREAKER.of()),
                pause == null ? STANDARD_BREAKER.pause() : pause,
                number(breaker.get("probes"), 1, 1000, STANDARD_BREAKER.probes()));
    }

    private <T> @Nullable T parsed(
            @Nullable Node node, String kind, String remedy, Function<String, @Nullable T> parser) {
        String text = node == null ? null : yaml.text(node);
        if (node == null || text == null) {
            return null;
        }
        T value;
        try {
            value = parser.apply(text);
        } catch (IllegalArgumentException e) {
            value = null;
        }
        if (value == null) {
            yaml.fault(node, "'" + text + "' is no " + kind, remedy);
        }
        return value;
    }
}
