package dev.latchkey.gateway.testing;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * A certificate that vouches for itself, and its key.
 *
 * @param certificate in PEM form
 * @param privateKey in PEM form
 */
public record StubCertificate(X509Certificate itself, String certificate, String privateKey) {

    private static final String PASSWORD = "changeit";

    /** Valid now, for those DNS names. */
    public static StubCertificate forNames(String... names) {
        return made("EC", "-1d", names);
    }

    /** The same with an RSA key. */
    public static StubCertificate rsaForNames(String... names) {
        return made("RSA", "-1d", names);
    }

    /** One whose time is over. */
    public static StubCertificate expired(String... names) {
        return made("EC", "-90d", names);
    }

    private static StubCertificate made(String algorithm, String from, String... names) {
        try {
            Path folder = Files.createTempDirectory("latchkey-certificate");
            Path file = folder.resolve("made.p12");
            keytool(algorithm, from, file, names);
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(new ByteArrayInputStream(Files.readAllBytes(file)), PASSWORD.toCharArray());
            Files.delete(file);
            Files.delete(folder);
            X509Certificate itself = (X509Certificate) store.getCertificate("edge");
            return new StubCertificate(
                    itself,
                    pem("CERTIFICATE", itself.getEncoded()),
                    pem(
                            "PRIVATE KEY",
                            store.getKey("edge", PASSWORD.toCharArray()).getEncoded()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Started as a program: the JDK has no public way of making a certificate. */
    private static void keytool(String algorithm, String from, Path file, String... names) throws IOException {
        String alternatives = Arrays.stream(names).map(name -> "dns:" + name).collect(Collectors.joining(","));
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(List.of(
                "-J-XX:TieredStopAtLevel=1",
                "-genkeypair",
                "-alias",
                "edge",
                "-keyalg",
                algorithm,
                "-dname",
                "CN=" + names[0]));
        command.addAll(List.of("-ext", "SAN=" + alternatives, "-startdate", from, "-validity", "30"));
        command.addAll(List.of("-keystore", file.toString(), "-storetype", "PKCS12", "-storepass", PASSWORD));
        Process keytool = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(keytool.getInputStream().readAllBytes(), UTF_8);
        try {
            if (keytool.waitFor() != 0) {
                throw new IllegalStateException(said);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static String pem(String kind, byte[] content) {
        String body = Base64.getMimeEncoder(64, "\n".getBytes(US_ASCII)).encodeToString(content);
        return "-----BEGIN " + kind + "-----\n" + body + "\n-----END " + kind + "-----\n";
    }

    /** Writes {@code tls.crt} and {@code tls.key}, as Kubernetes calls them. */
    public StubCertificate writeTo(Path folder) {
        try {
            Files.createDirectories(folder);
            Files.writeString(folder.resolve("tls.crt"), certificate);
            Files.writeString(folder.resolve("tls.key"), privateKey);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What a client uses that trusts these and no others. */
    public static SSLContext trusting(StubCertificate... certificates) {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            for (int i = 0; i < certificates.length; i++) {
                store.setCertificateEntry("trusted" + i, certificates[i].itself());
            }
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
