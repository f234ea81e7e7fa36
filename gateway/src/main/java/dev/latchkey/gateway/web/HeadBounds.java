package dev.latchkey.gateway.web;

import org.springframework.boot.reactor.netty.autoconfigure.NettyServerProperties;
import org.springframework.boot.web.server.autoconfigure.ServerProperties;

/**
 * How large the head of a request may be, in whatever version of HTTP.
 *
 * @param head bytes of all names and values, with what parts them in HTTP/1.1
 * @param target bytes of path and query
 */
record HeadBounds(int head, int target) {

    private static final int USUAL_TARGET = 4096;

    static HeadBounds of(ServerProperties server, NettyServerProperties netty) {
        long target = netty.getMaxInitialLineLength() == null
                ? USUAL_TARGET
                : netty.getMaxInitialLineLength().toBytes();
        return new HeadBounds((int) server.getMaxHttpRequestHeaderSize().toBytes(), (int) target);
    }
}
