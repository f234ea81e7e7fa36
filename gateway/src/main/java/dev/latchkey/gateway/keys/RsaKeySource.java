package dev.latchkey.gateway.keys;

import dev.latchkey.gateway.problem.ConfigurationFaults;
import dev.latchkey.gateway.problem.ConfigurationRefused;
import java.security.interfaces.RSAPrivateKey;
import java.time.Clock;
import java.util.function.Supplier;

/**
 * An RSA private key as an operator configured it: PEM text in PKCS#1 or PKCS#8, or {@code file:} and the path of such a
 * text.
 *
 * <p>A file is read again within a second of its change; one that is no longer a key is told of in the log, and the key
 * before it stays in force. Ask for {@link #current} at each use and keep nothing.
 */
public final class RsaKeySource {

    private static final String REMEDY =
            "Give the PEM file that GitHub let you download, as its text or as file: and its path.";

    private final Supplier<RSAPrivateKey> source;

    private RsaKeySource(Supplier<RSAPrivateKey> source) {
        this.source = source;
    }

    /**
     * The key behind the value of that property.
     *
     * @throws ConfigurationRefused if it is no such key, or names a file that is none
     */
    public static RsaKeySource of(String property, Secret configured, Clock clock) {
        String text = configured.reveal();
        if (SecretSource.namesFile(text)) {
            return new RsaKeySource(new WatchedFile<>(SecretSource.file(text), clock, RsaPem::parse)::current);
        }
        try {
            RSAPrivateKey key = RsaPem.parse(text);
            return new RsaKeySource(() -> key);
        } catch (IllegalArgumentException e) {
            throw new ConfigurationRefused(new ConfigurationFaults()
                    .add(property, "it " + e.getMessage(), REMEDY)
                    .list());
        }
    }

    /** The key as it is now; the same object as long as it has not changed. */
    public RSAPrivateKey current() {
        return source.get();
    }

    @Override
    public String toString() {
        return "[secret]";
    }
}
