package dev.latchkey.gateway.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.lettuce.core.Range;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import redis.embedded.core.ExecutableProvider;

/**
 * A real Redis on a free loopback port. It keeps its data over {@link #stop()} and {@link #start()}, on the same port, as a
 * Redis that restarts would; {@link #pause()} freezes it, so that connections stay open and nothing answers.
 */
public final class RedisServer implements AutoCloseable {

    private static final Path DEBIAN = Path.of("/usr/bin/redis-server");
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final String READY = "Ready to accept connections";

    private final Path executable;
    private final List<String> settings;
    private final Path data;
    private final int port;
    private final Thread lastResort = new Thread(this::kill, "redis-last-resort");
    private Process process;

    private RedisServer(Path executable, List<String> settings) {
        this.executable = executable;
        this.settings = settings;
        this.port = TestGateway.freePort();
        this.data = newDirectory();
        Runtime.getRuntime().addShutdownHook(lastResort);
        start();
    }

    /** The Redis that comes in a jar, for machines that have none. */
    public static RedisServer embedded() {
        return new RedisServer(Embedded.EXECUTABLE, List.of());
    }

    /** The machine's own, at {@code /usr/bin/redis-server}, with settings as on its command line. */
    public static RedisServer debian(String... settings) {
        return new RedisServer(DEBIAN, List.of(settings));
    }

    /** Whether {@link #debian()} can work here. */
    public static boolean isAvailable() {
        return Files.isExecutable(DEBIAN);
    }

    public String host() {
        return "127.0.0.1";
    }

    public int port() {
        return port;
    }

    /** What a gateway needs to be told to keep its state here. */
    public Map<String, String> gatewayProperties() {
        return Map.of(
                "latchkey.store", "redis",
                "spring.data.redis.host", host(),
                "spring.data.redis.port", String.valueOf(port));
    }

    /** Starts again after {@link #stop()}; returns when it answers. */
    public synchronized void start() {
        if (process != null) {
            return;
        }
        try {
            process = new ProcessBuilder(command()).redirectErrorStream(true).start();
            awaitReady(process);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ends the process in good order; connections break, the data stays on disk. */
    public synchronized void stop() {
        if (process == null) {
            return;
        }
        resume();
        process.destroy();
        awaitEnd();
        process = null;
    }

    /** Ends the process as {@code kill -9} does. */
    public synchronized void crash() {
        kill();
        awaitEnd();
        process = null;
    }

    /** Freezes the process: the port still accepts, nothing answers. */
    public synchronized void pause() {
        signal("STOP");
    }

    public synchronized void resume() {
        signal("CONT");
    }

    /** Forgets everything stored. */
    public void flush() {
        ask(commands -> commands.flushall());
    }

    public List<String> keys() {
        return ask(commands -> commands.keys("*".getBytes(UTF_8)).stream()
                .map(RedisServer::text)
                .sorted()
                .toList());
    }

    /** Every key with everything it holds, a character for a byte, for leak scans. */
    public String dump() {
        return ask(commands -> commands.keys("*".getBytes(UTF_8)).stream()
                .map(key -> text(key) + " = " + String.join(" ", contents(commands, key)))
                .sorted()
                .collect(Collectors.joining("\n")));
    }

    @Override
    public void close() {
        stop();
        Runtime.getRuntime().removeShutdownHook(lastResort);
        delete(data);
    }

    private List<String> command() {
        List<String> command = new ArrayList<>(List.of(
                executable.toString(),
                "--port",
                String.valueOf(port),
                "--bind",
                "127.0.0.1",
                "--dir",
                data.toString(),
                "--save",
                "",
                "--appendonly",
                "yes",
                "--appendfsync",
                "no"));
        command.addAll(settings);
        return command;
    }

    /** Reads the log for the line that says so; the reader goes on, so that the log never blocks the process. */
    private static void awaitReady(Process started) {
        CompletableFuture<Void> ready = new CompletableFuture<>();
        Thread reader = new Thread(() -> drain(started, ready), "redis-log");
        reader.setDaemon(true);
        reader.start();
        try {
            ready.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            started.destroyForcibly();
            throw new IllegalStateException("Redis did not start", e);
        } catch (InterruptedException e) {
            started.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static void drain(Process started, CompletableFuture<Void> ready) {
        StringBuilder log = new StringBuilder();
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(started.getInputStream(), UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                log.append(line).append('\n');
                if (line.contains(READY)) {
                    ready.complete(null);
                    log.setLength(0);
                }
            }
        } catch (IOException e) {
            log.append(e);
        }
        ready.completeExceptionally(new IllegalStateException(log.toString()));
    }

    private void awaitEnd() {
        try {
            if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private void signal(String name) {
        if (process == null) {
            throw new IllegalStateException("Redis is stopped");
        }
        try {
            new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid()))
                    .start()
                    .waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void kill() {
        Process running = process;
        if (running != null) {
            running.destroyForcibly();
        }
    }

    /** Asks it something over a connection made for that. */
    public <T> T ask(Function<RedisCommands<byte[], byte[]>, T> question) {
        RedisClient client = RedisClient.create(
                RedisURI.builder().withHost(host()).withPort(port).build());
        try (var connection = client.connect(ByteArrayCodec.INSTANCE)) {
            return question.apply(connection.sync());
        } finally {
            client.shutdown(0, 2, TimeUnit.SECONDS);
        }
    }

    private static List<String> contents(RedisCommands<byte[], byte[]> commands, byte[] key) {
        return switch (commands.type(key)) {
            case "string" -> texts(Stream.of(commands.get(key)));
            case "list" -> texts(commands.lrange(key, 0, -1).stream());
            case "set" -> texts(commands.smembers(key).stream());
            case "zset" ->
                commands.zrangeWithScores(key, 0, -1).stream()
                        .map(member -> text(member.getValue()) + ":" + member.getScore())
                        .toList();
            case "hash" -> pairs(commands.hgetall(key));
            case "stream" ->
                commands.xrange(key, Range.create("-", "+")).stream()
                        .flatMap(message -> pairs(message.getBody()).stream())
                        .toList();
            // Expired between the listing and now.
            default -> List.of();
        };
    }

    private static List<String> pairs(Map<byte[], byte[]> fields) {
        return fields.entrySet().stream()
                .map(field -> text(field.getKey()) + "=" + text(field.getValue()))
                .toList();
    }

    private static List<String> texts(Stream<byte[]> values) {
        return values.map(RedisServer::text).toList();
    }

    private static String text(byte[] bytes) {
        return new String(bytes, ISO_8859_1);
    }

    private static Path newDirectory() {
        try {
            return Files.createTempDirectory("redis");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Unpacked from its jar once for each JVM. */
    private static final class Embedded {

        private static final Path EXECUTABLE = unpack();

        private static Path unpack() {
            try {
                File unpacked = ExecutableProvider.newJarResourceProvider().get();
                unpacked.deleteOnExit();
                return unpacked.toPath();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
