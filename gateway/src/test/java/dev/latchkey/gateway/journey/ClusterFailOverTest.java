package dev.latchkey.gateway.journey;

import static org.awaitility.Awaitility.await;

import dev.latchkey.gateway.testing.RedisServer;
import dev.latchkey.gateway.testing.TestGateway;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** A cluster of three masters, of which the one that dies has a replica. */
class ClusterFailOverTest extends FailOverContract {

    private static final int SLOTS = 16_384;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final List<RedisServer> masters =
            Stream.generate(ClusterFailOverTest::server).limit(3).toList();
    private final RedisServer dying = masters.get(0);
    private final RedisServer replica = server();

    private static RedisServer server() {
        return RedisServer.debian(
                "--cluster-enabled",
                "yes",
                "--cluster-port",
                String.valueOf(TestGateway.freePort()),
                "--cluster-node-timeout",
                "2000");
    }

    @Override
    Map<String, String> startRedis() {
        for (int n = 0; n < masters.size(); n++) {
            int[] slots = IntStream.range(SLOTS * n / masters.size(), SLOTS * (n + 1) / masters.size())
                    .toArray();
            masters.get(n).ask(commands -> commands.clusterAddSlots(slots));
        }
        Stream.concat(masters.stream().skip(1), Stream.of(replica)).forEach(this::meet);
        String id = dying.ask(commands -> commands.clusterMyId());
        await().atMost(PATIENCE)
                .until(() -> replica.ask(commands -> commands.clusterNodes()).contains(id));
        await().atMost(PATIENCE)
                .ignoreExceptions()
                .until(() -> "OK".equals(replica.ask(commands -> commands.clusterReplicate(id))));
        await().atMost(PATIENCE)
                .until(() -> Stream.concat(masters.stream(), Stream.of(replica)).allMatch(this::isWhole));
        return Map.of(
                "spring.data.redis.cluster.nodes",
                String.join(
                        ",",
                        masters.stream()
                                .map(server -> server.host() + ":" + server.port())
                                .toList()));
    }

    /** Redis takes the port of the bus for the usual distance away, so it has to be told. */
    private void meet(RedisServer server) {
        server.ask(commands -> commands.dispatch(
                CommandType.CLUSTER,
                new StatusOutput<>(ByteArrayCodec.INSTANCE),
                new CommandArgs<>(ByteArrayCodec.INSTANCE)
                        .add("MEET")
                        .add(dying.host())
                        .add(dying.port())
                        .add(busPortOf(dying))));
    }

    private static String busPortOf(RedisServer server) {
        return server.ask(commands -> commands.configGet("cluster-port")).get("cluster-port");
    }

    private boolean isWhole(RedisServer server) {
        String nodes = server.ask(commands -> commands.clusterNodes());
        return server.ask(commands -> commands.clusterInfo()).contains("cluster_state:ok")
                && nodes.lines().filter(line -> !line.contains("handshake")).count() == masters.size() + 1
                && nodes.contains("slave");
    }

    @Override
    void awaitCopies() {
        await().atMost(PATIENCE).until(() -> replica.keys().equals(dying.keys()));
    }

    @Override
    void killMaster() {
        dying.crash();
    }

    @Override
    boolean hasHealed() {
        return Stream.concat(masters.stream().skip(1), Stream.of(replica))
                .allMatch(server -> server.ask(commands -> commands.clusterInfo())
                                .contains("cluster_state:ok")
                        && replica.ask(commands -> commands.info("replication")).contains("role:master"));
    }

    @Override
    void stopRedis() {
        replica.close();
        masters.forEach(RedisServer::close);
    }
}
