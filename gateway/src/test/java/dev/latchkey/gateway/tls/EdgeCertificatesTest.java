package dev.latchkey.gateway.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** Which certificate is in force under which name, whatever becomes of its files. */
class EdgeCertificatesTest {

    private static final StubCertificate FIRST = StubCertificate.forNames("gw.example.com");
    private static final StubCertificate SECOND = StubCertificate.rsaForNames("gw.example.com", "*.example.com");

    private final TestClock clock = TestClock.now();
    private final Logger logger = (Logger) LoggerFactory.getLogger(EdgeCertificates.class.getPackageName());
    /** Not what is on the console, which whatever ran before in this process may have silenced. */
    private final ListAppender<ILoggingEvent> told = new ListAppender<>();

    @TempDir
    private Path folder;

    @BeforeEach
    void listen() {
        told.start();
        logger.setLevel(Level.INFO);
        logger.addAppender(told);
    }

    @AfterEach
    void stopListening() {
        logger.detachAppender(told);
        logger.setLevel(null);
    }

    private EdgeCertificates certificatesIn(String... folders) {
        List<TlsProperties.Entry> more = Arrays.stream(folders)
                .skip(1)
                .map(name ->
                        new TlsProperties.Entry(crt(name).toString(), key(name).toString()))
                .toList();
        return EdgeCertificates.in(
                new TlsProperties(crt(folders[0]).toString(), "file:" + key(folders[0]), more), true, clock);
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
    void putsAChangedFileInForceAndTellsSo() {
        FIRST.writeTo(folder.resolve("usual"));
        EdgeCertificates certificates = certificatesIn("usual");
        assertShows(certificates, FIRST);

        SECOND.writeTo(folder.resolve("usual"));
        certificates.look();

        assertShows(certificates, SECOND);
        assertThat(certificates.forName("gw.example.com")).isSameAs(certificates.usual());
        assertThat(occurrences("is in force for [gw.example.com, *.example.com]"))
                .isEqualTo(1);
    }

    @Test
    void keepsTheLastGoodOneWhateverIsWrongWithTheNextAndTellsItOnce() throws IOException {
        FIRST.writeTo(folder.resolve("usual"));
        EdgeCertificates certificates = certificatesIn("usual");

        Files.writeString(crt("usual"), "-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n");
        isTold(certificates, "holds no certificate in PEM form");
        Files.delete(crt("usual"));
        isTold(certificates, "tls.crt does not exist");
        Files.createDirectory(crt("usual"));
        isTold(certificates, "tls.crt is not a file");
        Files.delete(crt("usual"));
        Files.writeString(crt("usual"), "x".repeat(2 << 20));
        isTold(certificates, "is larger than a mebibyte");
        Files.writeString(crt("usual"), "");
        isTold(certificates, "holds no certificate in PEM form");
        Files.writeString(crt("usual"), SECOND.certificate());
        isTold(certificates, "is not the key of the first certificate");
        Files.writeString(
                key("usual"), "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n");
        isTold(certificates, "is encrypted");
        Files.writeString(key("usual"), "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
        isTold(certificates, "holds no private key in PEM form");
        StubCertificate.expired("gw.example.com").writeTo(folder.resolve("usual"));
        isTold(certificates, "is valid only from");

        SECOND.writeTo(folder.resolve("usual"));
        certificates.look();
        assertShows(certificates, SECOND);
    }

    private void isTold(EdgeCertificates certificates, String words) {
        long before = occurrences(words);
        for (int i = 0; i < 4; i++) {
            certificates.look();
            assertShows(certificates, FIRST);
        }
        assertThat(occurrences(words) - before).as(words).isEqualTo(1);
    }

    private long occurrences(String words) {
        return told.list.stream()
                .filter(event -> event.getFormattedMessage().contains(words))
                .count();
    }

    @Test
    void saysNothingOfAPairThatIsBeingReplaced() throws IOException {
        FIRST.writeTo(folder.resolve("usual"));
        EdgeCertificates certificates = certificatesIn("usual");

        Files.writeString(crt("usual"), SECOND.certificate());
        certificates.look();
        assertShows(certificates, FIRST);
        Files.writeString(key("usual"), SECOND.privateKey());
        certificates.look();

        assertShows(certificates, SECOND);
        assertThat(occurrences("stays in force")).isZero();
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
    void servesOnWhenItsTimeIsOverAndTellsItOnce() {
        FIRST.writeTo(folder.resolve("usual"));
        EdgeCertificates certificates = certificatesIn("usual");
        clock.advance(Duration.ofDays(60));
        certificates.look();
        certificates.look();

        assertShows(certificates, FIRST);
        assertThat(occurrences("clients will not accept it")).isEqualTo(1);
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
                .isThrownBy(() -> EdgeCertificates.in(properties, true, clock))
                .withMessageContaining("latchkey.tls.private-key: it is missing");
        TlsProperties complete =
                new TlsProperties(crt("usual").toString(), key("usual").toString(), properties.more());
        assertThatExceptionOfType(ConfigurationRefused.class)
                .isThrownBy(() -> EdgeCertificates.in(complete, true, clock))
                .withMessageContaining("latchkey.tls.more[0]")
                .withMessageContaining("absent/tls.crt does not exist")
                .withMessageContaining("latchkey.tls.more[1]")
                .withMessageContaining("holds no certificate");
    }
}
