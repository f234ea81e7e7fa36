package dev.latchkey.gateway.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiPredicate;
import java.util.function.LongSupplier;

/** Load on one proxy at a time, and the certainty that each request was answered as it should be. */
final class Wrk {

    private final int connections;

    Wrk(int connections) {
        this.connections = connections;
    }

    record Round(double rps, double p50Millis, double p99Millis, double cpuMillisPer1000) {}

    /**
     * Loads it for so long.
     *
     * @throws IllegalStateException if an answer was not the backend's 200: wrk counts failures and statuses from 400
     *     on, and since the backend sends nothing between, a redirect could only be the proxy's own, of which the
     *     backend would not have heard
     */
    Round run(Contestant contestant, Backend backend, int seconds) {
        return run(contestant, "/item", seconds, new Witness(backend::requestsHeard, (heard, sent) -> heard >= sent));
    }

    /**
     * Who can tell that the answers were what they should be.
     *
     * @param heard how many requests came there so far
     * @param isRight whether it is right that so many came there of so many that were sent
     */
    record Witness(LongSupplier heard, BiPredicate<Long, Long> isRight) {}

    /** Loads one path of it for so long. */
    Round run(Contestant contestant, String path, int seconds, Witness witness) {
        long before = witness.heard().getAsLong();
        long cpu = contestant.cpuMillis();
        String[] result = result(command(contestant, path, seconds));
        long cpuMillis = contestant.cpuMillis() - cpu;
        long requests = Long.parseLong(result[1]);
        long heard = witness.heard().getAsLong() - before;
        boolean failed = requests == 0 || !result[5].equals("0") || !result[6].equals("0");
        if (failed || !witness.isRight().test(heard, requests)) {
            throw new IllegalStateException("%s: of %d answers %s had an error status, %s failed; the backend heard %d"
                    .formatted(contestant.name(), requests, result[5], result[6], heard));
        }
        double duration = Double.parseDouble(result[2]) / 1_000_000;
        return new Round(
                requests / duration,
                Double.parseDouble(result[3]) / 1000,
                Double.parseDouble(result[4]) / 1000,
                1000.0 * cpuMillis / requests);
    }

    private List<String> command(Contestant contestant, String path, int seconds) {
        List<String> command = new ArrayList<>(
                List.of("wrk", "-t1", "-c" + connections, "-d" + seconds + "s", "--timeout", "10s", "--latency"));
        command.addAll(List.of("-s", LoadFiles.path("report.lua").toString()));
        command.addAll(List.of("-H", "Accept: application/json", "-H", "User-Agent: wrk"));
        // The same length for all, so that nobody is spared the reading.
        command.addAll(List.of("-H", "Cookie: theme=dark; latchkey=" + contestant.cookie()));
        command.add("http://127.0.0.1:" + contestant.port() + path);
        return command;
    }

    private static String[] result(List<String> command) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String output = new String(process.getInputStream().readAllBytes());
            return output.lines()
                    .filter(line -> line.startsWith("RESULT"))
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException(output))
                    .split(" ");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
