package dev.latchkey.gateway.github.api;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * What GitHub answered. Whoever gets one either uses up its body or discards it, else a connection stays occupied.
 *
 * @param authorization what it was asked with; null if it does not matter any more
 * @param redirected whether GitHub led elsewhere on the way
 */
public record ApiAnswer(
        int status,
        HttpHeaders headers,
        Body body,
        @Nullable Authorization authorization,
        boolean redirected) {

    /** The most that is read of an error before it is passed on. */
    private static final int LARGEST_ERROR = 64 * 1024;

    /** The body of an answer. */
    public sealed interface Body {}

    /** All of it. */
    public record Bytes(byte[] bytes) implements Body {}

    /** What is still arriving. */
    public record Stream(Flux<ByteBuf> bytes, Runnable discarding) implements Body {}

    /** The value of an {@code Authorization} header, which prints nothing of itself. */
    public record Authorization(String value) {

        @Override
        public String toString() {
            return "Authorization[]";
        }
    }

    public boolean isSuccess() {
        return status >= 200 && status < 300;
    }

    public ApiAnswer withBody(Body other) {
        return new ApiAnswer(status, headers, other, authorization, redirected);
    }

    public ApiAnswer afterRedirect() {
        return new ApiAnswer(status, headers, body, authorization, true);
    }

    /** The bytes, at hand or arriving; to be subscribed to once. */
    public Flux<ByteBuf> flux() {
        if (body instanceof Stream stream) {
            return stream.bytes();
        }
        byte[] bytes = ((Bytes) body).bytes();
        return bytes.length == 0 ? Flux.empty() : Flux.just(Unpooled.wrappedBuffer(bytes));
    }

    public void discard() {
        if (body instanceof Stream stream) {
            stream.discarding().run();
        }
    }

    /** The same with all its body at hand, if that is no more than so many bytes; else what is still arriving. */
    public Mono<ApiAnswer> gathered(int most) {
        if (!(body instanceof Stream stream) || headers.getContentLength() > most) {
            return Mono.just(this);
        }
        return Gathering.upTo(most, stream).map(this::withBody);
    }

    /** Leaves the connection to the next call if the body is short, and closes it if not. */
    public Mono<Void> released() {
        return gatheredError().doOnNext(ApiAnswer::discard).then();
    }

    /** The same with the body of a short error at hand. */
    public Mono<ApiAnswer> gatheredError() {
        return gathered(LARGEST_ERROR);
    }
}
