package dev.latchkey.gateway.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class RawHttpTest {

    @Test
    void sendsExactlyTheBytesItIsGiven() {
        try (RawBackend backend = RawBackend.start()) {
            String request = "GET /a/../b HTTP/1.1\r\nHost: x\r\nX_user:  me\r\nx-USER:\tyou\r\n\r\n";

            RawHttp.Response response = RawHttp.to(backend.port()).send(request);

            assertThat(response.status()).isEqualTo(200);
            assertThat(response.body()).isEqualTo("ok");
            assertThat(backend.lastHead()).isEqualTo(request);
            assertThat(backend.lastHeaderLines()).containsExactly("Host: x", "X_user:  me", "x-USER:\tyou");
        }
    }

    @Test
    void takesBodiesForWhatTheyAre() {
        try (RawBackend backend = RawBackend.start()) {
            String all = RawHttp.to(backend.port())
                    .timeout(Duration.ofSeconds(2))
                    .sendAndReadAll("POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc"
                            + "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n");

            assertThat(all.split("HTTP/1.1 200")).hasSize(3);
            assertThat(backend.heads()).hasSize(2).allMatch(head -> head.startsWith("POST / "));
        }
    }

    @Test
    void readsChunkedAnswers() throws IOException {
        RawHttp.Response response =
                answerTo("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n");

        assertThat(response.body()).isEqualTo("abcde");
    }

    @Test
    void passesOverInterimAnswers() throws IOException {
        RawHttp.Response response = answerTo("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\nX: 1\r\n\r\nabc");

        assertThat(response.status()).isEqualTo(201);
        assertThat(response.header("x")).isEqualTo("1");
        assertThat(response.body()).isEqualTo("abc");
    }

    @Test
    void takesGarbageAndSilenceForAnswers() throws IOException {
        assertThat(answerTo("SSH-2.0-x").status()).isZero();
        assertThat(answerTo("SSH-2.0-x").body()).isEqualTo("SSH-2.0-x");
        assertThat(answerTo("").body()).isEmpty();
        assertThat(answerTo("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc").body())
                .isEqualTo("abc");
    }

    private static RawHttp.Response answerTo(String answer) throws IOException {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread thread = new Thread(() -> say(server, answer));
            thread.setDaemon(true);
            thread.start();
            return RawHttp.to(server.getLocalPort()).send("GET / HTTP/1.1\r\n\r\n");
        }
    }

    private static void say(ServerSocket server, String answer) {
        try (Socket socket = server.accept()) {
            socket.getInputStream().readNBytes("GET / HTTP/1.1\r\n\r\n".length());
            socket.getOutputStream().write(answer.getBytes(ISO_8859_1));
        } catch (IOException e) {
            // The test sees it in what it reads.
        }
    }
}
