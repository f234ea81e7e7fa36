package dev.latchkey.gateway.journey;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.latchkey.gateway.testing.GitHubStub;
import dev.latchkey.gateway.testing.RawHttp;
import dev.latchkey.gateway.testing.TestGateway;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Identity and tokens go to a backend over TLS only if somebody vouches for it. */
class BackendTlsTest {

    private static final String PASSWORD = "changeit";

    @TempDir
    private Path folder;

    @Test
    void aBackendThatNobodyVouchesForGetsNothing() throws Exception {
        AtomicInteger served = new AtomicInteger();
        HttpsServer backend = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        backend.setHttpsConfigurator(new HttpsConfigurator(selfSigned()));
        backend.createContext("/", exchange -> {
            served.incrementAndGet();
            exchange.sendResponseHeaders(204, -1);
        });
        backend.start();
        String url = "https://localhost:" + backend.getAddress().getPort();
        try (GitHubStub github = GitHubStub.start();
                TestGateway gateway = TestGateway.signingInAt(github)
                        .route("app", "to: " + url, "allow: [anyone]")
                        .start()) {
            RawHttp.Response answer = RawHttp.to(gateway.port()).get("/");
            assertThat(answer.status()).isEqualTo(502);
            assertThat(answer.header("X-Latchkey-Problem")).startsWith("backend.");
            assertThat(answer.body()).doesNotContain("certificat", "PKIX");
            assertThat(served).hasValue(0);
        } finally {
            backend.stop(0);
        }
    }

    private SSLContext selfSigned() throws Exception {
        Path file = folder.resolve("backend.p12");
        // Started as a program: the JDK has no public way of making a certificate.
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "backend",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=localhost",
                        "-ext",
                        "SAN=dns:localhost",
                        "-keystore",
                        file.toString(),
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        PASSWORD)
                .redirectErrorStream(true)
                .start();
        String said = new String(keytool.getInputStream().readAllBytes(), UTF_8);
        assertThat(keytool.waitFor()).as(said).isZero();
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            store.load(in, PASSWORD.toCharArray());
        }
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, PASSWORD.toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        return context;
    }
}
