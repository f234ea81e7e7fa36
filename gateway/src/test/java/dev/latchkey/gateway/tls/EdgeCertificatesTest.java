package dev.latchkey.gateway.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.latchkey.gateway.problem.ConfigurationRefused;
import dev.latchkey.gateway.testing.StubCertificate;
import dev.latchkey.gateway.testing.TestClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** Which certificate is in force under which name, whatever becomes of its files. */
@ExtendWith(OutputCaptureExtension.class)
class EdgeCertificatesTest {

    private static final StubCertificate FIRST = StubCertificate.forNames("gw.example.com");
    private static final StubCertificate SECOND = StubCertificate.rsaForNames("gw.example.com", "*.example.com");

    private final TestClock clock = TestClock.now();

    @TempDir
    private Path folder;

    private EdgeCertificates certificatesIn(String... folders) {
        List<TlsProperties.Entry> more = Arrays.stream(folders)
                .skip(1)
                .map(name ->
                        new TlsProperties.Entry(crt(name).toString(), key(name).toString()))
                .toList();
        return EdgeCertificates.in(
                new TlsProperties(crt(folders[0]).toString(), "file:" + key(folders[0]), more), clock);
    }

    private Path crt(String name) {
        return folder.resolve(name).resolve("tls.crt");
    }

    private Path key(String name) {
        return folder.resolve(name).resolve("tls.key");
    }

    private static void assertShows(EdgeCertificates certificates, StubCertificate expected) {
        assertThat(certificates.usual().until())
                .isEqualTo(expected.itself().getNotAfter().toInstant());
        assertThat(certificates.usual().names().contains("*.example.com")).isEqualTo(expected == SECOND);
    }

    @Test
    void showsTheExactNameBeforeTheWildcardAndTheUsualOneToEverybodyElse() {
        FIRST.writeTo(folder.resolve("usual"));
        StubCertificate.forNames("*.other.org", "Other.ORG").writeTo(folder.resolve("wide"));
        StubCertificate.forNames("api.other.org").writeTo(folder.resolve("exact"));
        EdgeCertificates certificates = certificatesIn("usual", "wide", "exact");

        assertThat(certificates.forName("api.other.org").names()).isEqualTo(Set.of("api.other.org"));
        assertThat(certificates.forName("wiki.other.org").names()).contains("*.other.org");
        assertThat(certificates.forName("other.org").names()).contains("*.other.org");
        for (String name : Arrays.asList("a.b.other.org", "gw.example.com", "nowhere", "", ".", null)) {
            assertThat(certificates.forName(name)).as(name).isSameAs(certificates.usual());
        }
    }

    @Test
    void putsAChangedFileInForceAndTellsSo(CapturedOutput output) {
        FIRST.writeTo(folder.resolve("usual"));
        EdgeCertificates certificates = certificatesIn("usual");
        assertShows(certificates, FIRST);

        SECOND.writeTo(folder.resolve("usual"));
        certificates.look();

        assertShows(certificates, SECOND);
        assertThat(certificates.forName("gw.example.com")).isSameAs(certificates.usual());
        assertThat(output).contains("is in force for [gw.example.com, *.example.com]");
    }

    @Test
    void keepsTheLastGoodOneWhateverIsWrongWithTheNextAndTellsItOnce(CapturedOutput output) throws IOException {
        FIRST.writeTo(folder.resolve("usual"));
        EdgeCertificates certificates = certificatesIn("usual");

        Files.writeString(crt("usual"), "-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n");
        isTold(certificates, output, "holds no certificate in PEM form");
        Files.delete(crt("usual"));
        isTold(certificates, output, "tls.crt does not exist");
        Files.createDirectory(crt("usual"));
        isTold(certificates, output, "tls.crt is not a file");
        Files.delete(crt("usual"));
        Files.writeString(crt("usual"), "x".repeat(2 << 20));
        isTold(certificates, output, "is larger than a mebibyte");
        Files.writeString(crt("usual"), "");
        isTold(certificates, output, "holds no certificate in PEM form");
        Files.writeString(crt("usual"), SECOND.certificate());
        isTold(certificates, output, "is not the key of the first certificate");
        Files.writeString(
                key("usual"), "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n");
        isTold(certificates, output, "is encrypted");
        Files.writeString(key("usual"), "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
        isTold(certificates, output, "holds no private key in PEM form");
        StubCertificate.expired("gw.example.com").writeTo(folder.resolve("usual"));
        isTold(certificates, output, "is valid only from");

        SECOND.writeTo(folder.resolve("usual"));
        certificates.look();
        assertShows(certificates, SECOND);
    }

    private void isTold(EdgeCertificates certificates, CapturedOutput output, String words) {
        int before = occurrences(output, words);
        for (int i = 0; i < 4; i++) {
            certificates.look();
            assertShows(certificates, FIRST);
        }
        assertThat(occurrences(output, words) - before).as(words).isEqualTo(1);
    }

    private static int occurrences(CapturedOutput output, String words) {
        return output.getAll().split(words, -1).length - 1;
    }

    @Test
    void saysNothingOfAPairThatIsBeingReplaced(CapturedOutput output) throws IOException {
        FIRST.writeTo(folder.resolve("usual"));
        EdgeCertificates certificates = certificatesIn("usual");

        Files.writeString(crt("usual"), SECOND.certificate());
        certificates.look();
        assertShows(certificates, FIRST);
        Files.writeString(key("usual"), SECOND.privateKey());
        certificates.look();

        assertShows(certificates, SECOND);
        assertThat(output).doesNotContain("stays in force");
    }

    @Test
    void seesAChangeThatLeavesTimeAndSizeAlone() throws IOException {
        FIRST.writeTo(folder.resolve("usual"));
        EdgeCertificates certificates = certificatesIn("usual");
        ServerCertificate before = certificates.usual();
        var times = Files.getLastModifiedTime(crt("usual"));

        Files.writeString(crt("usual"), FIRST.certificate().strip() + " ");
        Files.setLastModifiedTime(crt("usual"), times);
        certificates.look();

        assertThat(certificates.usual()).isNotSameAs(before);
    }

    @Test
    void servesOnWhenItsTimeIsOverAndTellsItOnce(CapturedOutput output) {
        FIRST.writeTo(folder.resolve("usual"));
        EdgeCertificates certificates = certificatesIn("usual");
        clock.advance(Duration.ofDays(60));
        certificates.look();
        certificates.look();

        assertShows(certificates, FIRST);
        assertThat(occurrences(output, "clients will not accept it")).isEqualTo(1);
    }

    @Test
    void needsAGoodOneToBeginWith() {
        FIRST.writeTo(folder.resolve("usual"));
        TlsProperties properties = new TlsProperties(
                crt("usual").toString(),
                null,
                List.of(
                        new TlsProperties.Entry(
                                crt("absent").toString(), key("usual").toString()),
                        new TlsProperties.Entry(
                                key("usual").toString(), key("usual").toString())));

        assertThatExceptionOfType(ConfigurationRefused.class)
                .isThrownBy(() -> EdgeCertificates.in(properties, clock))
                .withMessageContaining("latchkey.tls.private-key: it is missing");
        TlsProperties complete =
                new TlsProperties(crt("usual").toString(), key("usual").toString(), properties.more());
        assertThatExceptionOfType(ConfigurationRefused.class)
                .isThrownBy(() -> EdgeCertificates.in(complete, clock))
                .withMessageContaining("latchkey.tls.more[0]")
                .withMessageContaining("absent/tls.crt does not exist")
                .withMessageContaining("latchkey.tls.more[1]")
                .withMessageContaining("holds no certificate");
    }
}
