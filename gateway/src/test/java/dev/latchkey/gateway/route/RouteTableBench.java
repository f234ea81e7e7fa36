package dev.latchkey.gateway.route;

import dev.latchkey.gateway.problem.ConfigurationFaults;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What finding a route costs among ten and among ten thousand: CPU time of this thread, the least of several rounds, the
 * tables in turn. {@code gateway/src/test/load/match} runs it.
 */
final class RouteTableBench {

    private static final int ROUNDS = 12;
    private static final int FINDS = 400_000;
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private static int found;

    private RouteTableBench() {}

    public static void main(String[] args) {
        List<Contestant> contestants = new ArrayList<>();
        for (int size : new int[] {10, 10_000}) {
            contestants.add(new Contestant(size));
        }
        for (int round = 0; round < ROUNDS; round++) {
            contestants.forEach(Contestant::measure);
        }
        contestants.forEach(Contestant::print);
        double ratio = contestants.get(1).least / contestants.get(0).least;
        System.out.printf(
                "10,000 routes cost %.2f times the look-up of 10; of a request of 50 µs the difference is %.2f %%%n",
                ratio, (contestants.get(1).least - contestants.get(0).least) / 50_000 * 100);
        if (found == 0) {
            throw new IllegalStateException("nothing was found");
        }
    }

    /** A third of the routes have a host, a third a path, a third both; every request meets one of them. */
    private static final class Contestant {

        private final int size;
        private final RouteTable table;
        private final String[] hosts = new String[1024];
        private final String[] paths = new String[1024];
        private double least = Double.MAX_VALUE;

        Contestant(int size) {
            this.size = size;
            List<Route> routes = new ArrayList<>();
            for (int i = 0; i < size; i++) {
                routes.add(route(i));
            }
            this.table = new RouteTable(routes);
            for (int i = 0; i < hosts.length; i++) {
                int chosen = (int) (i * 7919L % size);
                hosts[i] = hostOf(chosen) == null ? "other.example.com" : hostOf(chosen);
                paths[i] = "/app-" + chosen + "/pages/" + i;
            }
        }

        private static String hostOf(int i) {
            return i % 3 == 0 ? null : "host-" + i + ".example.com";
        }

        private static Route route(int i) {
            String host = hostOf(i) == null ? "" : "host: " + hostOf(i) + "\n";
            String path = i % 3 == 1 ? "" : "path: /app-" + i + "/**\n";
            String yaml = "to: http://a\nallow: [signed-in]\n" + host + path;
            return RouteFile.read(
                            Path.of("r" + i + ".yaml"), yaml, RouteFile.Setting.alone(), new ConfigurationFaults())
                    .route();
        }

        void measure() {
            long start = THREADS.getCurrentThreadCpuTime();
            for (int i = 0; i < FINDS; i++) {
                if (table.find(hosts[i & 1023], paths[i & 1023]) != null) {
                    found++;
                }
            }
            least = Math.min(least, (double) (THREADS.getCurrentThreadCpuTime() - start) / FINDS);
        }

        void print() {
            System.out.printf("%,7d routes: %.0f ns of CPU for each look-up%n", size, least);
        }
    }
}
