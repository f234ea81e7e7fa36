package dev.latchkey.gateway.web;

import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.util.ReferenceCountUtil;
import java.util.List;
import org.jspecify.annotations.Nullable;
import reactor.netty.channel.ChannelOperations;
import reactor.netty.http.server.HttpServerRequest;

/**
 * The first to see a request on a connection that speaks HTTP/1.1: what is not plain HTTP with a plain target becomes a
 * {@link RefusedRequest} here, before anything parses it. {@link StreamGuard} does the same for HTTP/2.
 *
 * <p>Where a request ends must be beyond doubt: what one party takes for a body, another takes for a request. So a
 * connection on which that was in doubt carries no further request, and a body that breaks off in the middle never
 * looks complete to a backend.
 */
final class RequestGuard extends ChannelDuplexHandler {

    private final EscapedSlashes slashes;

    /** Of the newest request, to tell whether it is the one being answered. */
    private @Nullable HttpHeaders newest;

    /** Set once a request was refused: what still arrives on this connection is nobody's. */
    private boolean dropping;

    /** Set while a malformed body waits for whoever reads it. */
    private boolean broken;

    RequestGuard(EscapedSlashes slashes) {
        this.slashes = slashes;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (dropping) {
            ReferenceCountUtil.release(message);
        } else if (message instanceof HttpRequest request) {
            read(context, request);
        } else if (message instanceof HttpContent content
                && content.decoderResult().isFailure()) {
            ReferenceCountUtil.release(message);
            breakOff(context);
        } else {
            context.fireChannelRead(message);
        }
    }

    private void read(ChannelHandlerContext context, HttpRequest request) {
        boolean refused = refuses(request);
        newest = request.headers();
        context.fireChannelRead(request);
        if (refused) {
            dropping = true;
            if (!(request instanceof LastHttpContent)) {
                // The refused request is passed on as complete; what is left of its body is dropped.
                context.fireChannelRead(LastHttpContent.EMPTY_LAST_CONTENT);
            }
        }
    }

    /**
     * A body that is not what its headers announce fails the request it belongs to, as soon as that is read; if another
     * request is still being answered, it fails the connection.
     */
    private void breakOff(ChannelHandlerContext context) {
        dropping = true;
        if (answersNewest(context)) {
            broken = true;
        } else {
            context.close();
        }
    }

    /** Somebody asks for more of the body. An error before that would find nobody to answer it. */
    @Override
    public void read(ChannelHandlerContext context) {
        if (broken) {
            broken = false;
            context.executor().execute(() -> failBody(context));
        }
        context.read();
    }

    private void failBody(ChannelHandlerContext context) {
        if (answersNewest(context)) {
            context.fireExceptionCaught(Problem.of(ProblemCode.REQUEST_MALFORMED, "The request's body is malformed"));
        } else {
            context.close();
        }
    }

    private boolean answersNewest(ChannelHandlerContext context) {
        ChannelOperations<?, ?> answering = ChannelOperations.get(context.channel());
        return answering instanceof HttpServerRequest request && request.requestHeaders() == newest;
    }

    private boolean refuses(HttpRequest request) {
        RefusedRequest.forget(request.headers());
        try {
            checkDecoded(request);
            checkVersion(request);
            DoorRules.checkMethod(request.method().name());
            checkHost(request);
            checkFraming(request.headers());
            request.setUri(TargetCheck.plain(request.uri(), slashes));
            forgetVainUpgrade(request);
            return false;
        } catch (Problem problem) {
            RefusedRequest.turnInto(request, problem.code(), problem.detail());
            request.setDecoderResult(DecoderResult.SUCCESS);
            return true;
        }
    }

    private static void checkDecoded(HttpRequest request) {
        Throwable cause = request.decoderResult().cause();
        if (cause == null) {
            return;
        }
        if (cause instanceof TooLongHttpLineException) {
            throw Problem.of(ProblemCode.TARGET_TOO_LONG);
        }
        if (cause instanceof TooLongHttpHeaderException) {
            throw Problem.of(ProblemCode.HEADERS_TOO_LARGE);
        }
        throw Problem.of(ProblemCode.REQUEST_MALFORMED);
    }

    private static void checkVersion(HttpRequest request) {
        HttpVersion version = request.protocolVersion();
        if (!version.equals(HttpVersion.HTTP_1_1) && !version.equals(HttpVersion.HTTP_1_0)) {
            throw Problem.of(ProblemCode.REQUEST_MALFORMED, "The request is neither HTTP/1.1 nor HTTP/1.0");
        }
    }

    private static void checkHost(HttpRequest request) {
        List<String> hosts = request.headers().getAll(HttpHeaderNames.HOST);
        if (hosts.isEmpty() && request.protocolVersion().equals(HttpVersion.HTTP_1_0)) {
            return;
        }
        DoorRules.checkHost(hosts);
    }

    /**
     * A transfer coding other than chunked would be left on the body and taken off the headers. The decoder has already
     * refused whatever is announced in two ways (RFC 9112, section 6.3).
     */
    private static void checkFraming(HttpHeaders headers) {
        String coding = headers.get(HttpHeaderNames.TRANSFER_ENCODING);
        if (coding == null) {
            return;
        }
        boolean once = headers.getAll(HttpHeaderNames.TRANSFER_ENCODING).size() == 1;
        if (!once || !coding.equalsIgnoreCase("chunked")) {
            throw Problem.of(ProblemCode.REQUEST_MALFORMED, "The only transfer coding understood here is chunked");
        }
    }

    /** An upgrade counts only on a GET, and only if Connection names it (RFC 9110, section 7.8; RFC 6455, section 4.1). */
    private static void forgetVainUpgrade(HttpRequest request) {
        HttpHeaders headers = request.headers();
        if (headers.contains(HttpHeaderNames.UPGRADE)) {
            boolean meant = request.method().equals(HttpMethod.GET)
                    && headers.containsValue(HttpHeaderNames.CONNECTION, HttpHeaderNames.UPGRADE, true);
            if (!meant) {
                headers.remove(HttpHeaderNames.UPGRADE);
            }
        }
    }
}
