package dev.latchkey.gateway.github.api;

import io.netty.buffer.ByteBuf;
import reactor.core.publisher.Flux;

/** The body of a request to GitHub. */
public sealed interface RequestBody {

    /** There is none. */
    record None() implements RequestBody {}

    /** It is at hand, and may be sent again. */
    record Bytes(byte[] bytes) implements RequestBody {}

    /**
     * It is passed on while it arrives, and can be sent once.
     *
     * @param length as announced, or -1
     */
    record Stream(Flux<ByteBuf> bytes, long length) implements RequestBody {}

    RequestBody NONE = new None();

    default boolean isEmpty() {
        return this instanceof None || (this instanceof Bytes all && all.bytes().length == 0);
    }

    default boolean isRepeatable() {
        return !(this instanceof Stream);
    }
}
