package dev.latchkey.gateway.web;

import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Ends a connection of HTTP/1.1 so that its client can read the last answer although it is still sending (RFC 9112, section
 * 9.6). A connection that is closed with something unread is reset, and a reset takes from the client what it has not read
 * yet: it would see an upload of 30 MB break off where it was told that 25 are the most. So the gateway's side is closed
 * first, and what arrives then is dropped until the client has done the same, or has had its time.
 */
final class LingeringClose extends ChannelDuplexHandler {

    /** A client that sends nothing for that long has stopped sending. */
    static final Duration SILENCE = Duration.ofSeconds(5);

    /** The longest that anybody is listened to for nothing. */
    static final Duration LONGEST = Duration.ofSeconds(30);

    /** There is more to come of the newest request, or nobody knows where it ends. */
    private boolean unread;

    /** The newest answer is complete. */
    private boolean answered;

    /** Completes when the connection is closed at last; there from the first attempt on. */
    private @Nullable ChannelPromise end;

    private @Nullable Future<?> silence;
    private @Nullable Future<?> longest;

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof HttpObject part) {
            note(part);
        }
        if (end == null) {
            context.fireChannelRead(message);
            return;
        }
        ReferenceCountUtil.release(message);
        if (!unread) {
            close(context);
        }
    }

    private void note(HttpObject part) {
        boolean complete =
                part instanceof LastHttpContent && part.decoderResult().isSuccess();
        if (complete) {
            unread = false;
        } else if (part instanceof HttpRequest || part.decoderResult().isFailure()) {
            unread = true;
        }
    }

    /** Something came, though the codec makes nothing of what follows a malformed request. */
    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        context.fireChannelReadComplete();
        if (end != null && context.channel().isOpen()) {
            listenOn(context);
            context.read();
        }
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        if (message instanceof LastHttpContent) {
            answered = true;
        } else if (message instanceof HttpResponse answer
                && answer.status().codeClass() != HttpStatusClass.INFORMATIONAL) {
            answered = false;
        }
        context.write(message, promise);
    }

    @Override
    public void close(ChannelHandlerContext context, ChannelPromise promise) {
        if (end != null) {
            end.addListener(closed -> promise.trySuccess());
        } else if (unread && answered && isOpenBothWays(context.channel())) {
            end = promise;
            linger(context);
        } else {
            context.close(promise);
        }
    }

    /** Whoever asks for a reset gets one. */
    private static boolean isOpenBothWays(Channel channel) {
        Integer linger = channel.config().getOption(ChannelOption.SO_LINGER);
        return channel instanceof DuplexChannel duplex
                && duplex.isActive()
                && !duplex.isInputShutdown()
                && (linger == null || linger < 0);
    }

    private void linger(ChannelHandlerContext context) {
        longest = context.executor().schedule(() -> close(context), LONGEST.toMillis(), TimeUnit.MILLISECONDS);
        listenOn(context);
        SslHandler tls = context.pipeline().get(SslHandler.class);
        ChannelFuture said = tls == null ? context.newSucceededFuture() : tls.closeOutbound();
        said.addListener(done -> ((DuplexChannel) context.channel()).shutdownOutput());
        context.channel().config().setAutoRead(true);
    }

    private void listenOn(ChannelHandlerContext context) {
        cancel(silence);
        silence = context.executor().schedule(() -> close(context), SILENCE.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void close(ChannelHandlerContext context) {
        ChannelPromise promise = end;
        if (promise != null && context.channel().isOpen()) {
            context.close(promise);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        cancel(silence);
        cancel(longest);
        if (end != null) {
            end.trySuccess();
        }
        context.fireChannelInactive();
    }

    private static void cancel(@Nullable Future<?> timer) {
        if (timer != null) {
            timer.cancel(false);
        }
    }
}
