package dev.latchkey.gateway.web;

import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValidationUtil;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2GoAwayFrame;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.DefaultHttp2WindowUpdateFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2FrameStream;
import io.netty.handler.codec.http2.Http2FrameStreamException;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2PingFrame;
import io.netty.handler.codec.http2.Http2PriorityFrame;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.handler.codec.http2.Http2SettingsAckFrame;
import io.netty.handler.codec.http2.Http2SettingsFrame;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.handler.codec.http2.Http2UnknownFrame;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.util.ReferenceCountUtil;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The first to see a request on a connection that speaks HTTP/2 (RFC 9113): what {@link RequestGuard} refuses becomes a
 * {@link RefusedRequest} here as well, and besides it what only this version can express. Between the codec of frames and
 * the streams, so nothing has been translated yet.
 *
 * <p>Framing is the codec's business: it resets a stream or ends the connection over connection-specific fields, upper case
 * in names, pseudo-header fields behind others, a length that is not the body's, heads in too many pieces, and resets
 * without end. Where a request ends is beyond doubt here, so a refused one takes no other with it.
 */
final class StreamGuard extends ChannelInboundHandlerAdapter {

    /**
     * What all bodies together that nobody reads yet may fill of the gateway. More than one stream's window, or a single
     * upload to a slow app would stop everything else that its client sends.
     */
    private static final int CONNECTION_WINDOW = 1 << 20;

    /** Bytes of heads that are remembered to write the next ones shorter. */
    private static final int HEADER_TABLE = 4096;

    private static final Logger LOG = LoggerFactory.getLogger(StreamGuard.class);
    private static final int STREAM_WINDOW = 65_535;

    private final HeadBounds bounds;
    private final EscapedSlashes slashes;
    private final FrameBudget budget = new FrameBudget();

    /** Refused, and still sending. Streams that are over are forgotten as others come. */
    private final Set<Http2FrameStream> refused = Collections.newSetFromMap(new IdentityHashMap<>());

    /** Ids of streams only ever grow (RFC 9113, section 5.1.1). */
    private int newest;

    private boolean begun;

    /** Set once the connection is being ended: nothing more is begun on it. */
    private boolean ending;

    StreamGuard(HeadBounds bounds, EscapedSlashes slashes) {
        this.bounds = bounds;
        this.slashes = slashes;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (ending) {
            ReferenceCountUtil.release(message);
            return;
        }
        widen(context);
        if (message instanceof Http2HeadersFrame head) {
            readHead(context, head);
        } else if (message instanceof Http2DataFrame data && refused.contains(data.stream())) {
            drop(context, data);
        } else if (isSpent(message)) {
            ReferenceCountUtil.release(message);
            end(context);
        } else {
            if (message instanceof Http2SettingsFrame settings) {
                boundTable(context, settings);
            }
            context.fireChannelRead(message);
        }
    }

    private void widen(ChannelHandlerContext context) {
        if (!begun) {
            begun = true;
            context.writeAndFlush(new DefaultHttp2WindowUpdateFrame(CONNECTION_WINDOW - STREAM_WINDOW));
        }
    }

    // Heads

    private void readHead(ChannelHandlerContext context, Http2HeadersFrame frame) {
        Http2FrameStream stream = frame.stream();
        if (stream.id() <= newest) {
            readTrailers(context, frame);
            return;
        }
        newest = stream.id();
        Problem problem = refusal(frame.headers());
        if (problem == null) {
            context.fireChannelRead(frame);
            return;
        }
        if (!frame.isEndStream()) {
            refused.removeIf(other -> other.state() == Http2Stream.State.CLOSED);
            refused.add(stream);
        }
        Http2Headers instead = RefusedRequest.inPlaceOf(frame.headers(), problem.code(), problem.detail());
        context.fireChannelRead(new DefaultHttp2HeadersFrame(instead, true).stream(stream));
    }

    /** No app is told of them: they could say again, and otherwise, what the head has said. */
    private void readTrailers(ChannelHandlerContext context, Http2HeadersFrame frame) {
        Http2FrameStream stream = frame.stream();
        if (refused.contains(stream)) {
            return;
        }
        boolean plain = frame.isEndStream()
                && frame.headers().names().stream().noneMatch(name -> name.length() > 0 && name.charAt(0) == ':');
        if (plain) {
            context.fireChannelRead(new DefaultHttp2DataFrame(true).stream(stream));
        } else {
            context.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.PROTOCOL_ERROR).stream(stream));
        }
    }

    private @Nullable Problem refusal(Http2Headers headers) {
        RefusedRequest.forget(headers);
        try {
            checkFields(headers);
            checkPseudoFields(headers);
            DoorRules.checkMethod(one(headers, Http2Headers.PseudoHeaderName.METHOD.value()));
            checkScheme(headers);
            checkHost(headers);
            checkFraming(headers);
            headers.path(target(headers));
            return null;
        } catch (Problem problem) {
            return problem;
        }
    }

    /** The codec minds the names' case and the sum of it all, with room to spare for the answer to come from here. */
    private void checkFields(Http2Headers headers) {
        long size = 0;
        for (Map.Entry<CharSequence, CharSequence> field : headers) {
            CharSequence name = field.getKey();
            CharSequence value = field.getValue();
            size += name.length() + value.length() + 4L;
            boolean pseudo = name.length() > 0 && name.charAt(0) == ':';
            if (!pseudo && (name.length() == 0 || HttpHeaderValidationUtil.validateToken(name) >= 0)) {
                throw malformed("A header's name is not valid");
            }
            if (HttpHeaderValidationUtil.validateValidHeaderValue(value) >= 0 || isPadded(value)) {
                throw malformed("A header's value is not valid");
            }
        }
        if (size > bounds.head()) {
            CharSequence path = headers.path();
            throw Problem.of(
                    path != null && path.length() > bounds.target()
                            ? ProblemCode.TARGET_TOO_LONG
                            : ProblemCode.HEADERS_TOO_LARGE);
        }
    }

    /** RFC 9113, section 8.2.1. */
    private static boolean isPadded(CharSequence value) {
        int length = value.length();
        return length > 0 && (isBlank(value.charAt(0)) || isBlank(value.charAt(length - 1)));
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t';
    }

    /** RFC 9113, section 8.3.1. {@code :protocol} is for the WebSockets of RFC 8441, which are not offered. */
    private static void checkPseudoFields(Http2Headers headers) {
        for (CharSequence name : headers.names()) {
            if (name.charAt(0) == ':') {
                Http2Headers.PseudoHeaderName known = Http2Headers.PseudoHeaderName.getPseudoHeader(name);
                boolean fit = known != null && known.isRequestOnly() && known != Http2Headers.PseudoHeaderName.PROTOCOL;
                if (!fit || headers.getAll(name).size() != 1) {
                    throw malformed("A pseudo-header field is doubled or has no place in a request");
                }
            }
        }
        if (HttpHeaderValidationUtil.validateToken(one(headers, Http2Headers.PseudoHeaderName.METHOD.value())) >= 0) {
            throw malformed("The method is not valid");
        }
    }

    /** Which one is of no matter: whether the client came by TLS is seen by looking. */
    private static void checkScheme(Http2Headers headers) {
        String scheme = one(headers, Http2Headers.PseudoHeaderName.SCHEME.value());
        if (!scheme.equalsIgnoreCase("http") && !scheme.equalsIgnoreCase("https")) {
            throw malformed("The scheme is neither http nor https");
        }
    }

    /** Whatever names the host, only one name is left. */
    private static void checkHost(Http2Headers headers) {
        CharSequence authority = headers.authority();
        List<String> hosts = headers.getAll(HttpHeaderNames.HOST).stream()
                .map(CharSequence::toString)
                .toList();
        if (authority == null) {
            DoorRules.checkHost(hosts);
            headers.authority(hosts.get(0));
        } else {
            String name = authority.toString();
            DoorRules.checkHost(List.of(name));
            if (!hosts.stream().allMatch(name::equalsIgnoreCase)) {
                throw Problem.of(ProblemCode.HOST_INVALID, "The Host header and :authority name two hosts");
            }
        }
        headers.remove(HttpHeaderNames.HOST);
    }

    /** RFC 9113, section 8.2.2. Two lengths, or one that is none, are the codec's to find. */
    private static void checkFraming(Http2Headers headers) {
        for (CharSequence name : headers.names()) {
            if (HttpHeaderValidationUtil.isConnectionHeader(name, true)) {
                throw malformed("A header is about the connection, which HTTP/2 says otherwise");
            }
        }
        for (CharSequence value : headers.getAll(HttpHeaderNames.TE)) {
            if (HttpHeaderValidationUtil.isTeNotTrailers(HttpHeaderNames.TE, value)) {
                throw malformed("TE says more than trailers");
            }
        }
        if (headers.getAll(HttpHeaderNames.CONTENT_LENGTH).size() > 1) {
            throw malformed("The request has more than one Content-Length");
        }
    }

    private String target(Http2Headers headers) {
        String target = one(headers, Http2Headers.PseudoHeaderName.PATH.value());
        if (target.length() > bounds.target()) {
            throw Problem.of(ProblemCode.TARGET_TOO_LONG);
        }
        return TargetCheck.plain(target, slashes);
    }

    private static String one(Http2Headers headers, CharSequence name) {
        CharSequence value = headers.get(name);
        if (value == null) {
            throw malformed("The request has no " + name);
        }
        return value.toString();
    }

    private static Problem malformed(String why) {
        return Problem.of(ProblemCode.REQUEST_MALFORMED, why);
    }

    // Bodies and floods

    /** What is dropped is taken off the windows as if it had been read, or the connection would come to a stop. */
    private void drop(ChannelHandlerContext context, Http2DataFrame data) {
        int size = data.initialFlowControlledBytes();
        Http2FrameStream stream = data.stream();
        if (data.isEndStream()) {
            refused.remove(stream);
        }
        data.release();
        if (size > 0) {
            context.write(new DefaultHttp2WindowUpdateFrame(size).stream(stream));
        }
    }

    /**
     * A client says how much its decoder can keep of heads, and may say four gigabytes; an encoder need not take all of it (RFC
     * 7541, section 4.2). What this one took would be the gateway's memory, and grow with every answer.
     */
    private static void boundTable(ChannelHandlerContext context, Http2SettingsFrame frame) {
        Long size = frame.settings().headerTableSize();
        Http2FrameCodec codec = context.pipeline().get(Http2FrameCodec.class);
        if (size == null || size <= HEADER_TABLE || codec == null) {
            return;
        }
        try {
            codec.encoder().configuration().headersConfiguration().maxHeaderTableSize(HEADER_TABLE);
        } catch (Http2Exception e) {
            context.close();
        }
    }

    private boolean isSpent(Object message) {
        if (message instanceof Http2SettingsFrame) {
            return budget.isSpentBySettings();
        }
        boolean control = message instanceof Http2PingFrame
                || message instanceof Http2PriorityFrame
                || message instanceof Http2ResetFrame
                || message instanceof Http2SettingsAckFrame
                || message instanceof Http2UnknownFrame;
        return control && budget.isSpent();
    }

    /** At once and past the codec, which would wait for open streams and go on answering pings until then. */
    private void end(ChannelHandlerContext context) {
        ending = true;
        context.writeAndFlush(new DefaultHttp2GoAwayFrame(Http2Error.ENHANCE_YOUR_CALM, Unpooled.EMPTY_BUFFER));
        ChannelHandlerContext codec = context.pipeline().context(Http2FrameCodec.class);
        if (codec != null) {
            codec.close();
        }
    }

    /**
     * What the codec finds wrong with a stream ends that stream, which whoever reads it sees as a client that has gone. As a
     * failure of the stream it would be taken for one of the gateway's own. What is wrong with the connection ends that, and
     * the codec has said so already. Neither may fill the log, since any stranger can bring it about.
     */
    @Override
    @SuppressWarnings("deprecation")
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof Http2FrameStreamException failure) {
            context.writeAndFlush(new DefaultHttp2ResetFrame(failure.error()).stream(failure.stream()));
            return;
        }
        LOG.debug("A connection of HTTP/2 failed: {}", cause.toString());
        if (!(cause instanceof Http2Exception)) {
            context.close();
        }
    }

    /** A client that answers pings would otherwise hold a connection for ever without asking for anything. */
    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof IdleStateEvent && !hasStreams(context)) {
            context.close();
        }
        context.fireUserEventTriggered(event);
    }

    private static boolean hasStreams(ChannelHandlerContext context) {
        Http2FrameCodec codec = context.pipeline().get(Http2FrameCodec.class);
        return codec != null && codec.connection().numActiveStreams() > 0;
    }
}
