package dev.latchkey.gateway.session;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import reactor.core.Disposable;
import reactor.core.Disposables;

/**
 * The WebSockets and event streams that are open on this node, by session: they end with it. What is asked and answered is
 * not among them, which would cost every request an entry.
 */
public final class OpenStreams {

    private final Map<String, Set<Runnable>> open = new ConcurrentHashMap<>();

    /**
     * Remembers a stream until the returned handle is disposed of.
     *
     * @param close closes the stream; called at most once, and must not block
     */
    public Disposable track(String sessionId, Runnable close) {
        open.compute(sessionId, (id, streams) -> {
            Set<Runnable> all = streams == null ? ConcurrentHashMap.newKeySet() : streams;
            all.add(close);
            return all;
        });
        return Disposables.composite(() -> forget(sessionId, close));
    }

    private void forget(String sessionId, Runnable close) {
        open.computeIfPresent(sessionId, (id, streams) -> {
            streams.remove(close);
            return streams.isEmpty() ? null : streams;
        });
    }

    /** The sessions that have a stream open here. */
    Set<String> sessions() {
        return Set.copyOf(open.keySet());
    }

    void close(String sessionId) {
        Set<Runnable> streams = open.remove(sessionId);
        if (streams != null) {
            streams.forEach(Runnable::run);
        }
    }
}
