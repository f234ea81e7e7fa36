package dev.latchkey.gateway.bench;

import dev.latchkey.gateway.testing.GitHubStub;
import dev.latchkey.gateway.testing.RedisServer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The whole comparison in one run; {@code gateway/src/test/load/bench} starts it and says what it needs. */
final class Bench {

    private static final String NGINX = "nginx";
    private static final String PLAIN = "Spring Cloud Gateway, plain";

    private static final int WARM_SLICE = 5;

    private Bench() {}

    public static void main(String[] args) throws IOException {
        Map<String, String> options = options(args);
        Wrk wrk = new Wrk(Integer.parseInt(options.get("connections")));
        int rounds = Integer.parseInt(options.get("rounds"));
        int seconds = Integer.parseInt(options.get("seconds"));
        int warm = Integer.parseInt(options.get("warm"));
        try (GitHubStub github = GitHubStub.start();
                RedisServer redis = RedisServer.isAvailable() ? RedisServer.debian() : RedisServer.embedded();
                Backend backend = Backend.start();
                Contestants contestants = new Contestants(github, redis, backend)) {
            github.person("octocat").email("octocat@github.example", true, true);
            contestants.add(NGINX, contestants::nginx);
            contestants.add(PLAIN, contestants::plainHop);
            contestants.add("Latchkey, embedded store", () -> contestants.latchkey(false, ""));
            contestants.add("Latchkey, Redis", () -> contestants.latchkey(true, ""));
            for (String other : options.get("against").split(",")) {
                if (!other.isEmpty()) {
                    contestants.add(other, () -> contestants.latchkey(false, other));
                }
            }
            List<Measured> measured = measure(contestants.all(), wrk, backend, rounds, seconds, warm);
            print(measured);
        }
        System.exit(0);
    }

    private static Map<String, String> options(String[] args) {
        Map<String, String> options = new LinkedHashMap<>(
                Map.of("rounds", "3", "seconds", "8", "warm", "30", "connections", "64", "against", ""));
        for (String arg : args) {
            String[] pair = arg.split("=", 2);
            if (pair.length < 2 || !options.containsKey(pair[0])) {
                throw new IllegalArgumentException("Not an option: " + arg + "; there are " + options);
            }
            options.put(pair[0], pair[1]);
        }
        return options;
    }

    private static List<Measured> measure(
            List<Contestant> contestants, Wrk wrk, Backend backend, int rounds, int seconds, int warm) {
        List<Measured> measured = contestants.stream().map(Measured::new).toList();
        for (Contestant contestant : contestants) {
            System.out.println("warming " + contestant.name());
            warm(contestant, wrk, backend, contestant.isJvm() ? warm : 2);
        }
        for (int round = 1; round <= rounds; round++) {
            System.out.println("round " + round + " of " + rounds);
            for (Measured one : measured) {
                one.add(wrk.run(one.contestant(), backend, seconds));
            }
        }
        return measured;
    }

    /**
     * Until a request costs no less than it did in the slices before. That takes a JVM the better part of a minute of
     * load, most of it for its compiler, which is why both cores help; only then does it get the one that it is
     * measured on.
     */
    private static void warm(Contestant contestant, Wrk wrk, Backend backend, int seconds) {
        int slice = Math.min(seconds, WARM_SLICE);
        double best = Double.MAX_VALUE;
        int unimproved = 0;
        for (int done = 0; done < seconds || (unimproved < 3 && done < 4 * seconds); done += slice) {
            double cost = wrk.run(contestant, backend, slice).cpuMillisPer1000();
            unimproved = cost < 0.97 * best ? 0 : unimproved + 1;
            best = Math.min(best, cost);
        }
        contestant.moveToCoreZero();
    }

    private static void print(List<Measured> measured) {
        Measured nginx = named(NGINX, measured);
        Measured plain = named(PLAIN, measured);
        List<String> lines = new ArrayList<>();
        lines.add("| | rps, median (min–max) | p50 ms | p99 ms | CPU ms per 1,000, median (min–max) | RSS MiB "
                + "| CPU to nginx | CPU to plain (best round) | rps to plain |");
        lines.add("|---|---|---|---|---|---|---|---|---|");
        for (Measured one : measured) {
            lines.add(String.format(
                    "| %s | %s | %.2f | %.2f | %s | %d | %.2f | %.2f (%.2f) | %.2f |",
                    one.contestant().name(),
                    one.spread(Wrk.Round::rps, "%.0f"),
                    one.median(Wrk.Round::p50Millis),
                    one.median(Wrk.Round::p99Millis),
                    one.spread(Wrk.Round::cpuMillisPer1000, "%.1f"),
                    one.contestant().residentMiB(),
                    one.ratioTo(nginx, Wrk.Round::cpuMillisPer1000),
                    one.ratioTo(plain, Wrk.Round::cpuMillisPer1000),
                    one.least(Wrk.Round::cpuMillisPer1000) / plain.least(Wrk.Round::cpuMillisPer1000),
                    one.ratioTo(plain, Wrk.Round::rps)));
        }
        System.out.println(System.getProperty("java.vm.name") + " " + System.getProperty("java.version"));
        System.out.println("Every answer was a 200; every one of Latchkey's had carried the identity to the backend.");
        lines.forEach(System.out::println);
    }

    private static Measured named(String name, List<Measured> measured) {
        return measured.stream()
                .filter(one -> one.contestant().name().equals(name))
                .findFirst()
                .orElseThrow();
    }
}
