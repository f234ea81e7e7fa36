package dev.latchkey.gateway.journey;

import dev.latchkey.gateway.testing.RawHttp2;
import dev.latchkey.gateway.testing.StubCertificate;
import dev.latchkey.gateway.testing.TestGateway;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.provider.Arguments;

/** TLS changes nothing of what is answered at the door, where HTTP/2 is agreed on in the handshake. */
class Http2DoorInsideTlsTest extends Http2DoorTest {

    @TempDir
    private static Path folder;

    @BeforeAll
    @Override
    void start() {
        int port = TestGateway.freePort();
        StubCertificate certificate = StubCertificate.forNames("localhost").writeTo(folder);
        start(
                github -> TestGateway.signingInAt(github)
                        .property("latchkey.external-url", "https://localhost:" + port)
                        .property("latchkey.tls.certificate", folder.resolve("tls.crt"))
                        .property("latchkey.tls.private-key", folder.resolve("tls.key"))
                        .port(port),
                () -> RawHttp2.to(port, StubCertificate.trusting(certificate)));
    }

    @Override
    String scheme() {
        return "https";
    }

    // Behind TLS is the very same codec and guard, so a few of each kind show that they are there.

    @Override
    Stream<String> ambiguousTargets() {
        return someOf(super.ambiguousTargets());
    }

    @Override
    Stream<Arguments> requestsThatAreNone() {
        return someOf(super.requestsThatAreNone());
    }

    @Override
    Stream<List<String>> resetRequests() {
        return someOf(super.resetRequests());
    }

    private static <T> Stream<T> someOf(Stream<T> cases) {
        List<T> all = cases.toList();
        return IntStream.range(0, all.size()).filter(i -> i % 6 == 0).mapToObj(all::get);
    }
}
