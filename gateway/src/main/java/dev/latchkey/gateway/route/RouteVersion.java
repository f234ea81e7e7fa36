package dev.latchkey.gateway.route;

import dev.latchkey.gateway.problem.ConfigurationFault;
import dev.latchkey.gateway.problem.ConfigurationFaults;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A route file as it was seen: its text, the faults in it, and the route that serves because of it, which is that of an
 * older text where this one has faults.
 */
final class RouteVersion {

    /** A file that is new and may still be written. */
    static final RouteVersion NOT_YET = new RouteVersion(null, null, null, null, List.of(), null, 1);

    /** A file changed twice within this time may look unchanged. */
    private static final Duration YOUNG = Duration.ofSeconds(3);

    private static final long LARGEST = 1024 * 1024;

    private final @Nullable Stamp stamp;
    private final @Nullable String text;
    private final @Nullable Route fresh;
    private final @Nullable Route serving;
    private final List<ConfigurationFault> faults;
    private final @Nullable ConfigurationFault conflict;
    private final int addressLine;

    private RouteVersion(
            @Nullable Stamp stamp,
            @Nullable String text,
            @Nullable Route fresh,
            @Nullable Route serving,
            List<ConfigurationFault> faults,
            @Nullable ConfigurationFault conflict,
            int addressLine) {
        this.stamp = stamp;
        this.text = text;
        this.fresh = fresh;
        this.serving = serving;
        this.faults = List.copyOf(faults);
        this.conflict = conflict;
        this.addressLine = addressLine;
    }

    /** What the file system tells without reading; a swapped symbolic link leads to another file key. */
    private record Stamp(long modified, long size, @Nullable Object key, boolean young) {

        static @Nullable Stamp of(Path file) {
            try {
                BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
                long modified = attributes.lastModifiedTime().toMillis();
                boolean young = System.currentTimeMillis() - modified < YOUNG.toMillis();
                return new Stamp(modified, attributes.size(), attributes.fileKey(), young);
            } catch (IOException e) {
                return null;
            }
        }

        boolean isSurely(@Nullable Stamp now) {
            return now != null
                    && !young
                    && modified == now.modified
                    && size == now.size
                    && Objects.equals(key, now.key);
        }
    }

    /** Makes a route of the text; with faults in it, what served before goes on serving. */
    static RouteVersion read(
            Path file, @Nullable String text, RouteFile.Setting setting, @Nullable RouteVersion before) {
        Stamp stamp = Stamp.of(file);
        ConfigurationFaults faults = new ConfigurationFaults();
        RouteFile.Parsed parsed = RouteFile.read(file, text, setting, faults);
        Route last = before == null ? null : before.serving;
        return new RouteVersion(stamp, text, parsed.route(), last, faults.list(), null, parsed.addressLine());
    }

    /** The text, or null if it cannot be read as UTF-8. */
    static @Nullable String textOf(Path file) {
        try {
            return Files.size(file) > LARGEST ? null : Files.readString(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            return null;
        }
    }

    boolean isSurelySame(Path file) {
        return stamp != null && stamp.isSurely(Stamp.of(file));
    }

    boolean hasText(@Nullable String other) {
        return Objects.equals(text, other);
    }

    /** The same, so far as anybody can tell from outside. */
    RouteVersion seenAgain(Path file) {
        return new RouteVersion(Stamp.of(file), text, fresh, serving, faults, conflict, addressLine);
    }

    /** With the route of this text in force. */
    RouteVersion served() {
        return new RouteVersion(stamp, text, fresh, fresh, faults, null, addressLine);
    }

    /** Refused for a reason that lies in another file; an older route may serve on. */
    RouteVersion refused(Path file, String what, String remedy, @Nullable Route older) {
        ConfigurationFault fault = new ConfigurationFault(file + ":" + addressLine, what, remedy);
        return new RouteVersion(stamp, text, fresh, older, faults, fault, addressLine);
    }

    /** True if the text makes a route that is not the one in force. */
    boolean wantsToServe() {
        return fresh != null && fresh != serving;
    }

    /** True if it was kept from serving by another file. */
    boolean isInConflict() {
        return conflict != null;
    }

    /** The route of this very text, or null if there are faults in it. */
    @Nullable
    Route fresh() {
        return fresh;
    }

    /** The route in force because of this file. */
    @Nullable
    Route serving() {
        return serving;
    }

    List<ConfigurationFault> faults() {
        if (conflict == null) {
            return faults;
        }
        List<ConfigurationFault> all = new ArrayList<>(faults);
        all.add(conflict);
        return all;
    }

    /** Equal if the text is, and what came of it. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof RouteVersion version
                && Objects.equals(text, version.text)
                && serving == version.serving
                && fresh == version.fresh
                && faults.equals(version.faults);
    }

    @Override
    public int hashCode() {
        return Objects.hash(text, faults);
    }
}
