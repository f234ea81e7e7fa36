package dev.latchkey.gateway.watch;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * A piece of work of a traced request (OpenTelemetry). It rides in the Reactor context of whatever is done for the request;
 * where there is none, nothing is traced and nothing is paid.
 */
public interface Span {

    /** A piece of this one's work, begun now. */
    Span child(String name);

    /** The same, where another program is asked. */
    Span call(String name);

    /** Adds what is known of it. Never a token, a query, or what else a log must not show. */
    Span with(String name, String value);

    Span with(String name, long value);

    /** Gives it another name, once more is known. */
    Span named(String name);

    /** It came to nothing. */
    void failed(Throwable failure);

    void end();

    /** 32 hexadecimal digits. */
    String traceId();

    /** What the next program is told as {@code traceparent} (W3C Trace Context, section 3.2). */
    String traceParent();

    /** The work, as a piece of the traced request's, if it is for one. */
    static <T> Mono<T> around(String name, Mono<T> work) {
        return Mono.deferContextual(context -> {
            @Nullable Span parent = context.<Span>getOrDefault(Span.class, null);
            return parent == null ? work : within(parent.child(name), work);
        });
    }

    /** The work as a span that has begun: it ends with it. */
    static <T> Mono<T> within(Span span, Mono<T> work) {
        return work.doOnError(span::failed)
                .doFinally(signal -> span.end())
                .contextWrite(context -> context.put(Span.class, span));
    }
}
