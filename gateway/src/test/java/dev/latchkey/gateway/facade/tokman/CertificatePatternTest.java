package dev.latchkey.gateway.facade.tokman;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.latchkey.gateway.testing.StubAuthority;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CertificatePatternTest {

    private static final X509Certificate SHOWN = StubAuthority.named("Workers")
            .issue("CN=worker,O=Packit", "dns:*.Packit.example,uri:spiffe://packit/Worker,email:worker@packit.example")
            .itself();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "dns:*.packit.example",
                "DNS:*.PACKIT.example",
                "uri:spiffe://packit/Worker",
                "email:worker@packit.example",
                "subject:CN=worker,O=Packit",
                "subject: cn = Worker , o=packit"
            })
    void meansTheCertificate(String pattern) {
        assertThat(CertificatePattern.parse(pattern).matches(SHOWN)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "dns:a.packit.example",
                "dns:packit.example",
                "dns:worker",
                "dns:spiffe://packit/Worker",
                "uri:spiffe://packit/worker",
                "uri:*.packit.example",
                "email:Worker@packit.example",
                "subject:CN=worker",
                "subject:O=Packit,CN=worker",
                "subject:CN=worker+O=Packit",
                "sha256:0000000000000000000000000000000000000000000000000000000000000000"
            })
    void meansAnother(String pattern) {
        assertThat(CertificatePattern.parse(pattern).matches(SHOWN)).isFalse();
    }

    @Test
    void meansACertificateByItsFingerprintHoweverItIsWritten() throws Exception {
        byte[] hash = MessageDigest.getInstance("SHA-256").digest(SHOWN.getEncoded());
        for (HexFormat format :
                new HexFormat[] {HexFormat.of(), HexFormat.ofDelimiter(":").withUpperCase()}) {
            assertThat(CertificatePattern.parse("sha256:" + format.formatHex(hash))
                            .matches(SHOWN))
                    .isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "worker", "dns:", "dns: ", "cn:worker", "subject:worker", "sha256:00", "sha256:zz", ":x"})
    void isRefusedInAnyOtherForm(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> CertificatePattern.parse(text));
    }
}
