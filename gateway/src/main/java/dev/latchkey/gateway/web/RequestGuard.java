package dev.latchkey.gateway.web;

import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.util.AttributeKey;
import io.netty.util.ReferenceCountUtil;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The first to see a request on a connection: what is not plain HTTP with a plain target becomes a
 * {@link RefusedRequest} here, before anything parses it.
 *
 * <p>Characters that browsers send unescaped although RFC 3986 wants them escaped ({@code {}|^"<>} and the backtick, in
 * a query also the backslash and a lone percent sign) are escaped here, since WebFlux would refuse them and no decision depends on the spelling.
 */
@ChannelHandler.Sharable
final class RequestGuard extends ChannelDuplexHandler {

    /** Set while the body of a refused request is still arriving: it is dropped. */
    private static final AttributeKey<Boolean> DROPPING = AttributeKey.valueOf(RequestGuard.class, "dropping");

    private static final Pattern HOST =
            Pattern.compile("(?:[A-Za-z0-9](?:[A-Za-z0-9._-]{0,253})|\\[[0-9A-Fa-f:.]{2,45}])(?::[0-9]{1,5})?");

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
        if (message instanceof HttpRequest request) {
            boolean refused = refuses(request);
            super.channelRead(context, message);
            if (refused && !(message instanceof LastHttpContent)) {
                endBody(context);
            }
        } else if (context.channel().hasAttr(DROPPING)) {
            ReferenceCountUtil.release(message);
        } else {
            super.channelRead(context, message);
        }
    }

    /**
     * Lets the connection read the next request. Reactor Netty stops reading when a request begins and starts again when
     * its end is processed; where the answer was complete before that, and the request had waited behind another, it
     * never does, and the connection would hang.
     */
    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) throws Exception {
        super.write(context, message, promise);
        if (message instanceof LastHttpContent && !context.channel().config().isAutoRead()) {
            context.executor().execute(() -> context.channel().config().setAutoRead(true));
        }
    }

    /** The refused request is passed on as complete; what is left of its body is nobody's. */
    private static void endBody(ChannelHandlerContext context) {
        context.channel().attr(DROPPING).set(true);
        context.fireChannelRead(LastHttpContent.EMPTY_LAST_CONTENT);
    }

    private static boolean refuses(HttpRequest request) {
        RefusedRequest.forget(request.headers());
        try {
            checkDecoded(request);
            checkMethod(request);
            checkHost(request);
            request.setUri(escaped(request.uri()));
            TargetCheck.check(request.uri());
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

    private static void checkMethod(HttpRequest request) {
        if (request.method().equals(HttpMethod.TRACE) || request.method().equals(HttpMethod.CONNECT)) {
            throw Problem.of(ProblemCode.METHOD_REFUSED, request.method().name() + " is not forwarded");
        }
    }

    private static void checkHost(HttpRequest request) {
        List<String> hosts = request.headers().getAll("host");
        if (hosts.isEmpty() && request.protocolVersion().equals(HttpVersion.HTTP_1_0)) {
            return;
        }
        if (hosts.size() != 1) {
            throw Problem.of(ProblemCode.HOST_INVALID, "The request has " + hosts.size() + " Host headers");
        }
        if (!HOST.matcher(hosts.get(0)).matches()) {
            throw Problem.of(ProblemCode.HOST_INVALID, "The Host header is not a name with an optional port");
        }
    }

    /** The same target with every character escaped that RFC 3986 wants escaped. */
    static String escaped(String target) {
        int query = target.indexOf('?');
        for (int i = 0; i < target.length(); i++) {
            if (needsEscape(target, i, query >= 0 && i > query)) {
                return escapedFrom(target, query);
            }
        }
        return target;
    }

    private static String escapedFrom(String target, int query) {
        HexFormat hex = HexFormat.of().withUpperCase();
        StringBuilder escaped = new StringBuilder(target.length() + 16);
        for (int i = 0; i < target.length(); i++) {
            char c = target.charAt(i);
            if (needsEscape(target, i, query >= 0 && i > query)) {
                escaped.append('%').append(hex.toHexDigits((byte) c));
            } else {
                escaped.append(c);
            }
        }
        return escaped.toString();
    }

    private static boolean needsEscape(String target, int at, boolean inQuery) {
        return switch (target.charAt(at)) {
            case '{', '}', '|', '^', '`', '"', '<', '>' -> true;
            case '[', ']' -> !inQuery;
            case '\\' -> inQuery;
            case '%' -> inQuery && !isEscape(target, at);
            default -> false;
        };
    }

    private static boolean isEscape(String target, int at) {
        return at + 2 < target.length()
                && Character.digit(target.charAt(at + 1), 16) >= 0
                && Character.digit(target.charAt(at + 2), 16) >= 0;
    }
}
