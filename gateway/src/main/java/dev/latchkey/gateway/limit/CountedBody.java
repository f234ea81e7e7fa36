package dev.latchkey.gateway.limit;

import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;
import reactor.core.publisher.Flux;

/** A request whose body nobody announced the length of: it fails at the byte that is too much. */
final class CountedBody extends ServerHttpRequestDecorator {

    private final long most;

    CountedBody(ServerHttpRequest request, long most) {
        super(request);
        this.most = most;
    }

    @Override
    public Flux<DataBuffer> getBody() {
        return Flux.defer(() -> {
            long[] read = {0};
            return super.getBody().handle((buffer, sink) -> {
                read[0] += buffer.readableByteCount();
                if (read[0] <= most) {
                    sink.next(buffer);
                } else {
                    DataBufferUtils.release(buffer);
                    sink.error(tooLarge(most));
                }
            });
        });
    }

    static Problem tooLarge(long most) {
        return Problem.of(ProblemCode.BODY_TOO_LARGE, "This app takes at most " + most + " bytes in one request");
    }
}
