package dev.latchkey.gateway.web;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;

/**
 * Once the gateway leaves, makes each answer the last of its connection and says so (RFC 9112, section 9.6), so that no
 * client sends its next request on a connection that is about to go.
 */
final class LastAnswers extends ChannelOutboundHandlerAdapter {

    private final Drain drain;

    LastAnswers(Drain drain) {
        this.drain = drain;
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        if (message instanceof HttpResponse answer && drain.hasBegun() && isFinal(answer)) {
            answer.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        }
        context.write(message, promise);
    }

    /** A switch of protocols and what is said before the answer have a meaning of their own for the connection. */
    private static boolean isFinal(HttpResponse answer) {
        return answer.status().codeClass() != HttpStatusClass.INFORMATIONAL;
    }
}
