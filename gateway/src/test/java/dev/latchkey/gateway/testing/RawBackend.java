package dev.latchkey.gateway.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

/**
 * A backend without an HTTP library in between: keeps the very bytes of each request head, and answers a fixed 200. What an
 * HTTP server would normalise away, such as a doubled or oddly spelled header, is still there. A request that was cut off
 * before its end is none.
 */
public final class RawBackend implements AutoCloseable {

    private static final List<byte[]> ANSWER =
            List.of("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nok".getBytes(ISO_8859_1));

    private final List<String> heads = new CopyOnWriteArrayList<>();
    private final Set<Socket> connections = ConcurrentHashMap.newKeySet();
    private final AtomicReference<List<byte[]>> nextAnswer = new AtomicReference<>(ANSWER);
    private final ServerSocket server;

    private RawBackend() throws IOException {
        server = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
        daemon(this::accept).start();
    }

    public static RawBackend start() {
        try {
            return new RawBackend();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public int port() {
        return server.getLocalPort();
    }

    public String url() {
        return "http://127.0.0.1:" + port();
    }

    /** Answers the next request with these very bytes, each part in a packet of its own. */
    public RawBackend answersOnce(String... parts) {
        nextAnswer.set(Stream.of(parts).map(part -> part.getBytes(ISO_8859_1)).toList());
        return this;
    }

    /** Each request head, request line to the empty line, a character for a byte. */
    public List<String> heads() {
        return List.copyOf(heads);
    }

    /** The newest head; fails when nothing came. */
    public String lastHead() {
        List<String> all = heads();
        if (all.isEmpty()) {
            throw new AssertionError("Nothing reached the backend");
        }
        return all.get(all.size() - 1);
    }

    /** The header lines of the newest head, as sent. */
    public List<String> lastHeaderLines() {
        return lastHead().lines().skip(1).filter(line -> !line.isEmpty()).toList();
    }

    public void forgetHeads() {
        heads.clear();
    }

    @Override
    public void close() {
        closeQuietly(server);
        connections.forEach(RawBackend::closeQuietly);
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket connection = server.accept();
                connections.add(connection);
                daemon(() -> serve(connection)).start();
            } catch (IOException e) {
                // Closed: the loop's condition ends it.
            }
        }
    }

    private void serve(Socket connection) {
        try (connection) {
            connection.setTcpNoDelay(true);
            InputStream in = new BufferedInputStream(connection.getInputStream());
            OutputStream out = connection.getOutputStream();
            for (String head = readHead(in); !head.isEmpty(); head = readHead(in)) {
                skipBody(in, head);
                heads.add(head);
                for (byte[] part : nextAnswer.getAndSet(ANSWER)) {
                    out.write(part);
                    out.flush();
                }
            }
        } catch (IOException e) {
            // The other end went away, as it may.
        } finally {
            connections.remove(connection);
        }
    }

    private static String readHead(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        String end = "\r\n\r\n";
        int matched = 0;
        for (int b = in.read(); b >= 0; b = in.read()) {
            head.write(b);
            matched = b == end.charAt(matched) ? matched + 1 : (b == '\r' ? 1 : 0);
            if (matched == end.length()) {
                return head.toString(ISO_8859_1);
            }
        }
        return "";
    }

    private static void skipBody(InputStream in, String head) throws IOException {
        List<Header> headers = RawHttp.headersOf(head);
        String length = Header.first(headers, "Content-Length");
        if (length != null) {
            in.skipNBytes(Long.parseLong(length.trim()));
        } else if (Header.first(headers, "Transfer-Encoding") != null) {
            skipChunks(in);
        }
    }

    private static void skipChunks(InputStream in) throws IOException {
        for (int size = chunkSize(in); size > 0; size = chunkSize(in)) {
            in.skipNBytes(size);
            readLine(in);
        }
        for (String trailer = readLine(in); !trailer.isEmpty(); trailer = readLine(in)) {
            // Read past.
        }
    }

    private static int chunkSize(InputStream in) throws IOException {
        return Integer.parseInt(readLine(in).split(";")[0].trim(), 16);
    }

    private static String readLine(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new EOFException("The request was cut off");
            }
            line.append((char) b);
        }
        return line.toString().strip();
    }

    private static Thread daemon(Runnable work) {
        Thread thread = new Thread(work, "raw-backend");
        thread.setDaemon(true);
        return thread;
    }

    private static void closeQuietly(AutoCloseable resource) {
        try {
            resource.close();
        } catch (Exception e) {
            // Nothing is left to be done about it.
        }
    }
}
