package dev.latchkey.gateway.web;

import java.util.HashMap;
import java.util.Map;

/**
 * The memory that bodies may take as long as nobody has vouched for them. Strangers share it, however many they are, and
 * those of one neighbourhood have half of it at most: so it takes several to leave others without.
 */
public final class BodyRoom {

    private final long ofAll;
    private final long ofNeighbours;
    private final Map<String, Long> taken = new HashMap<>();
    private long sum;

    /** So many bytes. */
    public BodyRoom(long bytes) {
        this.ofAll = bytes;
        this.ofNeighbours = bytes / 2;
    }

    /**
     * Whether there were so many bytes left for that address; if so, they are taken until they are {@link #giveBack given
     * back}.
     */
    public synchronized boolean take(String address, int bytes) {
        String neighbours = AddressBlock.neighbours(address);
        long theirs = taken.getOrDefault(neighbours, 0L) + bytes;
        if (sum + bytes > ofAll || theirs > ofNeighbours) {
            return false;
        }
        taken.put(neighbours, theirs);
        sum += bytes;
        return true;
    }

    /** What was taken for that address, or a part of it. */
    public synchronized void giveBack(String address, long bytes) {
        taken.computeIfPresent(
                AddressBlock.neighbours(address), (key, theirs) -> theirs == bytes ? null : theirs - bytes);
        sum -= bytes;
    }
}
