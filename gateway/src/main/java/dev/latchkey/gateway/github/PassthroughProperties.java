package dev.latchkey.gateway.github;

import dev.latchkey.gateway.problem.ConfigurationFaults;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * How GitHub's API is passed through.
 *
 * @param rewriteBodies whether GitHub's addresses in JSON bodies become the gateway's; those in headers always do
 * @param patience how long a call waits for a limit of GitHub's to pass before it is refused
 * @param timeout from the end of a request to the head of GitHub's answer
 * @param concurrent how many calls may wait for GitHub's answer at once, of everybody together
 * @param cache what is kept of the answers
 */
@ConfigurationProperties("latchkey.passthrough")
record PassthroughProperties(
        @DefaultValue("true") boolean rewriteBodies,
        @DefaultValue("10s") Duration patience,
        @DefaultValue("15s") Duration timeout,
        @DefaultValue("128") int concurrent,
        @DefaultValue Kept cache) {

    /**
     * What is kept.
     *
     * @param size all of it, in memory
     * @param largest the longest body that is kept; a longer one streams by
     * @param stale how old an answer may be that is given because GitHub cannot be asked
     * @param sparing how old one may be that is given at once because the quota runs low, while it is being renewed
     * @param missing how long it is believed that something is not there
     * @param missingLongest the same at most, of what has not been there for ten times as long
     * @param far what each node may keep in Redis for all of them, as long as it has not ended; 0 keeps nothing there
     * @param farLife how long that is kept after it was last written
     */
    record Kept(
            @DefaultValue("64MB") DataSize size,
            @DefaultValue("1MB") DataSize largest,
            @DefaultValue("1h") Duration stale,
            @DefaultValue("10m") Duration sparing,
            @DefaultValue("5s") Duration missing,
            @DefaultValue("1h") Duration missingLongest,
            @DefaultValue("256MB") DataSize far,
            @DefaultValue("2d") Duration farLife) {}

    private static final Duration LONGEST = Duration.ofMinutes(10);
    private static final Duration DAY = Duration.ofDays(1);
    private static final Duration MONTH = Duration.ofDays(31);
    private static final int MOST_CALLS = 10_000;

    void check(ConfigurationFaults faults) {
        checkDuration("patience", patience, LONGEST, faults);
        checkDuration("timeout", timeout, LONGEST, faults);
        checkDuration("cache.stale", cache.stale(), DAY, faults);
        checkDuration("cache.sparing", cache.sparing(), DAY, faults);
        checkDuration("cache.missing", cache.missing(), LONGEST, faults);
        checkDuration("cache.missing-longest", cache.missingLongest(), DAY, faults);
        checkDuration("cache.far-life", cache.farLife(), MONTH, faults);
        if (timeout.isZero()) {
            faults.add("latchkey.passthrough.timeout", "it is 0", "Write a duration such as 15s.");
        }
        if (concurrent < 1 || concurrent > MOST_CALLS) {
            faults.add(
                    "latchkey.passthrough.concurrent",
                    "'" + concurrent + "' is not from 1 to " + MOST_CALLS,
                    "Write a number such as 128.");
        }
        if (cache.far().toBytes() < 0
                || (cache.far().toBytes() > 0 && cache.farLife().isZero())) {
            faults.add(
                    "latchkey.passthrough.cache.far",
                    "it is less than nothing, or kept for no time",
                    "Write a size such as 256MB and far-life: 2d, or far: 0B.");
        }
        if (cache.largest().toBytes() < 0
                || cache.largest().toBytes() > 16 << 20
                || cache.size().toBytes() < cache.largest().toBytes()) {
            faults.add(
                    "latchkey.passthrough.cache",
                    "the largest body is more than 16 MB, or more than all that is kept",
                    "Write sizes such as size: 64MB and largest: 1MB.");
        }
    }

    private static void checkDuration(String name, Duration value, Duration longest, ConfigurationFaults faults) {
        if (value.isNegative() || value.compareTo(longest) > 0) {
            faults.add(
                    "latchkey.passthrough." + name,
                    "'" + value + "' is not from 0 to " + longest.toMinutes() + " minutes",
                    "Write a duration such as 10s.");
        }
    }
}
