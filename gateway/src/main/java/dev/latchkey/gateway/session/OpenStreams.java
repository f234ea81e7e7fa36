package dev.latchkey.gateway.session;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import reactor.core.Disposable;
import reactor.core.Disposables;

/**
 * The WebSockets and event streams that are open on this node, by session: they end with it. What is asked and answered is
 * not among them, which would cost every request an entry.
 *
 * <p>A backend may take its time to begin a stream, and the session may end meanwhile. So ends are remembered for longer
 * than any backend is waited for.
 */
public final class OpenStreams {

    private static final int ENDS = 100_000;
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(10);

    private final Map<String, Set<Runnable>> open = new ConcurrentHashMap<>();
    private final Cache<String, Boolean> ended = Caffeine.newBuilder()
            .maximumSize(ENDS)
            .expireAfterWrite(LONGEST_WAIT)
            .build();

    /**
     * Remembers a stream until the returned handle is disposed of; closes it at once if its session has just ended.
     *
     * @param close closes the stream; called at most once, and must not block
     */
    public Disposable track(String sessionId, Runnable close) {
        open.compute(sessionId, (id, streams) -> {
            Set<Runnable> all = streams == null ? ConcurrentHashMap.newKeySet() : streams;
            all.add(close);
            return all;
        });
        if (ended.getIfPresent(sessionId) != null) {
            close(sessionId);
        }
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
        ended.put(sessionId, true);
        Set<Runnable> streams = open.remove(sessionId);
        if (streams != null) {
            streams.forEach(Runnable::run);
        }
    }
}
