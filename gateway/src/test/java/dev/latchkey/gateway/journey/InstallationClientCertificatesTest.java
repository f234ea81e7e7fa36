package dev.latchkey.gateway.journey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.latchkey.gateway.problem.ConfigurationRefused;
import dev.latchkey.gateway.testing.GitHubStub;
import dev.latchkey.gateway.testing.HttpPerson;
import dev.latchkey.gateway.testing.LogLines;
import dev.latchkey.gateway.testing.RawHttp;
import dev.latchkey.gateway.testing.RunningClock;
import dev.latchkey.gateway.testing.StubAuthority;
import dev.latchkey.gateway.testing.StubCertificate;
import dev.latchkey.gateway.testing.StubGitHubApp;
import dev.latchkey.gateway.testing.TestGateway;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Workers that are known by the certificates they show, in real handshakes at the internal port. */
class InstallationClientCertificatesTest {

    private static final StubCertificate SERVER = StubCertificate.forNames("localhost");
    private static final StubCertificate RENEWED = StubCertificate.forNames("localhost");
    private static final StubAuthority AUTHORITY = StubAuthority.named("Workers");
    private static final StubAuthority FOREIGN = StubAuthority.named("Workers");
    private static final StubCertificate BY_ITSELF = StubCertificate.forNames("alone.example");

    private static final StubAuthority.Client PACKIT =
            AUTHORITY.issue("CN=worker,O=Packit", "dns:worker.packit.example,uri:spiffe://packit/worker");
    private static final StubAuthority.Client DOCS = AUTHORITY.issue("CN=docs, O=Acme", "dns:*.acme.example");
    private static final StubAuthority.Client PINNED = AUTHORITY.issue("CN=pinned", "dns:pinned.example");
    private static final StubAuthority.Client UNKNOWN = AUTHORITY.issue("CN=nobody", "dns:a.acme.example");

    private static final RunningClock CLOCK = new RunningClock();

    @TempDir
    private static Path folder;

    private static GitHubStub github;
    private static StubGitHubApp app;
    private static TestGateway gateway;

    @BeforeAll
    static void start() throws Exception {
        SERVER.writeTo(folder);
        Files.writeString(folder.resolve("ca.crt"), AUTHORITY.certificate() + BY_ITSELF.certificate());
        github = GitHubStub.start();
        app = github.gitHubApp(4711);
        app.installedAt("packit", "ogr");
        app.installedAt("acme", "wiki", "shop");
        gateway = secured().start();
    }

    private static TestGateway.Builder secured() throws Exception {
        return TestGateway.signingInAt(github)
                .properties(app.gatewayProperties())
                .clock(CLOCK)
                .property("latchkey.internal.tls.certificate", folder.resolve("tls.crt"))
                .property("latchkey.internal.tls.private-key", folder.resolve("tls.key"))
                .property("latchkey.internal.tls.client-ca", folder.resolve("ca.crt"))
                .property("latchkey.broker.callers[0].name", "packit-worker")
                .property("latchkey.broker.callers[0].certificate", "uri:spiffe://packit/worker")
                .property("latchkey.broker.callers[0].repositories", "packit/*")
                .property("latchkey.broker.callers[1].name", "docs")
                .property("latchkey.broker.callers[1].certificate", "subject:cn=Docs,o=ACME")
                .property("latchkey.broker.callers[1].password", "docs-password")
                .property("latchkey.broker.callers[1].repositories", "acme/wiki")
                .property("latchkey.broker.callers[2].name", "pinned")
                .property("latchkey.broker.callers[2].certificate", "sha256:" + fingerprint(PINNED))
                .property("latchkey.broker.callers[2].repositories", "acme/*")
                .property("latchkey.broker.callers[3].name", "by-itself")
                .property("latchkey.broker.callers[3].certificate", "dns:Alone.example")
                .property("latchkey.broker.callers[3].repositories", "acme/*");
    }

    private static String fingerprint(StubAuthority.Client client) throws Exception {
        byte[] hash =
                MessageDigest.getInstance("SHA-256").digest(client.itself().getEncoded());
        return HexFormat.ofDelimiter(":").withUpperCase().formatHex(hash);
    }

    @AfterAll
    static void stop() {
        gateway.close();
        github.close();
    }

    private static HttpResponse<String> ask(SSLContext client, String repository, String... headers) {
        return HttpPerson.at("https://localhost:" + gateway.internalPort(), client)
                .get("/api/" + repository, headers);
    }

    private static HttpResponse<String> ask(StubAuthority.Client client, String repository, String... headers) {
        return ask(client.trusting(SERVER), repository, headers);
    }

    private static void assertEndedByTheServer(StubAuthority.Client client) {
        HttpClient http =
                HttpClient.newBuilder().sslContext(client.trusting(SERVER)).build();
        URI address = URI.create("https://localhost:" + gateway.internalPort() + "/api/packit/ogr");
        assertThatThrownBy(
                        () -> http.send(HttpRequest.newBuilder(address).build(), HttpResponse.BodyHandlers.ofString()))
                .isInstanceOf(IOException.class);
    }

    @Test
    @DisplayName(
            "K-12, K-13: a caller is known by its certificate, and kept to its repositories with a line in the log")
    void K12_K13_aCallerIsKnownByItsCertificateAndKeptToItsRepositories() {
        try (LogLines lines = LogLines.of("latchkey.audit")) {
            assertThat(TokenWorker.tokenIn(ask(PACKIT, "packit/ogr"))).startsWith("ghs_");
            assertThat(ask(PACKIT, "acme/wiki").statusCode()).isEqualTo(403);
            assertThat(TokenWorker.tokenIn(ask(DOCS, "acme/wiki"))).startsWith("ghs_");
            assertThat(ask(DOCS, "acme/shop").statusCode()).isEqualTo(403);
            assertThat(TokenWorker.tokenIn(ask(PINNED, "acme/shop"))).startsWith("ghs_");
            lines.await("caller=pinned");
            assertThat(lines.with(" decision="))
                    .satisfiesExactly(
                            line -> assertThat(line)
                                    .contains("caller=packit-worker repository=packit/ogr decision=granted"),
                            line -> assertThat(line)
                                    .contains("caller=packit-worker repository=acme/wiki", "reason=caller.refused"),
                            line -> assertThat(line).contains("caller=docs repository=acme/wiki decision=granted"),
                            line -> assertThat(line)
                                    .contains("caller=docs repository=acme/shop", "reason=caller.refused"),
                            line -> assertThat(line).contains("caller=pinned repository=acme/shop decision=granted"));
        }
    }

    @Test
    void K12_aCertificateThatIsGoodAndNobodysIs401() {
        assertThat(ask(UNKNOWN, "acme/wiki").statusCode()).isEqualTo(401);
    }

    @Test
    void K12_withoutACertificateACallerHasToSayOtherwiseWhoItIs() {
        SSLContext without = StubCertificate.trusting(SERVER);
        assertThat(ask(without, "acme/wiki").statusCode()).isEqualTo(401);
        assertThat(ask(without, "acme/wiki", "Authorization", "Bearer docs-password")
                        .statusCode())
                .isEqualTo(200);
        assertThat(HttpPerson.at("https://localhost:" + gateway.internalPort(), without)
                        .get("/ping")
                        .statusCode())
                .as("probes need none")
                .isEqualTo(200);
    }

    @Test
    void K12_whatACallerSaysOnPurposeCountsAndNotTheCertificateBesideIt() {
        assertThat(ask(PACKIT, "packit/ogr", "Authorization", "Bearer wrong").statusCode())
                .isEqualTo(401);
        assertThat(ask(PACKIT, "acme/wiki", "Authorization", "Bearer docs-password")
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void K12_aCertificateOfAnotherAuthorityOfTheSameNameEndsTheConnection() {
        assertEndedByTheServer(
                FOREIGN.issue("CN=worker,O=Packit", "dns:worker.packit.example,uri:spiffe://packit/worker"));
    }

    @Test
    void K12_anExpiredCertificateEndsTheConnection() {
        assertEndedByTheServer(AUTHORITY.issueExpired("CN=worker,O=Packit", "uri:spiffe://packit/worker"));
    }

    @Test
    void K12_aCertificateIsWorthNothingFromItsEndOnWhereverTheConnectionIs() {
        StubAuthority.Client worker = AUTHORITY.issue("CN=worker", "uri:spiffe://packit/worker");
        SSLContext client = worker.trusting(SERVER);
        assertThat(ask(client, "packit/ogr").statusCode()).isEqualTo(200);
        CLOCK.advance(Duration.ofDays(40));
        try {
            assertThat(ask(client, "packit/ogr").statusCode()).isEqualTo(401);
        } finally {
            CLOCK.advance(Duration.ofDays(-40));
        }
    }

    @Test
    void K12_thePortSpeaksNothingButTls() {
        RawHttp.Response plain = RawHttp.to(gateway.internalPort()).get("/ping");
        assertThat(plain.status()).isZero();
    }

    @Test
    void theFilesAreReadAgainWhenTheyChange(@TempDir Path other) throws Exception {
        SERVER.writeTo(other);
        Files.writeString(other.resolve("ca.crt"), AUTHORITY.certificate());
        try (TestGateway changing = secured()
                .property("latchkey.internal.tls.certificate", other.resolve("tls.crt"))
                .property("latchkey.internal.tls.private-key", other.resolve("tls.key"))
                .property("latchkey.internal.tls.client-ca", other.resolve("ca.crt"))
                .start()) {
            String url = "https://localhost:" + changing.internalPort();
            StubAuthority.Client foreign = FOREIGN.issue("CN=worker", "uri:spiffe://packit/worker");
            assertThat(HttpPerson.at(url, PACKIT.trusting(SERVER))
                            .get("/api/packit/ogr")
                            .statusCode())
                    .isEqualTo(200);
            RENEWED.writeTo(other);
            Files.writeString(other.resolve("ca.crt"), FOREIGN.certificate());
            await().ignoreExceptions()
                    .untilAsserted(() -> assertThat(HttpPerson.at(url, foreign.trusting(RENEWED))
                                    .get("/api/packit/ogr")
                                    .statusCode())
                            .isEqualTo(200));
        }
    }

    @Test
    void whatCannotWorkIsToldBeforeTheStart() throws Exception {
        assertThatExceptionOfType(ConfigurationRefused.class)
                .isThrownBy(() -> TestGateway.signingInAt(github)
                        .properties(app.gatewayProperties())
                        .property("latchkey.internal.tls.private-key", folder.resolve("tls.key"))
                        .property("latchkey.broker.callers[0].name", "a")
                        .property("latchkey.broker.callers[0].certificate", "worker.example")
                        .property("latchkey.broker.callers[0].repositories", "*/*")
                        .property("latchkey.broker.callers[1].name", "b")
                        .property("latchkey.broker.callers[1].repositories", "*/*")
                        .start())
                .satisfies(refused -> assertThat(refused.getMessage())
                        .contains(
                                "latchkey.internal.tls.certificate: it is missing",
                                "latchkey.broker.callers[0].certificate: 'worker.example' describes no certificate",
                                "latchkey.broker.callers[0].certificate: the internal port asks nobody",
                                "latchkey.broker.callers[1].password: it is missing"));
        assertThatExceptionOfType(ConfigurationRefused.class)
                .isThrownBy(() -> secured()
                        .property("latchkey.internal.tls.client-ca", folder.resolve("absent.crt"))
                        .start())
                .satisfies(refused -> assertThat(refused.getMessage()).contains("absent.crt does not exist"));
    }
}
