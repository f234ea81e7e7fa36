package dev.latchkey.gateway.store;

import dev.latchkey.gateway.problem.ConfigurationFaults;
import dev.latchkey.gateway.problem.ConfigurationRefused;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.MVStoreException;

/** Makes, locks and opens the one file of the embedded store. */
final class StoreFile {

    private static final String PROPERTY = "latchkey.data-dir";
    private static final String FILE = "latchkey.mv";
    private static final int CACHE_MEBIBYTES = 32;

    /** Space is used again once what was there has been dead for half that long, and the file forced to disk since. */
    private static final int RETENTION_MILLIS = 10_000;

    private StoreFile() {}

    /**
     * The file in that folder; both are made, for their owner alone, where there is none.
     *
     * @throws ConfigurationRefused if the folder cannot be used, or the file is another process's or is damaged
     */
    static MVStore open(Path folder) {
        Path file = folder.resolve(FILE);
        try {
            make(folder, file);
            return open(file.toAbsolutePath().toString());
        } catch (IOException e) {
            throw refused(
                    folder + " cannot be used (" + e.getClass().getSimpleName() + ")",
                    "Name a folder that the gateway may create or write.");
        } catch (MVStoreException e) {
            throw refused(file, e);
        }
    }

    private static MVStore open(String file) {
        MVStore store = new MVStore.Builder()
                .fileName(file)
                .cacheSize(CACHE_MEBIBYTES)
                // Its own thread may hold changes that commit() then no longer waits for.
                .autoCommitDisabled()
                .open();
        store.setVersionsToKeep(0);
        store.setRetentionTime(RETENTION_MILLIS);
        return store;
    }

    private static void make(Path folder, Path file) throws IOException {
        boolean owners = folder.getFileSystem().supportedFileAttributeViews().contains("posix");
        if (!Files.isDirectory(folder)) {
            Files.createDirectories(folder, ownerOnly("rwx------", owners));
        }
        try {
            Files.createFile(file, ownerOnly("rw-------", owners));
        } catch (FileAlreadyExistsException e) {
            // Left by the last run.
        }
    }

    private static FileAttribute<?>[] ownerOnly(String permissions, boolean owners) {
        return owners
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
                }
                : new FileAttribute<?>[0];
    }

    private static ConfigurationRefused refused(Path file, MVStoreException e) {
        return switch (e.getErrorCode()) {
            case DataUtils.ERROR_FILE_LOCKED ->
                refused(
                        file + " is in use by another process",
                        "Stop the other gateway, give each its own folder, or let them share state with latchkey.store=redis.");
            case DataUtils.ERROR_FILE_CORRUPT, DataUtils.ERROR_UNSUPPORTED_FORMAT ->
                refused(
                        file + " is damaged, or was written by a newer release",
                        "Put a copy from a backup in its place, or move it away: everybody then signs in again.");
            default ->
                refused(
                        file + " cannot be opened (" + e.getMessage() + ")",
                        "Check the disk and the file's permissions.");
        };
    }

    private static ConfigurationRefused refused(String what, String remedy) {
        return new ConfigurationRefused(
                new ConfigurationFaults().add(PROPERTY, what, remedy).list());
    }
}
