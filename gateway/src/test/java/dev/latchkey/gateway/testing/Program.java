package dev.latchkey.gateway.testing;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** A server program of the machine's own, for as long as a test needs it. */
public final class Program implements AutoCloseable {

    private static final List<String> BEYOND_THE_PATH = List.of("/usr/sbin", "/usr/local/sbin", "/usr/local/bin");
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(20);

    private final Process process;
    private final Thread lastResort;

    private Program(Process process) {
        this.process = process;
        this.lastResort = new Thread(process::destroyForcibly, "program-last-resort");
        Runtime.getRuntime().addShutdownHook(lastResort);
    }

    static boolean isAvailable(String name) {
        return find(name).isPresent();
    }

    private static Optional<Path> find(String name) {
        String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
        return Stream.concat(Stream.of(path.split(File.pathSeparator)), BEYOND_THE_PATH.stream())
                .map(folder -> Path.of(folder, name))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** Starts it in that folder, which is its home too; returns when the port answers. */
    public static Program start(Path folder, int port, String name, String... arguments) {
        List<String> command = new ArrayList<>(List.of(find(name).orElseThrow().toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("program.log").toFile());
        builder.environment().put("HOME", folder.toString());
        try {
            Program program = new Program(builder.start());
            program.awaitPort(port, folder.resolve("program.log"));
            return program;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void awaitPort(int port, Path log) throws IOException {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (!answers(port)) {
            if (!process.isAlive() || System.nanoTime() > deadline) {
                close();
                throw new IllegalStateException("It did not start: " + Files.readString(log));
            }
            LockSupport.parkNanos(20_000_000);
        }
    }

    private static boolean answers(int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 200);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public void close() {
        Runtime.getRuntime().removeShutdownHook(lastResort);
        process.descendants().forEach(ProcessHandle::destroy);
        process.destroy();
        try {
            if (!process.waitFor(5, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
