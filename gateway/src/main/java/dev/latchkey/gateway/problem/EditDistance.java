package dev.latchkey.gateway.problem;

import java.util.Locale;

/** How many letters have to be put in, taken out or changed to make one word of another (Levenshtein). */
public final class EditDistance {

    private EditDistance() {}

    /** Without regard to case; of long words only the beginning counts. */
    public static int between(String one, String other) {
        String a = plain(one);
        String b = plain(other);
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int changed = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(changed, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }

    private static String plain(String word) {
        String lower = word.toLowerCase(Locale.ROOT);
        return lower.length() <= 64 ? lower : lower.substring(0, 64);
    }
}
