package dev.latchkey.gateway.tls;

import dev.latchkey.gateway.problem.ConfigurationFaults;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Where the certificates are that the edge shows. Without any, the edge speaks plain HTTP.
 *
 * @param certificate PEM file with the certificate that is shown under every name that no other one covers, and with the
 *     chain that vouches for it
 * @param privateKey PEM file with its private key, which may be the same file
 * @param more further certificates, each shown under the names it is made out to
 */
@ConfigurationProperties("latchkey.tls")
record TlsProperties(
        @Nullable String certificate,
        @Nullable String privateKey,
        @DefaultValue List<Entry> more) {

    static final String PREFIX = "latchkey.tls";

    /**
     * @param certificate PEM file with certificate and chain
     * @param privateKey PEM file with its private key
     */
    record Entry(@Nullable String certificate, @Nullable String privateKey) {}

    boolean isOn() {
        return isGiven(certificate) || isGiven(privateKey) || !more.isEmpty();
    }

    /** The files of every certificate, that for all other names first. What is not complete is a fault. */
    List<CertificateFiles> files(boolean http2, ConfigurationFaults faults) {
        List<CertificateFiles> files = new ArrayList<>();
        if (isOn()) {
            add(PREFIX, certificate, privateKey, http2, files, faults);
        }
        for (int i = 0; i < more.size(); i++) {
            add(
                    PREFIX + ".more[" + i + ']',
                    more.get(i).certificate(),
                    more.get(i).privateKey(),
                    http2,
                    files,
                    faults);
        }
        return files;
    }

    private static void add(
            String place,
            @Nullable String certificate,
            @Nullable String privateKey,
            boolean http2,
            List<CertificateFiles> files,
            ConfigurationFaults faults) {
        Path chain = path(place + ".certificate", certificate, faults);
        Path key = path(place + ".private-key", privateKey, faults);
        if (chain != null && key != null) {
            files.add(new CertificateFiles(place, chain, key, http2, null));
        }
    }

    static @Nullable Path path(String place, @Nullable String given, ConfigurationFaults faults) {
        if (given == null || given.isBlank()) {
            faults.add(place, "it is missing", "Name the PEM file; a certificate and its private key go together.");
            return null;
        }
        try {
            return Path.of(given.strip().replaceFirst("^file:(//(?=/))?", ""));
        } catch (InvalidPathException e) {
            // The value stays out of the message: somebody may have put the key itself here.
            faults.add(place, "it is not the path of a file", "Name the PEM file.");
            return null;
        }
    }

    static boolean isGiven(@Nullable String text) {
        return text != null && !text.isBlank();
    }
}
