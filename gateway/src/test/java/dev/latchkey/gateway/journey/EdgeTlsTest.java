package dev.latchkey.gateway.journey;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.latchkey.gateway.problem.ConfigurationRefused;
import dev.latchkey.gateway.testing.EchoBackend;
import dev.latchkey.gateway.testing.GitHubStub;
import dev.latchkey.gateway.testing.HttpPerson;
import dev.latchkey.gateway.testing.RawHttp;
import dev.latchkey.gateway.testing.StubCertificate;
import dev.latchkey.gateway.testing.TestGateway;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.Certificate;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** A gateway with nothing in front of it: browsers reach it by TLS, with certificates that change under it. */
@ExtendWith(OutputCaptureExtension.class)
class EdgeTlsTest {

    private static final StubCertificate FIRST = StubCertificate.forNames("localhost");
    private static final StubCertificate SECOND = StubCertificate.rsaForNames("localhost");
    private static final StubCertificate OTHER = StubCertificate.forNames("*.other.org");
    private static final SSLContext TRUST = StubCertificate.trusting(FIRST, SECOND, OTHER);
    private static final String PING = "GET /ping HTTP/1.1\r\nHost: localhost\r\n\r\n";

    private final GitHubStub github = GitHubStub.start();
    private final EchoBackend app = EchoBackend.start();
    private final int port = TestGateway.freePort();

    @TempDir
    private Path folder;

    @BeforeEach
    void certify() {
        github.app().redirectUris(url() + "/oauth2/callback");
        FIRST.writeTo(folder);
    }

    @AfterEach
    void stop() {
        app.close();
        github.close();
    }

    private String url() {
        return "https://localhost:" + port;
    }

    private TestGateway.Builder gateway() {
        return TestGateway.signingInAt(github)
                .app(app.url())
                .port(port)
                .property("latchkey.external-url", url())
                .property("latchkey.tls.certificate", folder.resolve("tls.crt"))
                .property("latchkey.tls.private-key", folder.resolve("tls.key"));
    }

    @Test
    void peopleSignInAndAppsLearnThatTheyCameByHttps() {
        try (TestGateway gateway = gateway().start()) {
            HttpPerson person = HttpPerson.at(url(), TRUST);
            HttpResponse<String> page = person.signIn(github, "octocat", "/wiki");

            assertThat(page.statusCode()).isEqualTo(200);
            assertThat(person.cookieNames()).contains("__Host-latchkey").doesNotContain("latchkey");
            assertThat(app.lastRequest().headers("X-Forwarded-Proto")).containsExactly("https");
            assertThat(app.lastRequest().header("X-Forwarded-Port")).isEqualTo(String.valueOf(port));
            assertThat(person.navigate("/oauth2/sign_in").headers().firstValue("Strict-Transport-Security"))
                    .isPresent();
            assertThat(person.post("/oauth2/sign_out", Map.of()).statusCode()).isLessThan(400);
            assertThat(person.fetch("/wiki").statusCode()).isEqualTo(401);

            RawHttp.Response inside = RawHttp.to(gateway.internalPort()).get("/ping");
            assertThat(inside.status()).as("the internal port stays plain").isEqualTo(200);
        }
    }

    @Test
    void speaksNothingButTlsOneDotTwoAndLater() throws IOException {
        try (TestGateway gateway = gateway().start()) {
            assertThat(RawHttp.to(gateway.port()).get("/ping").status())
                    .as("plain HTTP")
                    .isZero();
            assertThat(RawHttp.to(gateway.port()).send(helloOfTlsOneDotOne()).body())
                    .as("a fatal alert")
                    .startsWith("\u0015\u0003")
                    .hasSize(7);
            for (String version : List.of("TLSv1.2", "TLSv1.3")) {
                try (SSLSocket socket = connect("localhost", version)) {
                    assertThat(socket.getSession().getProtocol()).isEqualTo(version);
                    assertThat(socket.getApplicationProtocol()).isEqualTo("http/1.1");
                    assertThat(statusLine(socket)).isEqualTo("HTTP/1.1 200 OK");
                }
            }
        }
    }

    /** RFC 4346, section 7.4.1.2, written out because no client of today would. */
    private static byte[] helloOfTlsOneDotOne() {
        byte[] hello = new byte[5 + 4 + 2 + 32 + 1 + 2 + 4 + 2];
        byte[] head = {22, 3, 1, 0, 47, 1, 0, 0, 43, 3, 2};
        System.arraycopy(head, 0, hello, 0, head.length);
        byte[] tail = {0, 0, 4, (byte) 0xc0, 0x13, 0, 0x2f, 1, 0};
        System.arraycopy(tail, 0, hello, hello.length - tail.length, tail.length);
        return hello;
    }

    @Test
    void showsEachNameItsCertificate() throws IOException {
        Path other = folder.resolve("other");
        OTHER.writeTo(other);
        try (TestGateway gateway = gateway()
                .property("latchkey.tls.more[0].certificate", other.resolve("tls.crt"))
                .property("latchkey.tls.more[0].private-key", "file:" + other.resolve("tls.key"))
                .start()) {
            assertThat(gateway.port()).isEqualTo(port);
            assertThat(shown("wiki.other.org")).isEqualTo(OTHER.itself());
            assertThat(shown("localhost")).isEqualTo(FIRST.itself());
            assertThat(shown("elsewhere.example")).isEqualTo(FIRST.itself());
            assertThat(shown(null)).isEqualTo(FIRST.itself());
        }
    }

    @Test
    void aCertificateSwappedAsKubernetesDoesIsShownWhileOpenConnectionsGoOn() throws IOException {
        Path mount = folder.resolve("mount");
        FIRST.writeTo(mount.resolve("..2026_1"));
        Files.createSymbolicLink(mount.resolve("..data"), Path.of("..2026_1"));
        Files.createSymbolicLink(mount.resolve("tls.crt"), Path.of("..data/tls.crt"));
        Files.createSymbolicLink(mount.resolve("tls.key"), Path.of("..data/tls.key"));
        try (TestGateway gateway = gateway()
                        .property("latchkey.tls.certificate", mount.resolve("tls.crt"))
                        .property("latchkey.tls.private-key", mount.resolve("tls.key"))
                        .start();
                SSLSocket kept = connect("localhost", "TLSv1.3")) {
            assertThat(gateway.port()).isEqualTo(port);
            assertThat(statusLine(kept)).isEqualTo("HTTP/1.1 200 OK");

            swap(mount, "..2026_2", SECOND);
            await().untilAsserted(() -> assertThat(shown("localhost")).isEqualTo(SECOND.itself()));
            assertThat(shown(null)).isEqualTo(SECOND.itself());
            swap(mount, "..2026_3", FIRST);
            await().untilAsserted(() -> assertThat(shown("localhost")).isEqualTo(FIRST.itself()));

            assertThat(statusLine(kept)).isEqualTo("HTTP/1.1 200 OK");
        }
    }

    private static void swap(Path mount, String name, StubCertificate certificate) throws IOException {
        certificate.writeTo(mount.resolve(name));
        Path link = Files.createSymbolicLink(mount.resolve("..data_tmp"), Path.of(name));
        Files.move(link, mount.resolve("..data"), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    @Test
    void aBrokenNewCertificateIsToldAndTheOldOneShownUntilItIsMended(CapturedOutput output) throws IOException {
        try (TestGateway gateway = gateway().start()) {
            assertThat(gateway.port()).isEqualTo(port);
            Files.writeString(folder.resolve("tls.crt"), SECOND.certificate());
            await().until(() -> output.getAll().contains("the certificate that was read before stays in force"));
            assertThat(shown("localhost")).isEqualTo(FIRST.itself());

            Files.writeString(folder.resolve("tls.key"), SECOND.privateKey());
            await().untilAsserted(() -> assertThat(shown("localhost")).isEqualTo(SECOND.itself()));
            assertThat(output.getAll())
                    .doesNotContain(SECOND.privateKey().lines().toList().get(1));
        }
    }

    @Test
    void doesNotStartWithWhatDoesNotGoTogetherAndTellsAllOfIt() {
        isRefused(
                gateway()
                        .property("latchkey.external-url", "http://localhost:" + port)
                        .property("server.ssl.bundle", "edge")
                        .property("latchkey.tls.more[0].certificate", folder.resolve("tls.crt")),
                "latchkey.external-url: it begins with http",
                "server.ssl: the gateway has names of its own",
                "latchkey.tls.more[0].private-key: it is missing");
        isRefused(
                gateway().property("latchkey.tls.private-key", folder.resolve("absent.key")),
                "latchkey.tls: " + folder.resolve("absent.key") + " does not exist");
    }

    @Test
    void aClientThatGoesOnSendingReadsWhyItIsRefused() throws IOException {
        try (TestGateway gateway = gateway().start();
                SSLSocket socket = connect("localhost", "TLSv1.3")) {
            assertThat(gateway.port()).isEqualTo(port);
            socket.getOutputStream()
                    .write("POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: gzip, chunked\r\n\r\n"
                            .getBytes(US_ASCII));
            socket.getOutputStream().write(new byte[30 * 1024 * 1024]);
            assertThat(new String(socket.getInputStream().readAllBytes(), US_ASCII))
                    .startsWith("HTTP/1.1 400 ")
                    .contains("request.malformed");
        }
    }

    private static void isRefused(TestGateway.Builder gateway, String... words) {
        assertThatExceptionOfType(ConfigurationRefused.class)
                .isThrownBy(gateway::start)
                .satisfies(refused -> assertThat(refused.getMessage()).contains(words));
    }

    private Certificate shown(String name) throws IOException {
        try (SSLSocket socket = connect(name, "TLSv1.3")) {
            return socket.getSession().getPeerCertificates()[0];
        }
    }

    /** After the handshake; without a name if that is null. A context of its own keeps sessions from being resumed. */
    private SSLSocket connect(String name, String version) throws IOException {
        Socket plain = new Socket(InetAddress.getLoopbackAddress(), port);
        plain.setSoTimeout(10_000);
        SSLContext fresh = StubCertificate.trusting(FIRST, SECOND, OTHER);
        SSLSocket socket = (SSLSocket) fresh.getSocketFactory().createSocket(plain, null, port, true);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setServerNames(name == null ? List.of() : List.of(new SNIHostName(name)));
        parameters.setApplicationProtocols(new String[] {"http/1.1"});
        parameters.setProtocols(Set.of(version).toArray(String[]::new));
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        return socket;
    }

    /** Reads one whole answer, whose body is the two bytes of {@code OK}. */
    private static String statusLine(Socket socket) throws IOException {
        socket.getOutputStream().write(PING.getBytes(US_ASCII));
        StringBuilder answer = new StringBuilder();
        while (!answer.toString().endsWith("\r\n\r\nOK")) {
            int next = socket.getInputStream().read();
            assertThat(next).as("the connection was closed").isNotNegative();
            answer.append((char) next);
        }
        return answer.substring(0, answer.indexOf("\r\n"));
    }
}
