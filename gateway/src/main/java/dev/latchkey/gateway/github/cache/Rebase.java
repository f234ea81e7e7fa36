package dev.latchkey.gateway.github.cache;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Guesses what somebody's own version of a body has become, from what became of another's: a repository tells everybody when
 * it was pushed to, and each what they may do there. Members whose values changed for the other take the new ones. What
 * comes out is nothing until GitHub has said, by its tag, that it is that person's answer to the last byte.
 */
final class Rebase {

    /** Longer ones are not worth the time. */
    private static final int LARGEST = 64 * 1024;
    /** More than so many changes at once are not the kind that can be guessed. */
    private static final int MOST = 32;

    private Rebase() {}

    /** That person's body with the other's changes, or null if they cannot be told, or change nothing. */
    static byte @Nullable [] of(byte[] own, byte[] before, byte[] after) {
        if (own.length > LARGEST || before.length > LARGEST || after.length > LARGEST) {
            return null;
        }
        String[] old = parts(before);
        String[] young = parts(after);
        if (old.length != young.length) {
            return null;
        }
        Map<String, String> changes = new HashMap<>();
        Map<String, Integer> seen = new HashMap<>();
        for (int i = 0; i < old.length; i++) {
            String place = place(old[i], seen);
            if (!old[i].equals(young[i])) {
                if (!name(old[i]).equals(name(young[i])) || changes.size() == MOST) {
                    return null;
                }
                changes.put(place, young[i]);
            }
        }
        return changed(parts(own), changes);
    }

    private static byte @Nullable [] changed(String[] own, Map<String, String> changes) {
        Map<String, Integer> seen = new HashMap<>();
        int found = 0;
        boolean anything = false;
        for (int i = 0; i < own.length; i++) {
            String change = changes.get(place(own[i], seen));
            if (change != null) {
                found++;
                anything |= !change.equals(own[i]);
                own[i] = change;
            }
        }
        return anything && found == changes.size() ? String.join(",", own).getBytes(ISO_8859_1) : null;
    }

    /** Cut at each comma, wherever it stands: this need not understand JSON, since nothing rests on it. */
    private static String[] parts(byte[] json) {
        return new String(json, ISO_8859_1).split(",", -1);
    }

    /** A part's name, and which of that name it is. */
    private static String place(String part, Map<String, Integer> seen) {
        String name = name(part);
        return name + ' ' + seen.merge(name, 1, Integer::sum);
    }

    private static String name(String part) {
        int colon = part.indexOf("\":");
        return colon < 0 ? "" : part.substring(0, colon);
    }
}
