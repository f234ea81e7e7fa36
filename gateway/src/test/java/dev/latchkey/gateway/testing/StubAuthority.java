package dev.latchkey.gateway.testing;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;

/** An authority that issues certificates to clients. */
public final class StubAuthority {

    private static final char[] PASSWORD = "changeit".toCharArray();

    private final Path file;

    private StubAuthority(Path file) {
        this.file = file;
    }

    public static StubAuthority named(String name) {
        try {
            Path file = Files.createTempDirectory("latchkey-authority").resolve("made.p12");
            keytool(file, "ca", "-dname", "CN=" + name, "-ext", "bc:c", "-startdate", "-400d", "-validity", "4000");
            return new StubAuthority(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Its own certificate, in PEM form. */
    public String certificate() {
        try {
            byte[] encoded = open().getCertificate("ca").getEncoded();
            return "-----BEGIN CERTIFICATE-----\n"
                    + Base64.getMimeEncoder(64, "\n".getBytes(US_ASCII)).encodeToString(encoded)
                    + "\n-----END CERTIFICATE-----\n";
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * A client's certificate that is valid now.
     *
     * @param names as keytool takes them: {@code dns:worker.example.com,uri:spiffe://example.com/worker}
     */
    public Client issue(String subject, String names) {
        return issue(subject, names, "-1d");
    }

    /** One whose time is over. */
    public Client issueExpired(String subject, String names) {
        return issue(subject, names, "-90d");
    }

    private Client issue(String subject, String names, String from) {
        try {
            String alias = "client" + open().size();
            keytool(
                    file,
                    alias,
                    "-signer",
                    "ca",
                    "-dname",
                    subject,
                    "-ext",
                    "SAN=" + names,
                    "-ext",
                    "EKU=clientAuth",
                    "-startdate",
                    from,
                    "-validity",
                    "30");
            KeyStore store = open();
            X509Certificate[] chain = Arrays.stream(store.getCertificateChain(alias))
                    .map(X509Certificate.class::cast)
                    .toArray(X509Certificate[]::new);
            return new Client(chain, (PrivateKey) store.getKey(alias, PASSWORD));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private KeyStore open() {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(new ByteArrayInputStream(Files.readAllBytes(file)), PASSWORD);
            return store;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void keytool(Path file, String alias, String... more) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(List.of("-J-XX:TieredStopAtLevel=1", "-genkeypair", "-alias", alias, "-keyalg", "EC"));
        command.addAll(List.of(more));
        command.addAll(List.of("-keystore", file.toString(), "-storetype", "PKCS12", "-storepass", "changeit"));
        try {
            Process keytool =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String said = new String(keytool.getInputStream().readAllBytes(), UTF_8);
            if (keytool.waitFor() != 0) {
                throw new IllegalStateException(said);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** A client with a certificate, which it shows whoever is asked for. */
    public record Client(X509Certificate[] chain, PrivateKey key) {

        public X509Certificate itself() {
            return chain[0];
        }

        /** What it connects with to a server that has that certificate. */
        public SSLContext trusting(StubCertificate server) {
            try {
                KeyStore trusted = KeyStore.getInstance("PKCS12");
                trusted.load(null, null);
                Certificate certificate = server.itself();
                trusted.setCertificateEntry("server", certificate);
                TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
                trust.init(trusted);
                SSLContext context = SSLContext.getInstance("TLS");
                context.init(new KeyManager[] {new Stubborn(this)}, trust.getTrustManagers(), null);
                return context;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** The JDK's own would keep back a certificate of an authority that the server does not name. */
    private static final class Stubborn extends X509ExtendedKeyManager {

        private static final String ALIAS = "client";

        private final Client client;

        Stubborn(Client client) {
            this.client = client;
        }

        @Override
        public String chooseClientAlias(String[] kinds, Principal[] issuers, Socket socket) {
            return ALIAS;
        }

        @Override
        public String chooseEngineClientAlias(String[] kinds, Principal[] issuers, SSLEngine engine) {
            return ALIAS;
        }

        @Override
        public String[] getClientAliases(String kind, Principal[] issuers) {
            return new String[] {ALIAS};
        }

        @Override
        public X509Certificate[] getCertificateChain(String alias) {
            return client.chain().clone();
        }

        @Override
        public PrivateKey getPrivateKey(String alias) {
            return client.key();
        }

        @Override
        public String[] getServerAliases(String kind, Principal[] issuers) {
            return new String[0];
        }

        @Override
        public String chooseServerAlias(String kind, Principal[] issuers, Socket socket) {
            return null;
        }
    }
}
