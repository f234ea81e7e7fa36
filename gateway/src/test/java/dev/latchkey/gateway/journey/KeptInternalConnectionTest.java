package dev.latchkey.gateway.journey;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.gateway.testing.GitHubStub;
import dev.latchkey.gateway.testing.TestGateway;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import org.junit.jupiter.api.Test;

/** A connection to the internal port goes on as long as both sides want. */
class KeptInternalConnectionTest {

    private static final String SLOW = "GET /ready HTTP/1.1\r\nHost: localhost\r\n\r\n";
    private static final String QUICK = "GET /ping HTTP/1.1\r\nHost: localhost\r\n\r\n";

    @Test
    void goesOnAfterAQuickAnswerThatHadToWaitBehindASlowOne() throws IOException {
        try (GitHubStub github = GitHubStub.start();
                TestGateway gateway = TestGateway.signingInAt(github).start();
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), gateway.internalPort())) {
            socket.setSoTimeout(10_000);
            for (int i = 0; i < 20; i++) {
                socket.getOutputStream().write((SLOW + QUICK).getBytes(US_ASCII));
                readUntil(socket.getInputStream(), "{\"status\":\"UP\"}");
                readUntil(socket.getInputStream(), "\r\n\r\nOK");
            }
        }
    }

    private static void readUntil(InputStream in, String end) throws IOException {
        StringBuilder read = new StringBuilder();
        while (!read.toString().endsWith(end)) {
            int next = in.read();
            assertThat(next).as("the connection was closed").isNotNegative();
            read.append((char) next);
        }
    }
}
