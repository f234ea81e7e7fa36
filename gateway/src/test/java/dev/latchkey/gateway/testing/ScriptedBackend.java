package dev.latchkey.gateway.testing;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/** A backend that behaves once for each request as a test says, and answers "ok" when it has been told nothing. */
public final class ScriptedBackend implements AutoCloseable {

    /** What becomes of one request. */
    public enum Turn {
        /** The connection is closed without a word. */
        BREAKS_OFF,
        /** Nothing comes, until the backend is closed. */
        SAYS_NOTHING,
        /** Half an answer comes, and nothing more. */
        FALLS_SILENT,
        /** The app's own 503. */
        IS_UNWELL
    }

    private final Deque<Turn> turns = new ArrayDeque<>();
    private final AtomicInteger requests = new AtomicInteger();
    private final Sinks.Empty<Void> closed = Sinks.empty();
    private final DisposableServer server;

    private ScriptedBackend() {
        server = HttpServer.create()
                .host("127.0.0.1")
                .port(0)
                .handle(this::answer)
                .bindNow();
    }

    public static ScriptedBackend start() {
        return new ScriptedBackend();
    }

    public String url() {
        return "http://127.0.0.1:" + server.port();
    }

    /** The next requests go so, one each. */
    public synchronized ScriptedBackend next(Turn... more) {
        turns.addAll(List.of(more));
        return this;
    }

    public int requests() {
        return requests.get();
    }

    private synchronized Turn turn() {
        requests.incrementAndGet();
        return turns.poll();
    }

    private Mono<Void> answer(HttpServerRequest request, HttpServerResponse response) {
        return request.receive().aggregate().asString().defaultIfEmpty("").flatMap(body -> {
            Turn turn = turn();
            if (turn == null) {
                return response.sendString(Mono.just("ok")).then();
            }
            return switch (turn) {
                case BREAKS_OFF ->
                    Mono.fromRunnable(() -> response.withConnection(
                            connection -> connection.channel().close()));
                case SAYS_NOTHING -> closed.asMono();
                case FALLS_SILENT ->
                    response.header("Content-Length", "100")
                            .sendString(Flux.concat(
                                    Mono.just("half"), closed.asMono().cast(String.class)))
                            .then();
                case IS_UNWELL ->
                    response.status(503).sendString(Mono.just("unwell")).then();
            };
        });
    }

    @Override
    public void close() {
        closed.tryEmitEmpty();
        server.dispose();
    }
}
