package dev.latchkey.gateway.journey;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.gateway.testing.GitHubStub;
import dev.latchkey.gateway.testing.RawBackend;
import dev.latchkey.gateway.testing.TestGateway;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Several requests on one connection, as browsers and proxies send them. */
class KeptConnectionTest {

    private static final String REQUEST = "GET /ping HTTP/1.1\r\nHost: localhost\r\n\r\n";

    @Test
    void answersEachHoweverItsBytesArrive() throws IOException {
        try (GitHubStub github = GitHubStub.start();
                TestGateway gateway = TestGateway.signingInAt(github).start();
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), gateway.port())) {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(10_000);
            for (int i = 0; i < 20; i++) {
                sendInPieces(socket.getOutputStream(), REQUEST);
                assertThat(statusLine(socket.getInputStream())).isEqualTo("HTTP/1.1 200 OK");
            }
        }
    }

    @Test
    void goesOnAfterAQuickAnswerThatHadToWaitBehindASlowOne() throws IOException {
        try (GitHubStub github = GitHubStub.start();
                RawBackend app = RawBackend.start();
                TestGateway gateway = TestGateway.signingInAt(github)
                        .route("app", "path: /app/**", "to: " + app.url(), "allow: [anyone]")
                        .start();
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), gateway.port())) {
            socket.setSoTimeout(10_000);
            app.answersOnce("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK");
            String slow = REQUEST.replace("/ping", "/app/x");
            socket.getOutputStream().write((slow + REQUEST).getBytes(US_ASCII));
            assertThat(statusLine(socket.getInputStream())).isEqualTo("HTTP/1.1 200 OK");
            assertThat(statusLine(socket.getInputStream())).isEqualTo("HTTP/1.1 200 OK");

            socket.getOutputStream().write(REQUEST.getBytes(US_ASCII));
            assertThat(statusLine(socket.getInputStream())).isEqualTo("HTTP/1.1 200 OK");
        }
    }

    /** More than fits into the buffers between them: a reset would take the answer away. */
    @ParameterizedTest
    @ValueSource(strings = {"Content-Length: 31457280", "Transfer-Encoding: chunked"})
    void letsAClientThatSendsTooMuchSendItAllAndReadWhy(String framing) throws IOException {
        try (GitHubStub github = GitHubStub.start();
                RawBackend app = RawBackend.start();
                TestGateway gateway = TestGateway.signingInAt(github)
                        .route("app", "path: /app/**", "to: " + app.url(), "allow: [anyone]", "limits: {body: 1MB}")
                        .start();
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), gateway.port())) {
            socket.setSoTimeout(30_000);
            OutputStream out = socket.getOutputStream();
            out.write(("POST /app/x HTTP/1.1\r\nHost: localhost\r\n" + framing + "\r\n\r\n").getBytes(US_ASCII));
            byte[] part = new byte[1024 * 1024];
            for (int i = 0; i < 30; i++) {
                if (framing.contains("chunked")) {
                    out.write("100000\r\n".getBytes(US_ASCII));
                }
                out.write(part);
                if (framing.contains("chunked")) {
                    out.write("\r\n".getBytes(US_ASCII));
                }
            }
            String answer = new String(socket.getInputStream().readAllBytes(), US_ASCII);
            assertThat(answer).startsWith("HTTP/1.1 413 ").contains("request.body.too-large");
        }
    }

    private static void sendInPieces(OutputStream out, String request) throws IOException {
        for (byte each : request.getBytes(US_ASCII)) {
            out.write(each);
            out.flush();
        }
    }

    /** Reads one whole answer, whose body is the two bytes of {@code OK}. */
    private static String statusLine(InputStream in) throws IOException {
        StringBuilder answer = new StringBuilder();
        while (!answer.toString().endsWith("\r\n\r\nOK")) {
            int next = in.read();
            assertThat(next).as("the connection was closed").isNotNegative();
            answer.append((char) next);
        }
        return answer.substring(0, answer.indexOf("\r\n"));
    }
}
