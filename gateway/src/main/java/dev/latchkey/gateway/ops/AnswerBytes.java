package dev.latchkey.gateway.ops;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufHolder;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.FileRegion;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.AttributeKey;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import reactor.netty.NettyPipeline;

/**
 * Counts the bytes of the answer that a connection carries now, where they are handed to the connection: as many as there
 * are, however they came about. The last of them may be written after the request's stages are through.
 *
 * <p>Everything here happens on the connection's event loop.
 */
final class AnswerBytes extends ChannelDuplexHandler {

    private static final String NAME = "latchkey.bytes";

    private static final AttributeKey<AnswerBytes> KEY = AttributeKey.valueOf(AnswerBytes.class.getName());

    private long bytes;
    private boolean whole;
    private @Nullable LongConsumer waiting;

    /** Counts from now on whatever is answered there: of a connection of HTTP/1.1 every answer, of HTTP/2 that of one stream. */
    static void countIn(Channel channel) {
        if (channel.attr(KEY).get() == null && channel.pipeline().get(NettyPipeline.HttpTrafficHandler) != null) {
            // Where answers of both versions pass in parts, before they become frames or bytes.
            channel.pipeline().addBefore(NettyPipeline.HttpTrafficHandler, NAME, new AnswerBytes());
        }
    }

    /** Tells, once the present answer of that connection is written or the connection gone, how many there were. */
    static void whenWritten(Channel channel, LongConsumer then) {
        AnswerBytes counter = channel.attr(KEY).get();
        if (counter == null) {
            then.accept(0);
        } else if (channel.eventLoop().inEventLoop()) {
            counter.tell(channel, then);
        } else {
            channel.eventLoop().execute(() -> counter.tell(channel, then));
        }
    }

    private void tell(Channel channel, LongConsumer then) {
        if (whole || !channel.isActive()) {
            finish(then);
        } else {
            waiting = then;
        }
    }

    private void finish(LongConsumer then) {
        long all = bytes;
        bytes = 0;
        whole = false;
        waiting = null;
        then.accept(all);
    }

    private void finishIfAsked() {
        if (waiting != null) {
            finish(waiting);
        }
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        context.channel().attr(KEY).set(this);
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        bytes += sizeOf(message);
        if (message instanceof LastHttpContent && !isInterim(message)) {
            whole = true;
            finishIfAsked();
        }
        context.write(message, promise);
    }

    private static long sizeOf(Object message) {
        if (message instanceof ByteBufHolder holder) {
            return holder.content().readableBytes();
        }
        if (message instanceof ByteBuf buffer) {
            return buffer.readableBytes();
        }
        return message instanceof FileRegion file ? file.count() : 0;
    }

    /** What a client is told before the answer, as 100 (RFC 9110, section 15.2). After 101 there is no other. */
    private static boolean isInterim(Object message) {
        return message instanceof HttpResponse response
                && response.status().code() < 200
                && !response.status().equals(HttpResponseStatus.SWITCHING_PROTOCOLS);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        finishIfAsked();
        context.fireChannelInactive();
    }
}
