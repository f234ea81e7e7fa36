package dev.latchkey.gateway.store;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.cluster.SlotHash;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import redis.embedded.RedisServer;
import redis.embedded.core.ExecutableProvider;
import redis.embedded.core.RedisServerBuilder;

/** A real Redis on a free port of this machine, which can be taken away and brought back empty. */
final class TestRedis implements AutoCloseable {

    static final Path DEBIAN = Path.of("/usr/bin/redis-server");

    private final RedisServer server;
    private final int port;

    private TestRedis(ExecutableProvider executable, boolean cluster) {
        this.port = freePort();
        try {
            RedisServerBuilder builder = RedisServer.newRedisServer()
                    .executableProvider(executable)
                    .bind(host())
                    .port(port)
                    .setting("save \"\"")
                    .settingIf(cluster, "cluster-enabled yes")
                    .settingIf(cluster, "cluster-config-file " + nodesFile());
            this.server = builder.build();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        start();
    }

    /** Redis 6.2, out of a jar. */
    static TestRedis embedded() {
        return new TestRedis(ExecutableProvider.newJarResourceProvider(), false);
    }

    /** Debian's Redis 7. */
    static TestRedis debian() {
        return new TestRedis(DEBIAN::toFile, false);
    }

    /** Redis 6.2 as a cluster of one node that owns every slot. */
    static TestRedis clustered() {
        TestRedis redis = new TestRedis(ExecutableProvider.newJarResourceProvider(), true);
        redis.command(
                to -> to.clusterAddSlots(IntStream.range(0, SlotHash.SLOT_COUNT).toArray()));
        return redis;
    }

    /** Lets everybody wait for that long. */
    void pause(Duration time) {
        command(to -> to.clientPause(time.toMillis()));
    }

    String host() {
        return "127.0.0.1";
    }

    int port() {
        return port;
    }

    void stop() {
        try {
            server.stop();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void start() {
        try {
            server.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    boolean isRunning() {
        return server.isActive();
    }

    private void command(Consumer<RedisCommands<String, String>> command) {
        try (RedisClient client = RedisClient.create(RedisURI.create(host(), port()))) {
            command.accept(client.connect().sync());
        }
    }

    @Override
    public void close() {
        stop();
    }

    /** Below those that the system hands out; a cluster also listens ten thousand ports higher. */
    private static int freePort() {
        while (true) {
            int candidate = ThreadLocalRandom.current().nextInt(10_100, 19_900);
            if (isFree(candidate) && isFree(candidate + 10_000)) {
                return candidate;
            }
        }
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.isBound();
        } catch (IOException e) {
            return false;
        }
    }

    private static Path nodesFile() throws IOException {
        return Files.createTempDirectory("latchkey-redis").resolve("nodes.conf");
    }
}
