package dev.latchkey.gateway.keys;

import dev.latchkey.gateway.problem.ConfigurationFaults;
import dev.latchkey.gateway.problem.ConfigurationRefused;
import java.nio.file.Path;
import java.time.Clock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A secret as an operator configured it: the text itself, or {@code file:/run/secrets/x}.
 *
 * <p>A file is read again within a second of its change, without a restart; one trailing line break is no part of the
 * secret. Ask for {@link #current} at each use and keep nothing.
 */
public final class SecretSource {

    private static final String FILE = "file:";

    private final Supplier<Secret> source;

    private SecretSource(Supplier<Secret> source) {
        this.source = source;
    }

    /**
     * The secret behind that property value.
     *
     * @throws ConfigurationRefused if it names a file that cannot be read or is empty
     */
    public static SecretSource of(String configured, Clock clock) {
        if (!namesFile(configured)) {
            Secret literal = Secret.of(configured);
            return new SecretSource(() -> literal);
        }
        return new SecretSource(new WatchedFile<>(file(configured), clock, SecretSource::read)::current);
    }

    /** Like {@link #of(String, Clock)}, for a property that was bound as a secret. */
    public static SecretSource of(Secret configured, Clock clock) {
        return of(configured.reveal(), clock);
    }

    /** Adds a fault that names the property, if it names a file that holds no secret. */
    public static void check(String property, @Nullable String configured, ConfigurationFaults faults) {
        if (configured == null || !namesFile(configured)) {
            return;
        }
        try {
            of(configured, Clock.systemUTC());
        } catch (ConfigurationRefused refused) {
            refused.faults().forEach(fault -> faults.add(property, fault.place() + ' ' + fault.what(), fault.remedy()));
        }
    }

    /** The secret as it is now. Looks at the file at most once a second, and waits for nobody. */
    public Secret current() {
        return source.get();
    }

    static boolean namesFile(String configured) {
        return configured.startsWith(FILE);
    }

    static Path file(String configured) {
        return Path.of(configured.substring(FILE.length()));
    }

    private static Secret read(String text) {
        String secret = text.replaceFirst("\\r?\\n\\z", "");
        if (secret.isEmpty()) {
            throw new IllegalArgumentException("is empty");
        }
        return Secret.of(secret);
    }

    @Override
    public String toString() {
        return "[secret]";
    }
}
