package dev.latchkey.gateway.tls;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The files of a certificate.
 *
 * @param place the property that names them
 * @param certificate the certificate and its chain
 * @param privateKey its key
 * @param http2 whether the handshake offers HTTP/2
 * @param clientAuthorities who vouches for clients, or null if they are not asked for certificates
 */
record CertificateFiles(
        String place,
        Path certificate,
        Path privateKey,
        boolean http2,
        @Nullable Path clientAuthorities) {

    private static final int LARGEST = 1 << 20;

    /** What they say. It is small, and so compared as it is: whatever the file system tells of times, a change is seen. */
    record Content(
            String certificate, String privateKey, @Nullable String clientAuthorities) {

        /** Holds a private key, so it prints nothing. */
        @Override
        public String toString() {
            return "[PEM]";
        }
    }

    /** @throws UnusableCertificate if a file is not there, is none, is too large or must not be read */
    Content read() {
        return new Content(
                read(certificate), read(privateKey), clientAuthorities == null ? null : read(clientAuthorities));
    }

    private static String read(Path file) {
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            throw new UnusableCertificate(file + " is not a file");
        }
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(LARGEST + 1);
            if (bytes.length > LARGEST) {
                throw new UnusableCertificate(file + " is larger than a mebibyte");
            }
            return new String(bytes, ISO_8859_1);
        } catch (NoSuchFileException e) {
            throw new UnusableCertificate(file + " does not exist");
        } catch (IOException e) {
            throw new UnusableCertificate(
                    file + " cannot be read (" + e.getClass().getSimpleName() + ")");
        }
    }
}
