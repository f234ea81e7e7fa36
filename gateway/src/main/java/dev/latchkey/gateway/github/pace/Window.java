package dev.latchkey.gateway.github.pace;

import java.util.Map;
import java.util.TreeMap;

/**
 * What was used in a time that slides. Use is kept in cells, and a cell counts until the last moment in it is past the
 * window: it can count too long by a cell, never too short.
 */
final class Window {

    private final long width;
    private final long cell;
    private final TreeMap<Long, Long> cells = new TreeMap<>();

    /** A window of so many milliseconds, kept to so many milliseconds. */
    Window(long width, long cell) {
        this.width = width;
        this.cell = cell;
    }

    void add(long at, long amount) {
        if (amount > 0) {
            cells.merge(Math.floorDiv(at, cell), amount, Long::sum);
        }
    }

    long sum(long now) {
        while (!cells.isEmpty() && end(cells.firstKey()) <= now) {
            cells.pollFirstEntry();
        }
        long sum = 0;
        for (long amount : cells.values()) {
            sum += amount;
        }
        return sum;
    }

    /** When at least so much of what counts now counts no more; never, if there is not so much. */
    long freedAt(long amount) {
        long freed = 0;
        for (Map.Entry<Long, Long> each : cells.entrySet()) {
            freed += each.getValue();
            if (freed >= amount) {
                return end(each.getKey());
            }
        }
        return Gate.UNKNOWN;
    }

    /**
     * Takes in what another account of the same use holds: up to that time both have written down the same, after it each
     * its own.
     */
    void takeIn(Window other, long since) {
        long shared = Math.floorDiv(since, cell);
        other.cells.forEach((at, amount) -> cells.merge(at, amount, at < shared ? Math::max : Long::sum));
    }

    long width() {
        return width;
    }

    Map<Long, Long> cells() {
        return cells;
    }

    private long end(long index) {
        return (index + 1) * cell + width;
    }
}
