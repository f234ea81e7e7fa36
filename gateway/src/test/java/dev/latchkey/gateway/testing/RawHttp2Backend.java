package dev.latchkey.gateway.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A backend that speaks HTTP/2 by prior knowledge and answers with exactly the frames it is told to (RFC 9113), for answers
 * that no decent server would give. What it answers to is the path.
 */
public final class RawHttp2Backend implements AutoCloseable {

    private static final int PREFACE = 24;

    /** What is to be said to a request. */
    @FunctionalInterface
    public interface Script {

        /** Called when a request's head has come, on the thread that reads its connection. */
        void answer(Conversation conversation, int stream, String path) throws IOException;
    }

    private final Script script;
    private final List<String> paths = new CopyOnWriteArrayList<>();
    private final Map<Integer, Integer> settings = new ConcurrentHashMap<>();
    private final List<Integer> resets = new CopyOnWriteArrayList<>();
    private final Set<Socket> connections = ConcurrentHashMap.newKeySet();
    private final ServerSocket server;

    private RawHttp2Backend(Script script) throws IOException {
        this.script = script;
        this.server = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
        daemon(this::accept);
    }

    public static RawHttp2Backend start(Script script) {
        try {
            return new RawHttp2Backend(script);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public String url() {
        return "h2c://127.0.0.1:" + server.getLocalPort();
    }

    /** Of all requests whose head came, in order. */
    public List<String> paths() {
        return List.copyOf(paths);
    }

    /** What the gateway said of itself last, by the number of the setting (RFC 9113, section 6.5.2). */
    public Map<Integer, Integer> settings() {
        return Map.copyOf(settings);
    }

    /** The errors of streams that the gateway reset. */
    public List<Integer> resets() {
        return List.copyOf(resets);
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                connections.add(socket);
                daemon(() -> serve(socket));
            } catch (IOException e) {
                // Closed: the loop's condition ends it.
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            new Conversation(socket).go();
        } catch (IOException | Http2Exception e) {
            // The other end went away, as it may.
        } finally {
            connections.remove(socket);
        }
    }

    private static void daemon(Runnable work) {
        Thread thread = new Thread(work, "raw-http2-backend");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() {
        try {
            server.close();
            for (Socket socket : connections) {
                socket.close();
            }
        } catch (IOException e) {
            // Nothing is left to be done about it.
        }
    }

    /** One connection of the gateway. */
    public final class Conversation {

        private final DataInputStream in;
        private final OutputStream out;
        private final DefaultHttp2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder(false);

        private Conversation(Socket socket) throws IOException {
            this.in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
            this.out = socket.getOutputStream();
        }

        private void go() throws IOException, Http2Exception {
            in.skipNBytes(PREFACE);
            frame(RawHttp2.SETTINGS, 0, 0);
            while (true) {
                int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
                int type = in.readUnsignedByte();
                int flags = in.readUnsignedByte();
                int stream = in.readInt();
                heed(type, flags, stream, in.readNBytes(length));
            }
        }

        private void heed(int type, int flags, int stream, byte[] payload) throws IOException, Http2Exception {
            boolean answers = (flags & RawHttp2.ACK) == 0;
            if (type == RawHttp2.HEADERS) {
                String path = decoder.decodeHeaders(stream, Unpooled.wrappedBuffer(payload))
                        .path()
                        .toString();
                paths.add(path);
                script.answer(this, stream, path);
            } else if (type == RawHttp2.RST_STREAM) {
                resets.add(ByteBuffer.wrap(payload).getInt());
            } else if (type == RawHttp2.SETTINGS && answers) {
                for (ByteBuffer each = ByteBuffer.wrap(payload); each.hasRemaining(); ) {
                    settings.put((int) each.getShort(), each.getInt());
                }
                frame(RawHttp2.SETTINGS, RawHttp2.ACK, 0);
            } else if (type == RawHttp2.PING && answers) {
                frame(RawHttp2.PING, RawHttp2.ACK, 0, payload);
            }
        }

        /** A frame, whatever it says. */
        public Conversation frame(int type, int flags, int stream, byte... payload) throws IOException {
            ByteBuffer frame = ByteBuffer.allocate(9 + payload.length);
            frame.put((byte) (payload.length >> 16)).putShort((short) payload.length);
            frame.put((byte) type).put((byte) flags).putInt(stream).put(payload);
            out.write(frame.array());
            out.flush();
            return this;
        }

        /** Names and values of a head, in one frame. */
        public Conversation head(int stream, boolean whole, String... fields) throws IOException {
            int end = RawHttp2.END_HEADERS | (whole ? RawHttp2.END_STREAM : 0);
            return frame(RawHttp2.HEADERS, end, stream, RawHttp2.block(List.of(fields)));
        }

        public Conversation data(int stream, boolean last, String text) throws IOException {
            return frame(RawHttp2.DATA, last ? RawHttp2.END_STREAM : 0, stream, text.getBytes(ISO_8859_1));
        }

        public Conversation reset(int stream, int error) throws IOException {
            return frame(
                    RawHttp2.RST_STREAM,
                    0,
                    stream,
                    ByteBuffer.allocate(4).putInt(error).array());
        }

        /** GOAWAY without an error: no stream behind the last one will be answered. */
        public Conversation goAway(int last) throws IOException {
            return frame(
                    RawHttp2.GOAWAY, 0, 0, ByteBuffer.allocate(8).putInt(last).array());
        }

        /** Bytes that are no frame. */
        public void garbage(String text) throws IOException {
            out.write(text.getBytes(ISO_8859_1));
            out.flush();
        }

        public void hangUp() throws IOException {
            out.close();
        }
    }
}
