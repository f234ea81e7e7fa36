package dev.latchkey.gateway.keys;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.latchkey.gateway.problem.ConfigurationFaults;
import dev.latchkey.gateway.problem.ConfigurationRefused;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a small file says, looked at again at most once a second.
 *
 * <p>Once it was good, its last good content stays in force: a file that vanishes, is emptied or cannot be understood is
 * told of once in the log and changes nothing. Whoever asks while another looks gets the known content at once.
 */
final class WatchedFile<T> {

    private static final Logger log = LoggerFactory.getLogger(WatchedFile.class);
    private static final long LOOK_EVERY_MILLIS = 1000;
    private static final long LARGEST = 1 << 20;

    /** A file changed twice within this time may look unchanged. */
    private static final long YOUNG_MILLIS = 3_000;

    private final Path path;
    private final Clock clock;
    private final Function<String, T> reading;
    private final AtomicLong nextLook;
    private volatile String text;
    private volatile T content;
    private volatile @Nullable Stamp seen;
    private volatile boolean warned;

    /** Tells one state of the file from another; the inode catches a file that was swapped by renaming. */
    private record Stamp(
            FileTime modified, long size, @Nullable Object inode) {

        /** By the clock that files are stamped with. */
        boolean isYoung() {
            return System.currentTimeMillis() - modified.toMillis() < YOUNG_MILLIS;
        }
    }

    /**
     * Reads the file for the first time.
     *
     * @param reading turns the text into the content, or throws {@link IllegalArgumentException} with words that quote
     *     nothing of it
     * @throws ConfigurationRefused if there is no good content to begin with
     */
    WatchedFile(Path path, Clock clock, Function<String, T> reading) {
        this.path = path;
        this.clock = clock;
        this.reading = reading;
        this.nextLook = new AtomicLong(clock.millis() + LOOK_EVERY_MILLIS);
        try {
            Stamp stamp = stamp();
            this.text = read();
            this.content = reading.apply(text);
            this.seen = stamp.isYoung() ? null : stamp;
        } catch (IOException | IllegalArgumentException e) {
            throw refused(e);
        }
    }

    T current() {
        long now = clock.millis();
        long due = nextLook.get();
        if (now >= due && nextLook.compareAndSet(due, now + LOOK_EVERY_MILLIS)) {
            look();
        }
        return content;
    }

    private void look() {
        try {
            Stamp stamp = stamp();
            if (stamp.equals(seen)) {
                return;
            }
            // The stamp is older than the text, so a change in between is seen at the next look.
            takeUp(read());
            seen = stamp.isYoung() ? null : stamp;
            warned = false;
        } catch (IOException | IllegalArgumentException e) {
            warnOnce(e);
        }
    }

    private void takeUp(String now) {
        if (now.equals(text)) {
            return;
        }
        content = reading.apply(now);
        text = now;
        log.info("{} has changed and is in force", path);
    }

    private Stamp stamp() throws IOException {
        BasicFileAttributes now = Files.readAttributes(path, BasicFileAttributes.class);
        if (!now.isRegularFile()) {
            throw new IllegalArgumentException("is not a file");
        }
        if (now.size() > LARGEST) {
            throw new IllegalArgumentException("is larger than a mebibyte");
        }
        return new Stamp(now.lastModifiedTime(), now.size(), now.fileKey());
    }

    private String read() throws IOException {
        return new String(Files.readAllBytes(path), UTF_8);
    }

    private void warnOnce(Exception reason) {
        seen = null;
        if (!warned) {
            warned = true;
            log.warn("{} {}; what it said before stays in force", path, words(reason));
        }
    }

    private ConfigurationRefused refused(Exception reason) {
        return new ConfigurationRefused(new ConfigurationFaults()
                .add(path.toString(), words(reason), "Check the path, the content, and that the gateway may read it.")
                .list());
    }

    private static String words(Exception reason) {
        if (reason instanceof NoSuchFileException) {
            return "does not exist";
        }
        String message = reason.getMessage();
        return reason instanceof IllegalArgumentException && message != null
                ? message
                : "cannot be read (" + reason.getClass().getSimpleName() + ")";
    }
}
