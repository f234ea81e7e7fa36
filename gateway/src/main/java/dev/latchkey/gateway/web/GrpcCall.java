package dev.latchkey.gateway.web;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.HexFormat;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;
import reactor.netty.http.server.HttpServerRequest;

/**
 * A call of gRPC: HTTP/2 with a media type of its own, and an outcome of its own at the answer's end. A refusal is an
 * answer without a body whose head is its end ("Trailers-Only"): status 200 to HTTP, and {@code grpc-status} to the caller.
 *
 * @see <a href="https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md">gRPC over HTTP2</a>
 */
public final class GrpcCall {

    static final String CONTENT_TYPE = "application/grpc";
    private static final String STATUS = "grpc-status";
    private static final String MESSAGE = "grpc-message";

    private static final HexFormat HEX = HexFormat.of().withUpperCase();

    private GrpcCall() {}

    /** Whether such a call is answered, or would be if it were refused. */
    public static boolean isIn(ServerHttpRequest request) {
        if (!isContentType(request.getHeaders().getFirst(HttpHeaders.CONTENT_TYPE))) {
            return false;
        }
        HttpServerRequest received = ServerHttpRequestDecorator.getNativeRequest(request);
        return received.version().majorVersion() == 2;
    }

    /** Not gRPC-Web, which says everything in its body. */
    public static boolean isContentType(@Nullable String type) {
        int length = CONTENT_TYPE.length();
        return type != null
                && type.regionMatches(true, 0, CONTENT_TYPE, 0, length)
                && (type.length() == length || "+; ".indexOf(type.charAt(length)) >= 0);
    }

    /** Whether an app has ended the call in the head of its answer. */
    public static boolean isOver(HttpHeaders answer) {
        return answer.containsHeader(STATUS);
    }

    static void refuse(HttpHeaders headers, Problem problem, String requestId) {
        headers.set(HttpHeaders.CONTENT_TYPE, CONTENT_TYPE);
        headers.set(STATUS, Integer.toString(status(problem.code())));
        headers.set(MESSAGE, escaped(problem.detail() + " (request " + requestId + ')'));
    }

    /**
     * The end of a call that the gateway breaks off, whose answer has begun: trailers, as a call's outcome always is.
     *
     * @param problem why, as it would have been refused with
     */
    public static LastHttpContent lastWords(Problem problem) {
        LastHttpContent last = new DefaultLastHttpContent();
        say(last.trailingHeaders()::set, problem);
        return last;
    }

    /** The same where the answer has not begun: its head is its end. */
    public static FullHttpResponse refusal(Problem problem) {
        FullHttpResponse answer = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
        answer.headers().set(HttpHeaders.CONTENT_TYPE, CONTENT_TYPE);
        say(answer.headers()::set, problem);
        return answer;
    }

    private static void say(BiConsumer<String, Object> headers, Problem problem) {
        headers.accept(STATUS, status(problem.code()));
        headers.accept(MESSAGE, escaped(problem.detail()));
        headers.accept(ProblemBoundary.MARK, problem.code().code());
    }

    /** The code of gRPC that callers treat alike. */
    static int status(ProblemCode code) {
        return switch (code.status()) {
            case 400 -> 3; // INVALID_ARGUMENT
            case 401 -> 16; // UNAUTHENTICATED
            case 403 -> 7; // PERMISSION_DENIED
            case 404, 405 -> 12; // UNIMPLEMENTED
            case 408, 504 -> 4; // DEADLINE_EXCEEDED
            case 409 -> 10; // ABORTED
            case 413, 414, 429, 431 -> 8; // RESOURCE_EXHAUSTED
            case 502, 503 -> 14; // UNAVAILABLE
            default -> 13; // INTERNAL
        };
    }

    /** All but printable ASCII as escapes of its UTF-8, and so the percent sign. */
    private static String escaped(String message) {
        StringBuilder escaped = new StringBuilder(message.length() + 16);
        for (byte b : message.getBytes(UTF_8)) {
            if (b >= 0x20 && b < 0x7f && b != '%') {
                escaped.append((char) b);
            } else {
                escaped.append('%').append(HEX.toHexDigits(b));
            }
        }
        return escaped.toString();
    }
}
