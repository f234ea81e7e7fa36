package dev.latchkey.gateway.forward;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.util.ReferenceCountUtil;

/**
 * Leaves out what a backend says ahead of its answer, such as early hints, which a proxy may (RFC 9110, section 15.2).
 * The client would take it for the answer, and the answer for the next request's.
 */
final class InterimAnswers extends ChannelInboundHandlerAdapter {

    private boolean dropping;

    /** Set while something was read for which nobody downstream will ask for more. */
    private boolean dropped;

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof HttpResponse response) {
            dropping = isInterim(response.status().code());
        }
        if (message instanceof Http2HeadersFrame head && isInterim(head)) {
            return;
        }
        if (dropping && (message instanceof HttpResponse || message instanceof HttpContent)) {
            dropped = true;
            ReferenceCountUtil.release(message);
        } else {
            context.fireChannelRead(message);
        }
    }

    private static boolean isInterim(Http2HeadersFrame head) {
        CharSequence status = head.headers().status();
        return status != null
                && status.length() == 3
                && status.charAt(0) == '1'
                && !status.toString().equals("100");
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        context.fireChannelReadComplete();
        if (dropped) {
            dropped = false;
            context.read();
        }
    }

    /** 100 lets the client go on with a body, and 101 ends HTTP on the connection: both are heeded elsewhere. */
    private static boolean isInterim(int status) {
        return status > HttpResponseStatus.SWITCHING_PROTOCOLS.code() && status < HttpResponseStatus.OK.code();
    }
}
