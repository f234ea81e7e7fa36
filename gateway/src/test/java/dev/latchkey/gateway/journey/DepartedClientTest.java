package dev.latchkey.gateway.journey;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.gateway.testing.EchoBackend;
import dev.latchkey.gateway.testing.GitHubStub;
import dev.latchkey.gateway.testing.TestGateway;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** Clients that leave before they have their answer, as browsers do all day. */
@ExtendWith(OutputCaptureExtension.class)
class DepartedClientTest {

    private static final int CLIENTS = 64;
    private static final int ROUNDS = 150;
    private static final byte[] REQUEST = "GET /app HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(US_ASCII);

    @Test
    void isNothingToComplainOf(CapturedOutput output) throws IOException {
        try (GitHubStub github = GitHubStub.start();
                EchoBackend app = EchoBackend.start();
                TestGateway gateway = TestGateway.signingInAt(github)
                        .route("app", "to: " + app.url(), "allow: [anyone]")
                        .start()) {
            for (int round = 0; round < ROUNDS; round++) {
                comeAndGo(gateway.port());
            }
            assertThat(gateway.stranger().fetch("/app").statusCode()).isEqualTo(200);
        }
        assertThat(output.getAll()).doesNotContain("problem=internal", "problem=backend.broken");
    }

    private static void comeAndGo(int port) throws IOException {
        List<Socket> clients = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            Socket client = new Socket(InetAddress.getLoopbackAddress(), port);
            client.setSoLinger(true, 0);
            clients.add(client);
        }
        for (Socket client : clients) {
            client.getOutputStream().write(REQUEST);
        }
        // The first has its answer; of the others some are just being answered.
        assertThat(clients.get(0).getInputStream().read()).isNotNegative();
        for (Socket client : clients) {
            client.close();
        }
    }
}
