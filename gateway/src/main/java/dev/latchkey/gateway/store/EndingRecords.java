package dev.latchkey.gateway.store;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.h2.mvstore.Cursor;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.type.StringDataType;
import org.jspecify.annotations.Nullable;

/**
 * Records by key, and beside them the order in which they end, so that a sweep touches only what has ended.
 *
 * <p>Reading is for every thread, changing for one at a time. A change writes the new entry of the order before the
 * record and deletes the old one after it: wherever the file is cut, no record is left that nothing would end. An entry
 * too many is harmless, since a sweep believes only the record.
 */
final class EndingRecords {

    private static final int END_DIGITS = 16;
    private static final String NO_MORE = "";

    private final MVMap<String, Stored> records;
    private final MVMap<String, String> order;

    EndingRecords(MVStore file, String name) {
        this.records = file.openMap(
                name,
                new MVMap.Builder<String, Stored>()
                        .keyType(StringDataType.INSTANCE)
                        .valueType(Stored.Type.INSTANCE));
        this.order = file.openMap(
                name + "-ends",
                new MVMap.Builder<String, String>()
                        .keyType(StringDataType.INSTANCE)
                        .valueType(StringDataType.INSTANCE));
    }

    @Nullable
    Stored find(String key, long now) {
        Stored stored = records.get(key);
        return stored != null && stored.isLiveAt(now) ? stored : null;
    }

    /** The live keys that begin so, in their order. */
    List<String> keys(String prefix, long now) {
        List<String> keys = new ArrayList<>();
        Cursor<String, Stored> cursor = records.cursor(prefix);
        while (cursor.hasNext()) {
            String key = cursor.next();
            if (!key.startsWith(prefix)) {
                break;
            }
            if (cursor.getValue().isLiveAt(now)) {
                keys.add(key);
            }
        }
        return keys;
    }

    int size() {
        return records.size();
    }

    void put(String key, Stored stored) {
        Stored before = records.get(key);
        if (before != null && before.end() == stored.end()) {
            records.put(key, stored);
            return;
        }
        order.put(entry(stored.end(), key), NO_MORE);
        records.put(key, stored);
        if (before != null) {
            order.remove(entry(before.end(), key));
        }
    }

    /** Whether there was a live one. */
    boolean remove(String key, long now) {
        Stored before = records.remove(key);
        if (before == null) {
            return false;
        }
        order.remove(entry(before.end(), key));
        return before.isLiveAt(now);
    }

    /** Whether there was one, live or not. */
    boolean drop(String key) {
        Stored before = records.get(key);
        remove(key, 0);
        return before != null;
    }

    /** Takes out the keys that begin so and have ended, in the order of their ends, at most so many. */
    List<String> takeEnded(String prefix, long now, int most) {
        List<String> taken = new ArrayList<>();
        Cursor<String, String> cursor = order.cursor(null);
        while (cursor.hasNext() && taken.size() < most) {
            String entry = cursor.next();
            if (endOf(entry) > now) {
                break;
            }
            String key = entry.substring(END_DIGITS);
            Stored stored = records.get(key);
            if (key.startsWith(prefix) && stored != null && !stored.isLiveAt(now)) {
                taken.add(key);
            }
        }
        taken.forEach(this::drop);
        return taken;
    }

    private static long endOf(String entry) {
        return HexFormat.fromHexDigitsToLong(entry, 0, END_DIGITS);
    }

    /** Deletes what has ended, at most so many; whoever calls again goes on from there. */
    int sweep(long now, int most) {
        int swept = 0;
        while (swept < most) {
            String first = order.firstKey();
            if (first == null || endOf(first) > now) {
                break;
            }
            sweep(first, now);
            swept++;
        }
        return swept;
    }

    private void sweep(String entry, long now) {
        String key = entry.substring(END_DIGITS);
        Stored stored = records.get(key);
        if (stored != null && !stored.isLiveAt(now)) {
            records.remove(key);
        }
        order.remove(entry);
    }

    private static String entry(long end, String key) {
        return HexFormat.of().toHexDigits(end) + key;
    }
}
