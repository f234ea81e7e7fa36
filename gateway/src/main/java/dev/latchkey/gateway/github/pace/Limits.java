package dev.latchkey.gateway.github.pace;

/**
 * The limits that a ledger keeps to. Times are in milliseconds.
 *
 * @param concurrency calls of a principal under way at once
 * @param points REST points in a minute
 * @param graphPoints GraphQL points in a minute
 * @param cpu time GitHub spends on calls in a minute, as measured by its answers
 * @param graphCpu that part of it which GraphQL may take
 * @param writeGap from the end of a change to the next
 * @param notifyGap from the end of a change that notifies people to the next such
 * @param contentAMinute pieces of content created in a minute
 * @param contentAnHour pieces of content created in an hour
 * @param reserve what is left of a quota of thousands for the gateway itself and for surprises
 * @param low the part of a quota below which what is left gets spread
 * @param share among how many nodes that know nothing of each other all of this is divided
 */
record Limits(
        int concurrency,
        int points,
        int graphPoints,
        long cpu,
        long graphCpu,
        long writeGap,
        long notifyGap,
        int contentAMinute,
        int contentAnHour,
        int reserve,
        double low,
        int share) {

    private static final int WRITE_POINTS = 5;
    /** What the slowest call takes: with less, none could ever go. */
    private static final long ONE_CALL = 10_000;

    /** What is left to one of so many nodes while they cannot agree. */
    Limits sharedBy(int nodes) {
        return new Limits(
                Math.max(1, concurrency / nodes),
                Math.max(WRITE_POINTS, points / nodes),
                Math.max(WRITE_POINTS, graphPoints / nodes),
                Math.max(ONE_CALL, cpu / nodes),
                Math.max(ONE_CALL, graphCpu / nodes),
                writeGap * nodes,
                notifyGap * nodes,
                Math.max(1, contentAMinute / nodes),
                Math.max(1, contentAnHour / nodes),
                reserve,
                low,
                nodes);
    }
}
