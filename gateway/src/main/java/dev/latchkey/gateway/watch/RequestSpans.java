package dev.latchkey.gateway.watch;

import org.jspecify.annotations.Nullable;

/** Begins the traces of requests, where operators want them. */
public interface RequestSpans {

    /** What a trusted proxy in front says it has begun: its trace, its own span, and whether it records them. */
    record Parent(String traceId, String spanId, boolean sampled) {}

    /**
     * Begins the span of a request.
     *
     * @return null if nothing is recorded of this one
     */
    @Nullable
    Span begin(@Nullable Parent parent);
}
