package dev.latchkey.gateway.github.replay;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** What became of the reads of a day. */
final class Tally {

    private final Map<String, Integer> outcomes = new TreeMap<>();
    private int reads;
    private int wrong;
    private int foreign;
    private int refused;
    private int writes;
    private String firstFault = "";

    void read(String outcome) {
        reads++;
        outcomes.merge(outcome, 1, Integer::sum);
    }

    void wrong(String what) {
        wrong++;
        fault(what);
    }

    void foreign(String what) {
        foreign++;
        fault(what);
    }

    void refused(String what) {
        reads++;
        refused++;
        fault(what);
    }

    void written() {
        writes++;
    }

    private void fault(String what) {
        firstFault = firstFault.isEmpty() ? what : firstFault;
    }

    int reads() {
        return reads;
    }

    int of(String outcome) {
        return outcomes.getOrDefault(outcome, 0);
    }

    int wrong() {
        return wrong;
    }

    int foreign() {
        return foreign;
    }

    int refused() {
        return refused;
    }

    int writes() {
        return writes;
    }

    /** The first answer that should not have been given, or was not. */
    String firstFault() {
        return firstFault;
    }

    /** The share of reads that cost no quota, by GitHub's own count. */
    static double free(int reads, int spent) {
        return reads == 0 ? 0 : 1 - (double) spent / reads;
    }

    static String row(String name, long number) {
        return String.format(Locale.ROOT, "| %-44s | %,12d |%n", name, number);
    }

    static String row(String name, String text) {
        return String.format(Locale.ROOT, "| %-44s | %12s |%n", name, text);
    }
}
