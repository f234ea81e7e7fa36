package dev.latchkey.gateway.journey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.latchkey.gateway.testing.Program;
import dev.latchkey.gateway.testing.RedisServer;
import dev.latchkey.gateway.testing.TestGateway;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.io.TempDir;

/** Three Sentinels watch a server and its replica. */
class SentinelFailOverTest extends FailOverContract {

    private static final int SENTINELS = 3;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    private Path folder;

    private final List<Program> sentinels = new ArrayList<>();
    private final RedisServer master = RedisServer.debian();
    private final RedisServer replica = RedisServer.debian("--replicaof", master.host() + " " + master.port());

    @Override
    Map<String, String> startRedis() {
        await().atMost(PATIENCE).until(() -> infoOf(replica).contains("master_link_status:up"));
        List<String> addresses = new ArrayList<>();
        for (int n = 0; n < SENTINELS; n++) {
            int port = TestGateway.freePort();
            sentinels.add(startSentinel(n, port));
            addresses.add(master.host() + ":" + port);
        }
        return Map.of(
                "spring.data.redis.sentinel.master",
                "latchkey",
                "spring.data.redis.sentinel.nodes",
                String.join(",", addresses));
    }

    private Program startSentinel(int number, int port) {
        try {
            Path own = Files.createDirectory(folder.resolve("sentinel" + number));
            Files.writeString(own.resolve("sentinel.conf"), """
                    port %d
                    bind 127.0.0.1
                    sentinel monitor latchkey %s %d 2
                    sentinel down-after-milliseconds latchkey 1500
                    sentinel failover-timeout latchkey 10000
                    """.formatted(port, master.host(), master.port()));
            return Program.start(own, port, "redis-server", "sentinel.conf", "--sentinel");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** They write down whom they have met. */
    private boolean sentinelsKnowAll() {
        for (int n = 0; n < SENTINELS; n++) {
            try {
                String known = Files.readString(folder.resolve("sentinel" + n).resolve("sentinel.conf"));
                long others = known.lines()
                        .filter(line -> line.startsWith("sentinel known-sentinel"))
                        .count();
                boolean copy = known.contains("sentinel known-replica latchkey 127.0.0.1 " + replica.port());
                if (others < SENTINELS - 1 || !copy) {
                    return false;
                }
            } catch (IOException e) {
                return false;
            }
        }
        return true;
    }

    @Override
    void awaitCopies() {
        await().atMost(PATIENCE).until(this::sentinelsKnowAll);
        await().atMost(PATIENCE).until(() -> dataOf(replica).equals(dataOf(master)));
        assertThat(replica.keys()).isNotEmpty();
    }

    private static String dataOf(RedisServer server) {
        return server.keys().stream().collect(Collectors.joining("\n"));
    }

    @Override
    void killMaster() {
        master.crash();
    }

    @Override
    boolean hasHealed() {
        return infoOf(replica).contains("role:master");
    }

    private static String infoOf(RedisServer server) {
        return server.ask(commands -> commands.info("replication"));
    }

    @Override
    void stopRedis() {
        sentinels.forEach(Program::close);
        replica.close();
        master.close();
    }
}
