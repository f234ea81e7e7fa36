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
import java.util.function.Supplier;
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
     * @param faults what is wrong elsewhere, to be told with what is wrong here
     * @throws ConfigurationRefused if there is any such fault, a wrong key, or no key where it must be shared
     */
    static KeyRing load(List<Secret> configured, @Nullable Path dataFolder, ConfigurationFaults faults, Clock clock) {
        if (configured.isEmpty() && dataFolder == null) {
            refuseUnset(faults);
        }
        List<Supplier<List<RingKey>>> parts = KeyRing.parts(configured, faults, clock);
        faults.throwIfAny();
        return dataFolder == null || !configured.isEmpty() ? new KeyRing(parts) : own(dataFolder, clock);
    }

    static void refuseUnset(ConfigurationFaults faults) {
        faults.add(
                PROPERTY,
                "is not set, and nodes that share a store must share their keys",
                REMEDY + " and give the same one to every node.");
    }

    private static KeyRing own(Path dataFolder, Clock clock) {
        Path file = dataFolder.resolve(FILE);
        if (!Files.exists(file)) {
            make(file);
        }
        return KeyRing.in(file, clock);
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
