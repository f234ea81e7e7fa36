package dev.latchkey.gateway.testing;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.latchkey.gateway.keys.KeyRing;
import dev.latchkey.gateway.keys.Secret;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;

/**
 * What earlier versions of the gateway have stored, in {@code src/test/resources/stored/<version>}, with the key that
 * sealed it: every later version must read it, so these files are never changed or deleted.
 *
 * <p>Whoever changes a stored form adds a folder of the next version beside the others: {@code mvn test
 * -Dtest='Stored*FormsTest' -Dstored.write=2} writes its files, which are to be committed.
 */
public final class StoredForms {

    /** The property that names the version to be written. */
    public static final String WRITE = "stored.write";

    private static final String KEY = "key.txt";

    private final Path folder;

    private StoredForms(Path folder) {
        this.folder = folder;
    }

    /** The forms of every version there has been. */
    public static Stream<StoredForms> ofAllVersions() {
        try (Stream<Path> folders =
                Files.list(Path.of(StoredForms.class.getResource("/stored").toURI()))) {
            return folders.sorted().map(StoredForms::new).toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The forms of every version since files of that name are kept. */
    public static Stream<StoredForms> ofVersionsWith(String name) {
        return ofAllVersions().filter(forms -> Files.exists(forms.folder.resolve(name)));
    }

    /** Where those of the version named by {@link #WRITE} go. */
    public static StoredForms toBeWritten() {
        StoredForms forms = new StoredForms(Path.of("src", "test", "resources", "stored", System.getProperty(WRITE)));
        if (!Files.exists(forms.folder.resolve(KEY))) {
            byte[] key = new byte[32];
            for (int i = 0; i < key.length; i++) {
                key[i] = (byte) (7 * i);
            }
            forms.write(KEY, Base64.getEncoder().encodeToString(key));
        }
        return forms;
    }

    /** The ring that sealed and signed them. */
    public KeyRing keys() {
        return KeyRing.of(List.of(Secret.of(text(KEY))), Clock.systemUTC());
    }

    public String text(String name) {
        try {
            return Files.readString(folder.resolve(name), US_ASCII).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public byte[] bytes(String name) {
        return Base64.getDecoder().decode(text(name));
    }

    /** Never over what is there. */
    public void write(String name, String text) {
        try {
            Files.createDirectories(folder);
            Path file = folder.resolve(name);
            if (Files.exists(file)) {
                throw new IllegalStateException(file + " exists: what was stored once does not change");
            }
            Files.writeString(file, text + "\n", US_ASCII);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public void write(String name, byte[] bytes) {
        write(name, Base64.getEncoder().encodeToString(bytes));
    }

    @Override
    public String toString() {
        return "version " + folder.getFileName();
    }
}
