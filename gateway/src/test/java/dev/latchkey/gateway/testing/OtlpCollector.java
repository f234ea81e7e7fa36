package dev.latchkey.gateway.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BiConsumer;

/** A collector of OpenTelemetry that takes spans over HTTP as Protocol Buffers ({@code trace.proto}) and keeps them. */
public final class OtlpCollector implements AutoCloseable {

    private final HttpServer server;
    private final ExecutorService workers = Executors.newCachedThreadPool();
    private final List<Collected> spans = new CopyOnWriteArrayList<>();
    private final List<String> messages = new CopyOnWriteArrayList<>();

    /** What became of one piece of work. */
    public record Collected(
            String traceId, String spanId, String parentId, String name, long kind, Map<String, String> attributes) {}

    private OtlpCollector(HttpServer server) {
        this.server = server;
        server.createContext("/v1/traces", this::take);
        server.setExecutor(workers);
        server.start();
    }

    public static OtlpCollector start() {
        try {
            return new OtlpCollector(HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public String endpoint() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/v1/traces";
    }

    public List<Collected> spans() {
        return List.copyOf(spans);
    }

    /** Everything that came, each byte a character; text stands in it as it is. */
    public String received() {
        return String.join("\n", messages);
    }

    /** The spans of one trace. */
    public List<Collected> trace(String id) {
        return spans.stream().filter(span -> span.traceId().equals(id)).toList();
    }

    private void take(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] message = exchange.getRequestBody().readAllBytes();
            messages.add(new String(message, ISO_8859_1));
            boolean fit =
                    "application/x-protobuf".equals(exchange.getRequestHeaders().getFirst("Content-Type"));
            if (fit) {
                // ExportTraceServiceRequest has ResourceSpans, which have ScopeSpans, which have Spans.
                fields(message, (field, one) -> {
                    if (field == 1) {
                        fields(bytes(one), (inner, scope) -> {
                            if (inner == 2) {
                                fields(bytes(scope), (part, span) -> {
                                    if (part == 2) {
                                        spans.add(span(bytes(span)));
                                    }
                                });
                            }
                        });
                    }
                });
            }
            exchange.getResponseHeaders().set("Content-Type", "application/x-protobuf");
            exchange.sendResponseHeaders(fit ? 200 : 415, -1);
        }
    }

    private static Collected span(byte[] message) {
        Map<Integer, Object> simple = new LinkedHashMap<>();
        Map<String, String> attributes = new LinkedHashMap<>();
        fields(message, (field, value) -> {
            if (field == 9) {
                List<Object> pair = new ArrayList<>();
                fields(bytes(value), (part, content) -> pair.add(content));
                attributes.put(text(pair.get(0)), value(bytes(pair.get(1))));
            } else {
                simple.put(field, value);
            }
        });
        return new Collected(
                hex(simple.get(1)),
                hex(simple.get(2)),
                hex(simple.get(4)),
                text(simple.get(5)),
                (Long) simple.getOrDefault(6, 0L),
                attributes);
    }

    private static String value(byte[] anyValue) {
        List<String> text = new ArrayList<>();
        fields(anyValue, (field, content) -> text.add(field == 1 ? text(content) : String.valueOf(content)));
        return text.get(0);
    }

    private static byte[] bytes(Object value) {
        return (byte[]) value;
    }

    private static String text(Object value) {
        return new String(bytes(value), UTF_8);
    }

    private static String hex(Object value) {
        return value == null ? "" : HexFormat.of().formatHex(bytes(value));
    }

    /** The fields of a message: bytes for what has a length, numbers for the rest. */
    private static void fields(byte[] message, BiConsumer<Integer, Object> each) {
        ByteBuffer buffer = ByteBuffer.wrap(message).order(ByteOrder.LITTLE_ENDIAN);
        while (buffer.hasRemaining()) {
            long key = varint(buffer);
            int field = (int) (key >>> 3);
            switch ((int) (key & 7)) {
                case 0 -> each.accept(field, varint(buffer));
                case 1 -> each.accept(field, buffer.getLong());
                case 2 -> {
                    byte[] part = new byte[(int) varint(buffer)];
                    buffer.get(part);
                    each.accept(field, part);
                }
                case 5 -> each.accept(field, (long) buffer.getInt());
                default -> throw new IllegalArgumentException("no Protocol Buffers");
            }
        }
    }

    private static long varint(ByteBuffer buffer) {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            byte part = buffer.get();
            value |= (long) (part & 0x7f) << shift;
            if (part >= 0) {
                return value;
            }
        }
        throw new IllegalArgumentException("no Protocol Buffers");
    }

    @Override
    public void close() {
        server.stop(0);
        workers.shutdownNow();
    }
}
