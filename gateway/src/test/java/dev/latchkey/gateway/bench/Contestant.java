package dev.latchkey.gateway.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A proxy that takes part, running.
 *
 * @param cookie the session to send, empty for none
 */
record Contestant(String name, long pid, int port, String cookie) {

    /** A tick of {@code /proc} is a hundredth of a second on every Linux there is. */
    private static final int MILLIS_PER_TICK = 10;

    boolean isJvm() {
        return read("cmdline").contains("java");
    }

    /** User and system time since its start. */
    long cpuMillis() {
        String stat = read("stat");
        String[] afterName = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return (Long.parseLong(afterName[11]) + Long.parseLong(afterName[12])) * MILLIS_PER_TICK;
    }

    long residentMiB() {
        return read("status")
                .lines()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
                .findFirst()
                .orElse(0);
    }

    /** All its threads, from now on. */
    void moveToCoreZero() {
        try {
            int exit = new ProcessBuilder("taskset", "-acp", "0", Long.toString(pid))
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
            if (exit != 0) {
                throw new IllegalStateException(name + " cannot be moved to one core");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private String read(String file) {
        try {
            return Files.readString(Path.of("/proc", Long.toString(pid), file));
        } catch (IOException e) {
            throw new UncheckedIOException(name + " has ended", e);
        }
    }
}
