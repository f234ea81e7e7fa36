package dev.latchkey.gateway.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A gateway in a JVM of its own, for what only a whole process shows: its memory, its log, its end. */
public final class GatewayProcess implements AutoCloseable {

    private static final int PATIENCE_SECONDS = 120;

    private final Process process;
    private final int port;
    private final List<String> log = Collections.synchronizedList(new ArrayList<>());
    private final CompletableFuture<Void> started = new CompletableFuture<>();
    private final Thread lastResort;

    private GatewayProcess(Process process, int port) {
        this.process = process;
        this.port = port;
        this.lastResort = new Thread(process::destroyForcibly, "gateway-last-resort");
    }

    /** Returns when the gateway takes requests. */
    static GatewayProcess start(List<String> command, int port) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            GatewayProcess gateway = new GatewayProcess(process, port);
            Runtime.getRuntime().addShutdownHook(gateway.lastResort);
            gateway.awaitStart();
            return gateway;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public String url() {
        return "http://localhost:" + port;
    }

    public int port() {
        return port;
    }

    public long pid() {
        return process.pid();
    }

    /** A browser that has never been here. */
    public HttpPerson stranger() {
        return HttpPerson.at(url());
    }

    /** What it has said so far, line by line. */
    public List<String> log() {
        return List.copyOf(log);
    }

    /** Tells it to stop, as a rolling restart does, and returns when it is gone. */
    public void terminate() {
        process.destroy();
        process.onExit().join();
    }

    /** Ends it as {@code kill -9} does; returns when it is gone. */
    public void kill() {
        process.destroyForcibly();
        process.onExit().join();
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        Runtime.getRuntime().removeShutdownHook(lastResort);
    }

    private void awaitStart() {
        Thread reader = new Thread(this::readLog, "gateway-log");
        reader.setDaemon(true);
        reader.start();
        try {
            started.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            close();
            throw new IllegalStateException("The gateway did not start:\n" + String.join("\n", log()), e);
        } catch (InterruptedException e) {
            close();
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private void readLog() {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                log.add(line);
                if (line.contains("Started GatewayApplication")) {
                    started.complete(null);
                }
            }
        } catch (IOException e) {
            log.add(e.toString());
        }
        started.completeExceptionally(new IllegalStateException("It ended"));
    }
}
