package dev.latchkey.gateway.forward;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http2.DefaultHttp2SettingsFrame;
import io.netty.handler.codec.http2.DefaultHttp2WindowUpdateFrame;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2Settings;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.netty.NettyPipeline;
import reactor.netty.http.client.HttpClient;

/** Prepares connections to backends, of whichever version of HTTP. */
final class BackendChannels {

    private static final Logger LOG = LoggerFactory.getLogger(BackendChannels.class);
    private static final String PREPARED = "latchkey.prepared";

    /** What a backend may send on one stream before any of it is read (RFC 9113, section 6.9.2). */
    private static final int STREAM_WINDOW = 65_535;

    private BackendChannels() {}

    static HttpClient on(HttpClient client) {
        return client.doOnChannelInit((observer, channel, remote) -> begin(channel.pipeline()));
    }

    private static void begin(ChannelPipeline pipeline) {
        if (pipeline.get(NettyPipeline.H2OrHttp11Codec) != null) {
            pipeline.addAfter(NettyPipeline.H2OrHttp11Codec, PREPARED, new Agreed());
        } else {
            prepare(pipeline);
        }
    }

    private static void prepare(ChannelPipeline pipeline) {
        pipeline.addAfter(NettyPipeline.HttpCodec, "latchkey.interim", new InterimAnswers());
        if (pipeline.get(NettyPipeline.HttpCodec) instanceof Http2FrameCodec) {
            pipeline.addAfter(NettyPipeline.HttpCodec, "latchkey.window", new Wide());
            pipeline.addLast("latchkey.failures", new Failures());
        }
    }

    /** The codec is there once the handshake has shown which it is, and that is told by the connection's becoming active. */
    private static final class Agreed extends ChannelInboundHandlerAdapter {

        @Override
        public void channelActive(ChannelHandlerContext context) {
            prepare(context.pipeline());
            context.fireChannelActive();
            context.pipeline().remove(this);
        }
    }

    /**
     * As soon as the backend has said that it speaks HTTP/2, widens the connection's window, and forbids what nobody would read
     * and would fill it: answers to requests that were not made (RFC 9113, section 8.4).
     */
    private static final class Wide extends ChannelInboundHandlerAdapter {

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            context.write(new DefaultHttp2SettingsFrame(new Http2Settings().pushEnabled(false)));
            context.writeAndFlush(new DefaultHttp2WindowUpdateFrame((Http2Clients.STREAMS - 1) * STREAM_WINDOW));
            context.fireChannelRead(message);
            context.pipeline().remove(this);
        }
    }

    /**
     * What goes wrong with a connection ends the requests on it, and is told of each of them. Nobody else would hear of it, and
     * Netty would write how it came about, at length, for every connection of an app that restarts.
     */
    private static final class Failures extends ChannelInboundHandlerAdapter {

        @Override
        @SuppressWarnings("deprecation")
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            LOG.debug("A connection to an app failed: {}", cause.toString());
            if (!(cause instanceof Http2Exception)) {
                context.close();
            }
        }
    }
}
