package dev.latchkey.gateway.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import javax.net.ssl.SSLContext;

/**
 * An HTTP/1.1 client that sends exactly the bytes it is given, for requests that no decent client would make. Each call has
 * a connection of its own. A connection that is cut, reset or silent is an answer like any other: see {@link Response}.
 */
public final class RawHttp {

    private final int port;
    private final Duration timeout;
    private final SSLContext tls;

    private RawHttp(int port, Duration timeout, SSLContext tls) {
        this.port = port;
        this.timeout = timeout;
        this.tls = tls;
    }

    /** To that port on the loopback interface; thirty seconds of silence end an answer. */
    public static RawHttp to(int port) {
        return new RawHttp(port, Duration.ofSeconds(30), null);
    }

    public RawHttp timeout(Duration silence) {
        return new RawHttp(port, silence, tls);
    }

    /** The same bytes inside TLS, to whoever that context trusts. */
    public RawHttp inside(SSLContext context) {
        return new RawHttp(port, timeout, context);
    }

    /** Sends the request, a byte for each character, and reads one answer. */
    public Response send(String request) {
        return send(request.getBytes(ISO_8859_1));
    }

    public Response send(byte[] request) {
        boolean head = new String(request, 0, Math.min(5, request.length), ISO_8859_1).equals("HEAD ");
        return exchange(request, in -> readResponse(in, head));
    }

    /** Sends the request and returns everything that comes back until the connection closes or falls silent. */
    public String sendAndReadAll(String request) {
        return exchange(request.getBytes(ISO_8859_1), RawHttp::readAll);
    }

    /** A GET with that target as it stands, and these header lines. */
    public Response get(String target, String... headerLines) {
        String lines = headerLines.length == 0 ? "" : String.join("\r\n", headerLines) + "\r\n";
        return send("GET " + target + " HTTP/1.1\r\nHost: localhost:" + port + "\r\n" + lines
                + "Connection: close\r\n\r\n");
    }

    private <T> T exchange(byte[] request, Function<InputStream, T> reader) {
        try (Socket plain = new Socket()) {
            plain.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), (int) timeout.toMillis());
            plain.setSoTimeout((int) timeout.toMillis());
            Socket socket = tls == null ? plain : tls.getSocketFactory().createSocket(plain, "localhost", port, true);
            write(socket, request);
            return reader.apply(new BufferedInputStream(socket.getInputStream()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A server may answer and close before it has read everything; what it said is still worth reading. */
    private static void write(Socket socket, byte[] request) {
        try {
            socket.getOutputStream().write(request);
            socket.getOutputStream().flush();
        } catch (IOException e) {
            // The answer, or its absence, tells.
        }
    }

    private static Response readResponse(InputStream in, boolean toHead) {
        String statusLine = readLine(in);
        if (!statusLine.startsWith("HTTP/")) {
            return new Response(0, List.of(), statusLine + readAll(in));
        }
        StringBuilder head = new StringBuilder(statusLine).append("\r\n");
        for (String line = readLine(in); !line.isEmpty(); line = readLine(in)) {
            head.append(line).append("\r\n");
        }
        int status = statusOf(statusLine);
        List<Header> headers = headersOf(head.toString());
        if (status >= 100 && status < 200 && status != 101) {
            return readResponse(in, toHead);
        }
        return new Response(status, headers, toHead ? "" : readBody(in, status, headers));
    }

    private static int statusOf(String statusLine) {
        String[] parts = statusLine.split(" ");
        return parts.length > 1 && parts[1].matches("\\d{3}") ? Integer.parseInt(parts[1]) : 0;
    }

    private static String readBody(InputStream in, int status, List<Header> headers) {
        if (status == 101 || status == 204 || status == 304) {
            return "";
        }
        String encoding = Header.first(headers, "Transfer-Encoding");
        if (encoding != null && encoding.contains("chunked")) {
            return readChunks(in);
        }
        String length = Header.first(headers, "Content-Length");
        if (length != null && length.matches("\\d+")) {
            return readUpTo(in, Integer.parseInt(length));
        }
        return readAll(in);
    }

    /** Reads a chunked body and its trailers; ends early where the encoding does. */
    private static String readChunks(InputStream in) {
        StringBuilder body = new StringBuilder();
        for (int size = chunkSize(in); size > 0; size = chunkSize(in)) {
            body.append(readUpTo(in, size));
            readLine(in);
        }
        for (String trailer = readLine(in); !trailer.isEmpty(); trailer = readLine(in)) {
            // Read past.
        }
        return body.toString();
    }

    private static int chunkSize(InputStream in) {
        String size = readLine(in).split(";")[0].trim();
        return size.matches("[0-9a-fA-F]{1,7}") ? Integer.parseInt(size, 16) : 0;
    }

    /** The header lines of a head; lines without a colon become names without a value. */
    static List<Header> headersOf(String head) {
        return head.lines()
                .skip(1)
                .filter(line -> !line.isEmpty())
                .map(RawHttp::headerOf)
                .toList();
    }

    private static Header headerOf(String line) {
        int colon = line.indexOf(':');
        return colon < 0
                ? new Header(line, "")
                : new Header(line.substring(0, colon), line.substring(colon + 1).trim());
    }

    private static String readLine(InputStream in) {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = readOrEnd(in); b >= 0 && b != '\n'; b = readOrEnd(in)) {
            line.write(b);
        }
        String text = line.toString(ISO_8859_1);
        return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
    }

    private static String readAll(InputStream in) {
        return readUpTo(in, Integer.MAX_VALUE);
    }

    private static String readUpTo(InputStream in, int length) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int b = 0; bytes.size() < length && b >= 0; ) {
            b = readOrEnd(in);
            if (b >= 0) {
                bytes.write(b);
            }
        }
        return bytes.toString(ISO_8859_1);
    }

    private static int readOrEnd(InputStream in) {
        try {
            return in.read();
        } catch (IOException e) {
            // Reset or silent for too long: either way, nothing more will come.
            return -1;
        }
    }

    /**
     * An answer.
     *
     * @param status 0 when what came was not HTTP, or nothing came; {@code body} then holds whatever did
     * @param body a character for a byte
     */
    public record Response(int status, List<Header> headers, String body) {

        /** The first value of that header, or null. */
        public String header(String name) {
            return Header.first(headers, name);
        }

        public List<String> headers(String name) {
            return Header.values(headers, name);
        }
    }
}
