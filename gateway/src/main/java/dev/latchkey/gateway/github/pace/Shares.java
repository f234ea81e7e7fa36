package dev.latchkey.gateway.github.pace;

import java.util.HashMap;
import java.util.Map;

/**
 * Whose turn it is: start-time fair queueing. Each app has a tag that grows with what it uses, the slower the more its
 * weight; the lowest tag goes first. One that was quiet starts where the others are, so it neither waits for them nor makes
 * up for its silence.
 *
 * @see <a href="https://ieeexplore.ieee.org/document/649569">P. Goyal, H. Vin, H. Cheng: Start-time fair queueing</a>
 */
final class Shares {

    private static final int MOST = 1_000;

    /** So that weights up to a thousand make a difference in whole numbers. */
    private static final long UNIT = 1_000;

    private final Map<String, Long> tags = new HashMap<>();
    private long now;

    /** Where that app stands; lower goes first. */
    long tag(String app) {
        return Math.max(now, tags.getOrDefault(app, 0L));
    }

    /** Whether that app, after one more turn, would still have had no more than another lately. */
    boolean isBehind(String app) {
        long after = tag(app) + UNIT;
        return tags.values().stream().anyMatch(tag -> tag >= after);
    }

    /**
     * That app has a turn.
     *
     * @param batch whether it asks for so much that it is no person's doing: such a turn costs it twice as much
     */
    void take(String app, int cost, int weight, boolean batch) {
        long start = tag(app);
        now = start;
        tags.values().removeIf(tag -> tag <= start);
        if (tags.size() < MOST) {
            tags.put(app, start + (batch ? 2 : 1) * cost * UNIT / weight);
        }
    }

    void takeIn(Shares other) {
        now = Math.max(now, other.now);
        other.tags.forEach((app, tag) -> tags.merge(app, tag, Math::max));
    }

    void write(Ink ink) {
        ink.write(now).write(tags.size());
        tags.forEach((app, tag) -> ink.write(app).write(tag - now));
    }

    static Shares read(Ink ink) {
        Shares shares = new Shares();
        shares.now = ink.read();
        int count = ink.readInt();
        for (int i = 0; i < count; i++) {
            shares.tags.put(ink.readText(), shares.now + ink.read());
        }
        return shares;
    }
}
