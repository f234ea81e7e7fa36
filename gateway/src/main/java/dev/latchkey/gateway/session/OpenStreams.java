package dev.latchkey.gateway.session;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import reactor.core.Disposable;
import reactor.core.Disposables;

/**
 * The WebSockets, streams and other answers that stay open on this node, by the session or the credential that opened them:
 * they end with it. What is asked and answered in a moment is not among them, which would cost every request an entry.
 *
 * <p>A backend may take its time to begin a stream, and the session may end meanwhile. So ends are remembered for longer
 * than any backend is waited for.
 */
public final class OpenStreams {

    /** Parts the kind of a credential from its name; no session has it in its id. */
    private static final char KIND = ':';

    private static final int ENDS = 100_000;
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(10);

    private final Map<String, Set<Runnable>> open = new ConcurrentHashMap<>();
    private final Cache<String, Boolean> ended = Caffeine.newBuilder()
            .maximumSize(ENDS)
            .expireAfterWrite(LONGEST_WAIT)
            .build();

    /**
     * Remembers a stream until the returned handle is disposed of; closes it at once if what it was opened with has just ended.
     *
     * @param handle a session's id, or a credential's kind and name with a colon between
     * @param close closes the stream; called at most once, and must not block
     */
    public Disposable track(String handle, Runnable close) {
        open.compute(handle, (id, streams) -> {
            Set<Runnable> all = streams == null ? ConcurrentHashMap.newKeySet() : streams;
            all.add(close);
            return all;
        });
        if (ended.getIfPresent(handle) != null) {
            close(handle);
        }
        return Disposables.composite(() -> forget(handle, close));
    }

    private void forget(String handle, Runnable close) {
        open.computeIfPresent(handle, (id, streams) -> {
            streams.remove(close);
            return streams.isEmpty() ? null : streams;
        });
    }

    /** How many there are. */
    public int count() {
        return open.values().stream().mapToInt(Set::size).sum();
    }

    /** The sessions that have a stream open here. */
    Set<String> sessions() {
        return open.keySet().stream()
                .filter(handle -> handle.indexOf(KIND) < 0)
                .collect(Collectors.toUnmodifiableSet());
    }

    /** The credentials of that kind that have a stream open here. */
    public Set<String> credentials(String kind) {
        return open.keySet().stream()
                .filter(handle -> handle.startsWith(kind + KIND))
                .collect(Collectors.toUnmodifiableSet());
    }

    /** Closes whatever was opened with that session or credential, now or later. */
    public void close(String handle) {
        ended.put(handle, true);
        Set<Runnable> streams = open.remove(handle);
        if (streams != null) {
            streams.forEach(Runnable::run);
        }
    }
}
