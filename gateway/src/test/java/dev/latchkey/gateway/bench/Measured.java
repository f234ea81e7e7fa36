package dev.latchkey.gateway.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/** The rounds of one proxy. Ratios are taken round by round, since a round is what two proxies had in common. */
final class Measured {

    private final Contestant contestant;
    private final List<Wrk.Round> rounds = new ArrayList<>();

    Measured(Contestant contestant) {
        this.contestant = contestant;
    }

    Contestant contestant() {
        return contestant;
    }

    void add(Wrk.Round round) {
        rounds.add(round);
    }

    double median(ToDoubleFunction<Wrk.Round> value) {
        return median(sorted(value));
    }

    double least(ToDoubleFunction<Wrk.Round> value) {
        return sorted(value)[0];
    }

    String spread(ToDoubleFunction<Wrk.Round> value, String format) {
        double[] sorted = sorted(value);
        String all = format + " (" + format + "–" + format + ")";
        return String.format(all, median(sorted), sorted[0], sorted[sorted.length - 1]);
    }

    double ratioTo(Measured other, ToDoubleFunction<Wrk.Round> value) {
        return median(IntStream.range(0, rounds.size())
                .mapToDouble(i -> value.applyAsDouble(rounds.get(i)) / value.applyAsDouble(other.rounds.get(i)))
                .sorted()
                .toArray());
    }

    private double[] sorted(ToDoubleFunction<Wrk.Round> value) {
        return rounds.stream().mapToDouble(value).sorted().toArray();
    }

    private static double median(double[] sorted) {
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
