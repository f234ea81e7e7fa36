package dev.latchkey.gateway.web;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpServerUpgradeHandler;
import io.netty.handler.codec.http2.DefaultHttp2GoAwayFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.Deque;
import reactor.core.Disposable;
import reactor.netty.NettyPipeline;

/**
 * Puts the guard of the version of HTTP that a connection speaks where a request has been decoded and nothing has looked at
 * it yet. Which version that is, is agreed on in the TLS handshake (ALPN, RFC 7301); without TLS the first bytes tell
 * (RFC 9113, section 3.3), and an HTTP/1.1 request that offers to become HTTP/2 stays what it is.
 */
final class ConnectionDoor {

    private static final String DOOR = "latchkey.door";
    private static final String GUARD = "latchkey.guard";

    private final HeadBounds bounds;
    private final EscapedSlashes slashes;
    private final Drain drain;

    ConnectionDoor(HeadBounds bounds, EscapedSlashes slashes, Drain drain) {
        this.bounds = bounds;
        this.slashes = slashes;
        this.drain = drain;
    }

    /** To be called before the first byte is read. */
    void open(ChannelPipeline pipeline) {
        if (pipeline.get(NettyPipeline.H2OrHttp11Codec) != null) {
            pipeline.addBefore(NettyPipeline.H2OrHttp11Codec, DOOR, new Agreed());
        } else if (pipeline.get(HttpServerUpgradeHandler.class) != null) {
            String codec = pipeline.context(HttpServerCodec.class).name();
            pipeline.addAfter(codec, DOOR, new Told());
        } else {
            guard(pipeline);
        }
    }

    /** Fails where there is neither codec: nothing may pass unguarded. */
    private void guard(ChannelPipeline pipeline) {
        if (pipeline.get(NettyPipeline.HttpCodec) instanceof Http2FrameCodec) {
            // Behind what watches for silence, of which the guard has to hear.
            pipeline.addBefore(NettyPipeline.H2MultiplexHandler, GUARD, new StreamGuard(bounds, slashes));
            sayGoodbye(pipeline.channel());
        } else {
            guardRequests(pipeline, NettyPipeline.HttpCodec);
        }
    }

    private void guardRequests(ChannelPipeline pipeline, String codec) {
        pipeline.addAfter(codec, GUARD, new RequestGuard(slashes));
        KeptConnection.behind(pipeline, codec);
        // Behind what decides, by the answer, whether a connection goes on.
        pipeline.addAfter(NettyPipeline.HttpTrafficHandler, "latchkey.last", new LastAnswers(drain));
    }

    /**
     * When the gateway leaves, a client of HTTP/2 hears of it twice (RFC 9113, section 6.8): first that it should go on elsewhere,
     * while whatever it still sends is answered, and at the end which of its requests the last one was.
     */
    private void sayGoodbye(Channel channel) {
        Disposable goodbye = drain.remember(
                () -> channel.writeAndFlush(
                        new DefaultHttp2GoAwayFrame(Http2Error.NO_ERROR).setExtraStreamIds(Integer.MAX_VALUE)),
                () -> channel.writeAndFlush(new DefaultHttp2GoAwayFrame(Http2Error.NO_ERROR)));
        channel.closeFuture().addListener(closed -> goodbye.dispose());
    }

    /** In TLS: what was sent behind the handshake waits until the codec of the version agreed on is there and guarded. */
    private final class Agreed extends ChannelInboundHandlerAdapter {

        private final Deque<Object> waiting = new ArrayDeque<>();

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            waiting.add(message);
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            context.fireUserEventTriggered(event);
            if (event instanceof SslHandshakeCompletionEvent handshake && handshake.isSuccess()) {
                guard(context.pipeline());
                while (!waiting.isEmpty()) {
                    context.fireChannelRead(waiting.remove());
                }
                context.fireChannelReadComplete();
                context.pipeline().remove(this);
            }
        }

        @Override
        public void handlerRemoved(ChannelHandlerContext context) {
            waiting.forEach(ReferenceCountUtil::release);
            waiting.clear();
        }

        /** What cannot be guarded is not kept. */
        @Override
        @SuppressWarnings("deprecation")
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            context.fireExceptionCaught(cause);
            context.close();
        }
    }

    /** Without TLS: behind the codec of either version, which gives way here to its guard at its first message. */
    private final class Told extends ChannelInboundHandlerAdapter {

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            ChannelPipeline pipeline = context.pipeline();
            if (message instanceof HttpObject) {
                pipeline.remove(HttpServerUpgradeHandler.class);
                guardRequests(pipeline, DOOR);
            } else {
                pipeline.addAfter(DOOR, GUARD, new StreamGuard(bounds, slashes));
                sayGoodbye(pipeline.channel());
            }
            context.fireChannelRead(message);
            pipeline.remove(this);
        }
    }
}
