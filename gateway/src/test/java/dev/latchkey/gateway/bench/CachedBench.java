package dev.latchkey.gateway.bench;

import dev.latchkey.gateway.testing.GitHubStub;
import dev.latchkey.gateway.testing.RedisServer;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What an answer of GitHub's costs that is at hand and fresh, beside a request that one and the same gateway passes on to an
 * app; {@code gateway/src/test/load/cached-bench} starts it and says what it needs. Both bodies have a kilobyte, and
 * GitHub's is JSON in which addresses become the gateway's.
 */
final class CachedBench {

    private static final String PATH = "/repos/acme/app";
    private static final int WARM_SLICE = 5;

    private CachedBench() {}

    /** {@code [rounds] [seconds] [seconds of warm-up] [connections]} */
    public static void main(String[] args) throws IOException {
        int rounds = option(args, 0, 5);
        int seconds = option(args, 1, 6);
        int warm = option(args, 2, 40);
        Wrk wrk = new Wrk(option(args, 3, 64));
        try (GitHubStub github = GitHubStub.start();
                RedisServer redis = RedisServer.embedded();
                Backend backend = Backend.start();
                Contestants contestants = new Contestants(github, redis, backend)) {
            github.person("octocat").email("octocat@github.example", true, true);
            github.content()
                    .put(PATH, json(github.apiUrl().toString()))
                    .with("Cache-Control", "private, max-age=86400");
            contestants.add("a request passed on", contestants::latchkeyBeforeGitHub);
            Contestant passed = contestants.all().get(0);
            Contestant kept = new Contestant("a fresh answer at hand", passed.pid(), passed.port(), passed.cookie());
            Wrk.Witness app = new Wrk.Witness(backend::requestsHeard, (heard, sent) -> heard >= sent);
            Wrk.Witness asked =
                    new Wrk.Witness(() -> github.calls().under("/api/v3" + PATH).count(), (heard, sent) -> heard <= 1);
            for (int done = 0; done < warm; done += 2 * WARM_SLICE) {
                wrk.run(passed, "/item", WARM_SLICE, app);
                wrk.run(kept, "/github" + PATH, WARM_SLICE, asked);
            }
            passed.moveToCoreZero();
            Measured ofPassed = new Measured(passed);
            Measured ofKept = new Measured(kept);
            for (int round = 0; round < rounds; round++) {
                ofPassed.add(wrk.run(passed, "/item", seconds, app));
                ofKept.add(wrk.run(kept, "/github" + PATH, seconds, asked));
            }
            List.of(ofPassed, ofKept).forEach(CachedBench::print);
            System.out.printf(
                    Locale.ROOT,
                    "CPU of an answer at hand to that of a request passed on: %.2f%n",
                    ofKept.ratioTo(ofPassed, Wrk.Round::cpuMillisPer1000));
        }
        System.exit(0);
    }

    private static int option(String[] args, int at, int standard) {
        return args.length > at ? Integer.parseInt(args[at]) : standard;
    }

    private static String json(String api) {
        return IntStream.range(0, 10)
                .mapToObj(i -> "\"field_" + i + "_url\":\"" + api + PATH + "/field/" + i + "\",\"number_" + i + "\":"
                        + 100_000_000L * i)
                .collect(Collectors.joining(",", "{", ",\"text\":\"" + "x".repeat(100) + "\"}"));
    }

    private static void print(Measured one) {
        System.out.println(one.contestant().name() + ": " + one.spread(Wrk.Round::rps, "%.0f") + " a second, CPU ms per"
                + " 1,000 " + one.spread(Wrk.Round::cpuMillisPer1000, "%.1f"));
    }
}
