package dev.latchkey.gateway.journey;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.gateway.testing.EchoBackend;
import dev.latchkey.gateway.testing.GitHubStub;
import dev.latchkey.gateway.testing.RedisServer;
import dev.latchkey.gateway.testing.TestGateway;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Strangers cost the store nothing, however many come. */
class AnonymousTrafficTest {

    private static final int HITS = 100_000;
    private static final int CONNECTIONS = 4;
    /** Requests sent ahead of their answers, on each connection. */
    private static final int AHEAD = 25;

    /** Of which a record each would show just as well in a file, where nothing is kept but what was written. */
    private static final int FEWER_HITS = HITS / 5;

    /** What so many records of any kind would exceed by far. */
    private static final long ALLOWANCE = 64 * 1024;

    private static GitHubStub github;
    private static EchoBackend app;

    @BeforeAll
    static void start() {
        github = GitHubStub.start();
        app = EchoBackend.start();
    }

    @AfterAll
    static void stop() {
        app.close();
        github.close();
    }

    @Test
    void aHundredThousandHitsLeaveRedisAsItWas() {
        try (RedisServer redis = RedisServer.embedded();
                TestGateway gateway =
                        TestGateway.signingInAt(github).app(app.url()).on(redis).start()) {
            String before = held(redis);

            hit(gateway, HITS);

            assertThat(held(redis)).isEqualTo(before);
        }
    }

    @Test
    void twentyThousandHitsLeaveTheFileAsItWas(@TempDir Path folder) throws IOException {
        gatewayOn(folder).close();
        long before = sizeOf(folder);

        try (TestGateway gateway = gatewayOn(folder)) {
            hit(gateway, FEWER_HITS);
        }

        assertThat(before).isPositive();
        assertThat(sizeOf(folder)).isLessThan(before + ALLOWANCE);
    }

    /** All but the sign of life that nodes give each other. */
    private static String held(RedisServer redis) {
        return redis.dump().replaceAll("(?m)^latchkey:pace-nodes.*$", "");
    }

    private static TestGateway gatewayOn(Path folder) {
        return TestGateway.signingInAt(github).app(app.url()).dataIn(folder).start();
    }

    /** A quarter each of pages, calls, beginnings and ends of sign-ins, all with a cookie that is none. */
    private static void hit(TestGateway gateway, int hits) {
        List<CompletableFuture<Map<String, Integer>>> visitors = IntStream.range(0, CONNECTIONS)
                .mapToObj(i -> CompletableFuture.supplyAsync(
                        () -> visit(gateway.port(), i * hits / CONNECTIONS, hits / CONNECTIONS),
                        task -> new Thread(task).start()))
                .toList();
        Map<String, Integer> answers = visitors.stream()
                .flatMap(visitor -> visitor.join().entrySet().stream())
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue, Integer::sum, TreeMap::new));
        assertThat(answers)
                .isEqualTo(Map.of(
                        "HTTP/1.1 302 Found", hits / 2,
                        "HTTP/1.1 400 Bad Request", hits / 4,
                        "HTTP/1.1 401 Unauthorized", hits / 4));
        assertThat(app.requests()).isEmpty();
    }

    private static Map<String, Integer> visit(int port, int first, int hits) {
        Map<String, Integer> answers = new TreeMap<>();
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(30_000);
            InputStream in = new BufferedInputStream(socket.getInputStream(), 1 << 16);
            for (int done = 0; done < hits; done += AHEAD) {
                String requests = IntStream.range(first + done, first + done + AHEAD)
                        .mapToObj(AnonymousTrafficTest::request)
                        .collect(Collectors.joining());
                socket.getOutputStream().write(requests.getBytes(US_ASCII));
                for (int i = 0; i < AHEAD; i++) {
                    answers.merge(readAnswer(in), 1, Integer::sum);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return answers;
    }

    private static String request(int i) {
        String target = switch (i % 4) {
            case 0 -> "/page/" + i;
            case 1 -> "/api/" + i;
            case 2 -> "/oauth2/start?rd=%2Fdeep%2F" + i;
            default -> "/oauth2/callback?code=c" + i + "&state=s" + i;
        };
        String accept = i % 4 == 0 ? "text/html" : "application/json";
        return "GET " + target + " HTTP/1.1\r\nHost: localhost\r\nAccept: " + accept + "\r\nCookie: latchkey=garbage"
                + i + ".garbage; latchkey-attempt-" + i + "=garbage\r\n\r\n";
    }

    /** Reads one whole answer and returns its first line. */
    private static String readAnswer(InputStream in) throws IOException {
        String first = readLine(in);
        int length = 0;
        for (String line = readLine(in); !line.isEmpty(); line = readLine(in)) {
            if (line.regionMatches(true, 0, "content-length:", 0, 15)) {
                length = Integer.parseInt(line.substring(15).trim());
            }
        }
        in.skipNBytes(length);
        return first;
    }

    private static String readLine(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new IOException("The connection was closed");
            }
            line.append((char) b);
        }
        line.setLength(line.length() - 1);
        return line.toString();
    }

    private static long sizeOf(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        }
    }
}
