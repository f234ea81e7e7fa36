package dev.latchkey.gateway.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/**
 * An HTTP/2 client that sends exactly the frames it is given (RFC 9113), for streams that no decent client would open. Heads
 * are written without compression (RFC 7541, section 6.2.2). One connection; not for several threads.
 */
public final class RawHttp2 implements AutoCloseable {

    public static final int DATA = 0;
    public static final int HEADERS = 1;
    public static final int PRIORITY = 2;
    public static final int RST_STREAM = 3;
    public static final int SETTINGS = 4;
    public static final int PUSH_PROMISE = 5;
    public static final int PING = 6;
    public static final int GOAWAY = 7;
    public static final int WINDOW_UPDATE = 8;
    public static final int CONTINUATION = 9;

    public static final int END_STREAM = 1;
    public static final int ACK = 1;
    public static final int END_HEADERS = 4;

    private static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    private static final int SILENCE = 30_000;

    private final List<Integer> lastStreams = new ArrayList<>();
    private final Socket socket;
    private final DataInputStream in;
    private final OutputStream out;
    private final DefaultHttp2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder(false);
    private final Map<Integer, Answer> answers = new HashMap<>();
    private int next = 1;
    private int goneAway = -1;
    private boolean closed;

    private RawHttp2(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
        this.out = socket.getOutputStream();
    }

    /** By prior knowledge, with the preface and settings sent. */
    public static RawHttp2 to(int port) {
        return connected(port, null);
    }

    /** The same inside TLS, with HTTP/2 alone offered in the handshake. */
    public static RawHttp2 to(int port, SSLContext tls) {
        return connected(port, tls);
    }

    private static RawHttp2 connected(int port, SSLContext tls) {
        try {
            Socket plain = new Socket();
            plain.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), SILENCE);
            plain.setSoTimeout(SILENCE);
            plain.setTcpNoDelay(true);
            RawHttp2 connection = new RawHttp2(tls == null ? plain : secured(plain, port, tls));
            connection.write(PREFACE.getBytes(ISO_8859_1));
            return connection.frame(SETTINGS, 0, 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Socket secured(Socket plain, int port, SSLContext tls) throws IOException {
        SSLSocket socket = (SSLSocket) tls.getSocketFactory().createSocket(plain, "localhost", port, true);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setApplicationProtocols(new String[] {"h2"});
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        if (!socket.getApplicationProtocol().equals("h2")) {
            throw new IOException("The server chose '" + socket.getApplicationProtocol() + "'");
        }
        return socket;
    }

    // Sending

    /** A frame, whatever it says. What cannot be sent any more is seen in the answer. */
    public RawHttp2 frame(int type, int flags, int stream, byte... payload) {
        return frames(1, type, flags, stream, payload);
    }

    /** So many of them. */
    public RawHttp2 frames(int times, int type, int flags, int stream, byte... payload) {
        ByteBuffer frames = ByteBuffer.allocate((9 + payload.length) * times);
        for (int i = 0; i < times; i++) {
            frames.put((byte) (payload.length >> 16)).putShort((short) payload.length);
            frames.put((byte) type).put((byte) flags).putInt(stream).put(payload);
        }
        write(frames.array());
        return this;
    }

    private void write(byte[] bytes) {
        try {
            out.write(bytes);
            out.flush();
        } catch (IOException e) {
            closed = true;
        }
    }

    /** The id of a stream that has not been used. */
    public int stream() {
        int stream = next;
        next += 2;
        return stream;
    }

    /** A GET with these fields after the four that every request has. */
    public Answer get(String path, String... fields) {
        return request(head("GET", path, fields));
    }

    /** The fields of a request, to be changed or sent. */
    public static List<String> head(String method, String path, String... more) {
        List<String> fields = new ArrayList<>(
                List.of(":method", method, ":scheme", "http", ":authority", "localhost", ":path", path));
        fields.addAll(List.of(more));
        return fields;
    }

    /** Sends a request without a body and waits for its answer. */
    public Answer request(List<String> fields) {
        int stream = stream();
        return begin(stream, true, fields).answer(stream);
    }

    /** Sends a head in one frame. */
    public RawHttp2 begin(int stream, boolean whole, List<String> fields) {
        return frame(HEADERS, END_HEADERS | (whole ? END_STREAM : 0), stream, block(fields));
    }

    public RawHttp2 data(int stream, boolean last, String text) {
        return frame(DATA, last ? END_STREAM : 0, stream, text.getBytes(ISO_8859_1));
    }

    /** Names and values in turn, as a block of literal fields. */
    public static byte[] block(List<String> fields) {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        for (int i = 0; i < fields.size(); i += 2) {
            block.write(0);
            literal(block, fields.get(i));
            literal(block, fields.get(i + 1));
        }
        return block.toByteArray();
    }

    /** RFC 7541, sections 5.1 and 5.2. */
    private static void literal(ByteArrayOutputStream block, String text) {
        byte[] bytes = text.getBytes(ISO_8859_1);
        int length = bytes.length;
        if (length < 127) {
            block.write(length);
        } else {
            block.write(127);
            for (length -= 127; length >= 128; length >>>= 7) {
                block.write(length & 127 | 128);
            }
            block.write(length);
        }
        block.writeBytes(bytes);
    }

    /** Tells the server that so many bytes of heads can be remembered here (RFC 7541, section 4.2). */
    public RawHttp2 allowTable(long size) {
        try {
            decoder.configuration().maxHeaderTableSize(size);
        } catch (Http2Exception e) {
            throw new IllegalArgumentException(e);
        }
        return frame(
                SETTINGS,
                0,
                0,
                ByteBuffer.allocate(6).putShort((short) 1).putInt((int) size).array());
    }

    /** How many the server makes use of, as it said last. */
    public long table() {
        return decoder.configuration().maxHeaderTableSize();
    }

    // Receiving

    /** Reads until that stream is over, or the connection. */
    public Answer answer(int stream) {
        while (!answerSoFar(stream).over && read()) {
            // The next frame may be of this stream.
        }
        return answerSoFar(stream);
    }

    /** Reads until that stream has a head, or is over, or the connection. */
    public Answer headOf(int stream) {
        while (answerSoFar(stream).status == 0 && !answerSoFar(stream).over && read()) {
            // As above.
        }
        return answerSoFar(stream);
    }

    /** Reads until the connection is closed, and says with what error of GOAWAY; -1 if it was closed without a word. */
    public int end() {
        while (read()) {
            // Until nothing comes any more.
        }
        return goneAway;
    }

    /** The last stream that each GOAWAY promised to look at, as far as they were read. */
    public List<Integer> lastStreams() {
        return List.copyOf(lastStreams);
    }

    private Answer answerSoFar(int stream) {
        return answers.computeIfAbsent(stream, id -> new Answer());
    }

    private boolean read() {
        try {
            int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
            int type = in.readUnsignedByte();
            int flags = in.readUnsignedByte();
            int stream = in.readInt();
            heed(type, flags, stream, in.readNBytes(length));
            return true;
        } catch (SocketTimeoutException e) {
            return false;
        } catch (IOException | Http2Exception e) {
            closed = true;
            return false;
        }
    }

    private void heed(int type, int flags, int stream, byte[] payload) throws Http2Exception {
        Answer answer = stream == 0 ? new Answer() : answerSoFar(stream);
        switch (type) {
            case HEADERS -> answer.head(decoder, stream, payload);
            case DATA -> answer.data(payload);
            case RST_STREAM -> answer.reset(ByteBuffer.wrap(payload).getInt());
            case GOAWAY -> {
                lastStreams.add(ByteBuffer.wrap(payload).getInt());
                goneAway = ByteBuffer.wrap(payload).getInt(4);
            }
            case SETTINGS -> acknowledge(type, flags);
            case PING -> acknowledge(type, flags, payload);
            default -> {
                // Says nothing of an answer.
            }
        }
        if ((type == HEADERS || type == DATA) && (flags & END_STREAM) != 0) {
            answer.over = true;
        }
    }

    private void acknowledge(int type, int flags, byte... payload) {
        if ((flags & ACK) == 0) {
            frame(type, ACK, 0, payload);
        }
    }

    /** Whether the other end has closed the connection, as far as was read; silence is none. */
    public boolean isClosed() {
        return closed;
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            // It is gone either way.
        }
    }

    /** An answer as far as it was read. */
    public static final class Answer {

        private final List<Header> headers = new ArrayList<>();
        private final StringBuilder body = new StringBuilder();
        private int status;
        private int reset = -1;
        private boolean over;

        private void head(DefaultHttp2HeadersDecoder decoder, int stream, byte[] block) throws Http2Exception {
            decoder.decodeHeaders(stream, Unpooled.wrappedBuffer(block)).forEach(field -> {
                String name = field.getKey().toString();
                if (name.equals(":status")) {
                    status = Integer.parseInt(field.getValue().toString());
                } else {
                    headers.add(new Header(name, field.getValue().toString()));
                }
            });
        }

        private void data(byte[] bytes) {
            body.append(new String(bytes, ISO_8859_1));
        }

        private void reset(int error) {
            reset = error;
            over = true;
        }

        /** 0 if there was no head. */
        public int status() {
            return status;
        }

        /** The first value of that field, among the trailers too, or null. */
        public String header(String name) {
            return Header.first(headers, name);
        }

        public List<String> headers(String name) {
            return Header.values(headers, name);
        }

        public String body() {
            return body.toString();
        }

        /** The error that the stream was reset with, or -1. */
        public int error() {
            return reset;
        }

        /** Whether the stream is over, and did not just fall silent with its connection. */
        public boolean isOver() {
            return over;
        }

        @Override
        public String toString() {
            return status + " " + headers + " " + body + " reset=" + reset + " over=" + over;
        }
    }
}
