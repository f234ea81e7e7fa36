package dev.latchkey.gateway.web;

import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import io.netty.handler.codec.http.HttpHeaderValidationUtil;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Carries a refusal from the connection, where a request is first seen, to the stage that answers it.
 *
 * <p>A request that WebFlux could not even parse would otherwise be answered by the server with a bare status. So it is
 * replaced by a harmless {@code GET /} (or HEAD) that carries the refusal in a header no client can send: {@link RequestGuard}
 * and {@link StreamGuard} remove every received copy first.
 */
final class RefusedRequest {

    private static final String HEADER = "x-latchkey-refused";

    private static final String HOST = "refused.invalid";

    /** What tells whether to answer with a page. */
    private static final List<String> KEPT = List.of("accept", "sec-fetch-mode", "sec-fetch-dest", "x-requested-with");

    private RefusedRequest() {}

    static void forget(HttpHeaders headers) {
        headers.remove(HEADER);
    }

    static void forget(Http2Headers headers) {
        headers.remove(HEADER);
    }

    static void turnInto(HttpRequest request, ProblemCode code, String detail) {
        HttpHeaders received = request.headers().copy();
        request.setMethod(request.method().equals(HttpMethod.HEAD) ? HttpMethod.HEAD : HttpMethod.GET)
                .setUri("/");
        if (!request.protocolVersion().equals(HttpVersion.HTTP_1_0)) {
            request.setProtocolVersion(HttpVersion.HTTP_1_1);
        }
        HttpHeaders headers = request.headers().clear();
        KEPT.forEach(name -> headers.set(name, received.getAll(name)));
        headers.set(HEADER, code.name() + ' ' + detail)
                .set("host", HOST)
                .set("connection", "close")
                .set("content-length", 0);
    }

    /** The same in place of the head of an HTTP/2 stream, which ends with it. Closing the connection would end others' streams. */
    static Http2Headers inPlaceOf(Http2Headers received, ProblemCode code, String detail) {
        boolean head = HttpMethod.HEAD.asciiName().contentEquals(text(received.method()));
        Http2Headers headers = new DefaultHttp2Headers()
                .method(head ? HttpMethod.HEAD.asciiName() : HttpMethod.GET.asciiName())
                .scheme("http")
                .authority(HOST)
                .path("/");
        for (String name : KEPT) {
            CharSequence value = received.get(name);
            if (value != null && HttpHeaderValidationUtil.validateValidHeaderValue(value) < 0) {
                headers.set(name, value);
            }
        }
        if (GrpcCall.isContentType(text(received.get("content-type")))) {
            headers.set("content-type", GrpcCall.CONTENT_TYPE);
        }
        return headers.set(HEADER, code.name() + ' ' + detail);
    }

    private static String text(@Nullable CharSequence text) {
        return text == null ? "" : text.toString();
    }

    static boolean isIn(org.springframework.http.HttpHeaders headers) {
        return headers.containsHeader(HEADER);
    }

    /** The refusal that this request carries, or null for any other request. */
    static @Nullable Problem in(org.springframework.http.HttpHeaders headers) {
        String refusal = headers.getFirst(HEADER);
        if (refusal == null) {
            return null;
        }
        int space = refusal.indexOf(' ');
        return Problem.of(ProblemCode.valueOf(refusal.substring(0, space)), refusal.substring(space + 1));
    }
}
