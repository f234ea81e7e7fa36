package dev.latchkey.gateway.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaders;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.HttpProtocol;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;
import reactor.netty.http.server.WebsocketServerSpec;

/**
 * The app behind the gateway: answers every request with what reached it, and remembers it. What it does is chosen by the
 * last segment of the path, so that it does the same below any prefix a route may add:
 *
 * <ul>
 *   <li>{@code /sse?every=100&count=50&wait=0}: an event every so many milliseconds, each flushed, the first after a wait;
 *       it says when it was sent, in nanoseconds of this JVM
 *   <li>{@code /ws}: WebSocket echo
 *   <li>{@code /upload}: counts the body as it streams by, and how much of it is as below
 *   <li>{@code /download?bytes=}: that many bytes of the {@link Alphabet}
 *   <li>{@code /set-cookie?name=&value=}, {@code /headers?Name=value}: response headers
 *   <li>{@code /status/404}, {@code /slow?ms=}, {@code /redirect?to=}, {@code /drop} (closes without an answer)
 *   <li>any path that ends in a slash, asked for as {@code text/html}: the sample app's page
 * </ul>
 */
public final class EchoBackend implements AutoCloseable {

    private static final int KEPT_BODY = 1 << 20;
    private static final int LARGEST_HEAD = 256 * 1024;

    private final List<Received> requests = Collections.synchronizedList(new ArrayList<>());
    private final AtomicInteger openStreams = new AtomicInteger();
    private final DisposableServer server;

    private EchoBackend(String host, int port) {
        server = HttpServer.create()
                .host(host)
                .port(port)
                .protocol(HttpProtocol.HTTP11)
                .httpRequestDecoder(
                        decoder -> decoder.maxInitialLineLength(LARGEST_HEAD).maxHeaderSize(LARGEST_HEAD))
                .handle(this::answer)
                .bindNow();
    }

    public static EchoBackend start() {
        return start(0);
    }

    /** Port 0 takes a free one. */
    public static EchoBackend start(int port) {
        return new EchoBackend("127.0.0.1", port);
    }

    /** For whoever reaches this machine, as in a container. */
    public static EchoBackend serving(int port) {
        return new EchoBackend("0.0.0.0", port);
    }

    public int port() {
        return server.port();
    }

    public String url() {
        return "http://127.0.0.1:" + port();
    }

    /** Everything that reached it, oldest first. */
    public List<Received> requests() {
        return List.copyOf(requests);
    }

    /** The newest request; fails when nothing came. */
    public Received lastRequest() {
        List<Received> all = requests();
        if (all.isEmpty()) {
            throw new AssertionError("Nothing reached the backend");
        }
        return all.get(all.size() - 1);
    }

    public void forgetRequests() {
        requests.clear();
    }

    /** Event streams, WebSockets and slow answers whose other end is still there. */
    public int openStreams() {
        return openStreams.get();
    }

    @Override
    public void close() {
        server.disposeNow(Duration.ofSeconds(30));
    }

    private Publisher<Void> answer(HttpServerRequest request, HttpServerResponse response) {
        String[] target = request.uri().split("\\?", 2);
        Map<String, String> query = FormFields.parse(target.length > 1 ? target[1] : "");
        String[] segments = target[0].split("/");
        String last = segments.length == 0 ? "" : segments[segments.length - 1];
        if (segments.length > 1 && segments[segments.length - 2].equals("status")) {
            return echo(request, response.status(Integer.parseInt(last)));
        }
        return switch (last) {
            case "sse" -> events(request, response, query);
            case "ws" -> webSocket(request, response);
            case "upload" -> upload(request, response);
            case "download" -> download(request, response, query);
            case "set-cookie" ->
                echo(
                        request,
                        response.addHeader("Set-Cookie", query.get("name") + "=" + query.get("value") + "; Path=/"));
            case "headers" -> {
                query.forEach(response::addHeader);
                yield echo(request, response);
            }
            case "slow" -> slow(request, response, query);
            case "redirect" -> echo(request, response.status(302).header("Location", query.get("to")));
            case "drop" -> drop(request);
            default -> wantsPage(request, target[0]) ? page(request, response) : echo(request, response);
        };
    }

    private static boolean wantsPage(HttpServerRequest request, String path) {
        String accept = request.requestHeaders().get("Accept", "");
        return path.endsWith("/") && accept.contains("text/html");
    }

    private Publisher<Void> echo(HttpServerRequest request, HttpServerResponse response) {
        return request.receive().asByteArray().reduceWith(Body::new, Body::plus).flatMap(body -> {
            Received received = remember(request, body.length, body.text());
            return json(response, received.json());
        });
    }

    private Publisher<Void> page(HttpServerRequest request, HttpServerResponse response) {
        Received received = remember(request, 0, "");
        return response.header("Content-Type", "text/html; charset=utf-8")
                .header("Cache-Control", "no-store")
                .sendString(Mono.just(SamplePage.showing(received)));
    }

    private Publisher<Void> events(HttpServerRequest request, HttpServerResponse response, Map<String, String> query) {
        remember(request, 0, "");
        Duration every = Duration.ofMillis(number(query, "every", 100));
        Flux<ByteBuf> events = Flux.interval(Duration.ZERO, every)
                .onBackpressureDrop()
                .take(number(query, "count", 50))
                .map(n -> text(
                        "id: " + n + "\nevent: tick\ndata: {\"n\":" + n + ",\"sent\":" + System.nanoTime() + "}\n\n"))
                .doOnSubscribe(stream -> openStreams.incrementAndGet())
                .doFinally(end -> openStreams.decrementAndGet());
        if (query.containsKey("length")) {
            response.header("Content-Length", query.get("length"));
        }
        return Mono.delay(Duration.ofMillis(number(query, "wait", 0)))
                .thenMany(Flux.defer(
                        () -> response.header("Content-Type", query.getOrDefault("type", "text/event-stream"))
                                .header("Cache-Control", "no-cache")
                                .send(events, event -> true)));
    }

    private Publisher<Void> webSocket(HttpServerRequest request, HttpServerResponse response) {
        remember(request, 0, "");
        WebsocketServerSpec.Builder spec = WebsocketServerSpec.builder().maxFramePayloadLength(KEPT_BODY);
        String offered = request.requestHeaders().get("Sec-WebSocket-Protocol");
        if (offered != null) {
            // Speaks whatever is offered. With protocols of its own, Reactor Netty leaves clients that offer none
            // unheard.
            spec.protocols(offered);
        }
        return response.sendWebsocket(
                (in, out) -> out.sendObject(
                        in.aggregateFrames(KEPT_BODY)
                                .receiveFrames()
                                .map(frame -> frame.retain())
                                .doOnSubscribe(stream -> openStreams.incrementAndGet())
                                .doFinally(end -> openStreams.decrementAndGet()),
                        frame -> true),
                spec.build());
    }

    private Publisher<Void> upload(HttpServerRequest request, HttpServerResponse response) {
        return request.receive()
                .asByteArray()
                .reduceWith(Alphabet.Comparison::new, (seen, piece) -> seen.plus(piece, piece.length))
                .flatMap(seen -> {
                    remember(request, seen.length(), "");
                    return json(response, Json.object("bytes", seen.length(), "alike", seen.alike()));
                });
    }

    private Publisher<Void> download(
            HttpServerRequest request, HttpServerResponse response, Map<String, String> query) {
        remember(request, 0, "");
        long bytes = number(query, "bytes", Alphabet.BLOCK);
        Flux<byte[]> chunks = Flux.generate(() -> bytes, (left, sink) -> {
            int size = (int) Math.min(Alphabet.BLOCK, left);
            if (size == 0) {
                sink.complete();
            } else {
                sink.next(filler((bytes - left) / Alphabet.BLOCK, size));
            }
            return left - size;
        });
        return response.header("Content-Type", "application/octet-stream")
                .header("Content-Length", String.valueOf(bytes))
                .sendByteArray(chunks);
    }

    private Publisher<Void> slow(HttpServerRequest request, HttpServerResponse response, Map<String, String> query) {
        return Mono.delay(Duration.ofMillis(number(query, "ms", 1_000)))
                .doOnSubscribe(wait -> openStreams.incrementAndGet())
                .doFinally(end -> openStreams.decrementAndGet())
                .thenMany(Flux.defer(() -> echo(request, response)))
                .then();
    }

    private Publisher<Void> drop(HttpServerRequest request) {
        remember(request, 0, "");
        request.withConnection(connection -> connection.channel().close());
        return Mono.never();
    }

    private static Mono<Void> json(HttpServerResponse response, Object value) {
        return response.header("Content-Type", "application/json")
                .sendString(Mono.just(Json.write(value)))
                .then();
    }

    private Received remember(HttpServerRequest request, long bodyLength, String body) {
        Received received = new Received(
                request.method().name(), request.uri(), headers(request.requestHeaders()), bodyLength, body);
        requests.add(received);
        return received;
    }

    private static List<Header> headers(HttpHeaders headers) {
        return headers.entries().stream()
                .map(entry -> new Header(entry.getKey(), entry.getValue()))
                .toList();
    }

    private static long number(Map<String, String> query, String name, long otherwise) {
        return query.containsKey(name) ? Long.parseLong(query.get(name)) : otherwise;
    }

    private static ByteBuf text(String text) {
        return Unpooled.copiedBuffer(text, UTF_8);
    }

    private static byte[] filler(long chunk, int size) {
        return Arrays.copyOf(Alphabet.block(chunk), size);
    }

    /**
     * A request as it reached the backend.
     *
     * @param target the raw request target, query included
     * @param headers in the order and spelling in which they came
     * @param bodyLength its bytes, however many; {@code body} holds at most the first MiB of them
     */
    public record Received(String method, String target, List<Header> headers, long bodyLength, String body) {

        /** The first value of that header, or null. */
        public String header(String name) {
            return Header.first(headers, name);
        }

        public List<String> headers(String name) {
            return Header.values(headers, name);
        }

        /** Names as spelled, in order, repeated when repeated. */
        public List<String> headerNames() {
            return headers.stream().map(Header::name).toList();
        }

        Map<String, Object> json() {
            return Json.object(
                    "method",
                    method,
                    "uri",
                    target,
                    "headers",
                    headers.stream()
                            .map(header -> List.of(header.name(), header.value()))
                            .toList(),
                    "bodyLength",
                    bodyLength,
                    "body",
                    body);
        }
    }

    /** The beginning of a body, and the length of all of it. */
    private static final class Body {

        private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
        private long length;

        Body plus(byte[] chunk) {
            length += chunk.length;
            kept.write(chunk, 0, Math.min(chunk.length, KEPT_BODY - kept.size()));
            return this;
        }

        String text() {
            return kept.toString(UTF_8);
        }
    }
}
