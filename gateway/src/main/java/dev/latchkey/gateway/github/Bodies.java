package dev.latchkey.gateway.github;

import dev.latchkey.gateway.github.api.RequestBody;
import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferLimitException;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.core.io.buffer.NettyDataBufferFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.server.reactive.ServerHttpRequest;
import reactor.core.publisher.Mono;

/** Clients' bodies: short ones are taken in, to be sent again where GitHub leads; long ones stream through. */
final class Bodies {

    private static final int SHORT = 256 * 1024;
    private static final int LARGEST_QUERY = 1024 * 1024;

    private Bodies() {}

    /** @param whole whether it has to be read, as what it says decides what the call costs */
    static Mono<RequestBody> of(ServerHttpRequest request, boolean whole) {
        HttpHeaders headers = request.getHeaders();
        long length = headers.getContentLength();
        boolean chunked = headers.containsHeader(HttpHeaders.TRANSFER_ENCODING);
        if (length == 0 || (length < 0 && !chunked)) {
            return Mono.just(
                    length == 0 && !isReading(request) ? new RequestBody.Bytes(new byte[0]) : RequestBody.NONE);
        }
        if (whole || (length > 0 && length <= SHORT)) {
            return gathered(request);
        }
        return Mono.just(new RequestBody.Stream(request.getBody().map(NettyDataBufferFactory::toByteBuf), length));
    }

    private static boolean isReading(ServerHttpRequest request) {
        String method = request.getMethod().name();
        return method.equals("GET") || method.equals("HEAD");
    }

    private static Mono<RequestBody> gathered(ServerHttpRequest request) {
        return DataBufferUtils.join(request.getBody(), LARGEST_QUERY)
                .onErrorMap(DataBufferLimitException.class, e -> Problem.of(ProblemCode.BODY_TOO_LARGE))
                .<RequestBody>map(Bodies::bytes)
                .defaultIfEmpty(new RequestBody.Bytes(new byte[0]));
    }

    private static RequestBody bytes(DataBuffer buffer) {
        byte[] bytes = new byte[buffer.readableByteCount()];
        buffer.read(bytes);
        DataBufferUtils.release(buffer);
        return new RequestBody.Bytes(bytes);
    }
}
