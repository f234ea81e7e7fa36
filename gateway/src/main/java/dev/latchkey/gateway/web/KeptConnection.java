package dev.latchkey.gateway.web;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.LastHttpContent;
import reactor.netty.NettyPipeline;
import reactor.netty.http.server.HttpServer;

/**
 * Lets a connection read its next request. Reactor Netty stops reading when a request begins and starts again when its end
 * is processed; where the answer was complete before that, and the request had waited behind another, it never does, and the
 * connection would hang.
 */
public final class KeptConnection extends ChannelOutboundHandlerAdapter {

    KeptConnection() {}

    /** That server, whose connections all read on, and end so that the last answer can be read. */
    public static HttpServer on(HttpServer server) {
        return server.doOnChannelInit(
                (observer, channel, remote) -> behind(channel.pipeline(), NettyPipeline.HttpCodec));
    }

    static void behind(ChannelPipeline pipeline, String codec) {
        pipeline.addAfter(codec, "latchkey.kept", new KeptConnection());
        pipeline.addAfter(codec, "latchkey.lingering", new LingeringClose());
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        context.write(message, promise);
        if (message instanceof LastHttpContent && !context.channel().config().isAutoRead()) {
            context.executor().execute(() -> context.channel().config().setAutoRead(true));
        }
    }
}
