package dev.latchkey.gateway.keys;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.latchkey.gateway.problem.ConfigurationFaults;
import dev.latchkey.gateway.problem.ConfigurationRefused;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds the key ring: where the operator says, else in the data folder of a single node, made there on first start. */
final class SecretKeys {

    static final String PROPERTY = "latchkey.secret-keys";
    static final String REMEDY = "Make a key with: openssl rand -base64 32";

    private static final String FILE = "secret-keys";

    private SecretKeys() {}

    /**
     * The ring to use.
     *
     * @param configured what the operator wrote, if anything
     * @param dataFolder the folder of the embedded store, or null when nodes share a store
     * @throws ConfigurationRefused if a key is wrong, or if keys that must be shared are not given
     */
    static KeyRing load(List<Secret> configured, @Nullable Path dataFolder, Clock clock) {
        if (!configured.isEmpty()) {
            return KeyRing.of(configured, clock);
        }
        if (dataFolder == null) {
            throw unset();
        }
        Path file = dataFolder.resolve(FILE);
        if (!Files.exists(file)) {
            make(file);
        }
        return KeyRing.in(file, clock);
    }

    private static ConfigurationRefused unset() {
        return new ConfigurationRefused(new ConfigurationFaults()
                .add(
                        PROPERTY,
                        "is not set, and nodes that share a store must share their keys",
                        REMEDY + " and give the same one to every node.")
                .list());
    }

    /** Written aside and linked into place, so that nobody ever reads half a key and the first of two makers wins. */
    private static void make(Path file) {
        try {
            // Temporary files are their owner's alone wherever the file system knows owners.
            Path aside = Files.createTempFile(file.getParent(), FILE, ".new");
            try {
                Files.write(aside, newKey());
                place(aside, file);
            } finally {
                Files.deleteIfExists(aside);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void place(Path aside, Path file) throws IOException {
        try {
            Files.createLink(file, aside);
        } catch (FileAlreadyExistsException e) {
            // Another start was first; its key is the one to read.
        } catch (UnsupportedOperationException e) {
            Files.move(aside, file);
        }
    }

    private static byte[] newKey() {
        byte[] key = new byte[RingKey.BYTES];
        new SecureRandom().nextBytes(key);
        return (Base64.getEncoder().encodeToString(key) + "\n").getBytes(US_ASCII);
    }
}
