package dev.latchkey.gateway.github;

import dev.latchkey.gateway.github.api.Addresses;
import dev.latchkey.gateway.github.api.ApiAnswer;
import dev.latchkey.gateway.github.rewrite.JsonUrls;
import dev.latchkey.gateway.github.rewrite.OwnBase;
import dev.latchkey.gateway.github.rewrite.OwnTags;
import dev.latchkey.gateway.route.Route;
import dev.latchkey.gateway.web.GatewayAddress;
import dev.latchkey.gateway.web.RequestScope;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.buffer.NettyDataBufferFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Writes GitHub's answers to clients, with the gateway's addresses in place of GitHub's. */
final class Answers {

    private static final NettyDataBufferFactory BUFFERS = new NettyDataBufferFactory(ByteBufAllocator.DEFAULT);

    private final Addresses addresses;
    private final GatewayAddress gateway;
    private final boolean rewriteBodies;

    Answers(Addresses addresses, GatewayAddress gateway, boolean rewriteBodies) {
        this.addresses = addresses;
        this.gateway = gateway;
        this.rewriteBodies = rewriteBodies;
    }

    /** One request's answer, which is to be written for a client that came by these paths. */
    Exchange to(ServerWebExchange exchange, Route route, Mount mount, boolean enterprise) {
        // A route for every host is the gateway's own; one for a host of its own is known by no other address.
        RequestScope scope = RequestScope.of(exchange);
        String origin = route.host() == null ? gateway.origin() : scope.scheme() + "://" + scope.authority();
        OwnBase base = new OwnBase(
                addresses, origin + mount.rest(enterprise), origin + mount.prefix() + Mount.ENTERPRISE_UPLOADS);
        return new Exchange(exchange, base);
    }

    final class Exchange {

        private final ServerWebExchange exchange;
        private final OwnBase base;
        private final OwnTags tags;

        private Exchange(ServerWebExchange exchange, OwnBase base) {
            this.exchange = exchange;
            this.base = base;
            this.tags = new OwnTags(base);
        }

        /** Puts GitHub's tags in the place of those that were made of them. */
        void readTags(HttpHeaders headers) {
            if (rewriteBodies) {
                tags.toTheirs(headers, HttpHeaders.IF_NONE_MATCH);
                tags.toTheirs(headers, HttpHeaders.IF_MATCH);
                tags.toTheirs(headers, HttpHeaders.IF_RANGE);
            }
        }

        Mono<Void> write(ApiAnswer answer) {
            ServerHttpResponse response = exchange.getResponse();
            boolean rewritten = rewriteBodies && isJson(answer);
            HttpHeaders headers = AnswerHeaders.of(answer.headers(), base);
            if (rewritten) {
                tags.toOwn(headers);
            }
            response.setRawStatusCode(answer.status());
            response.getHeaders().putAll(headers);
            if (isBodiless(answer)) {
                return empty(answer, rewritten);
            }
            return rewritten ? rewritten(answer) : plain(answer);
        }

        private boolean isBodiless(ApiAnswer answer) {
            return exchange.getRequest().getMethod().equals(HttpMethod.HEAD)
                    || answer.status() == 204
                    || answer.status() == 304;
        }

        /** A HEAD tells the length that a GET has, if that is known. */
        private Mono<Void> empty(ApiAnswer answer, boolean rewritten) {
            HttpHeaders headers = exchange.getResponse().getHeaders();
            if (answer.status() != 200) {
                headers.remove(HttpHeaders.CONTENT_LENGTH);
            } else if (answer.body() instanceof ApiAnswer.Bytes all && all.bytes().length > 0) {
                headers.setContentLength(rewritten ? JsonUrls.rewritten(all.bytes(), base).length : all.bytes().length);
            } else if (rewritten) {
                headers.remove(HttpHeaders.CONTENT_LENGTH);
            }
            return answer.released().then(Mono.defer(exchange.getResponse()::setComplete));
        }

        private Mono<Void> plain(ApiAnswer answer) {
            if (answer.body() instanceof ApiAnswer.Bytes all) {
                exchange.getResponse().getHeaders().setContentLength(all.bytes().length);
            }
            return write(answer.flux());
        }

        private Mono<Void> rewritten(ApiAnswer answer) {
            HttpHeaders headers = exchange.getResponse().getHeaders();
            if (answer.body() instanceof ApiAnswer.Bytes all) {
                byte[] json = JsonUrls.rewritten(all.bytes(), base);
                headers.setContentLength(json.length);
                return write(Flux.just(Unpooled.wrappedBuffer(json)));
            }
            headers.remove(HttpHeaders.CONTENT_LENGTH);
            JsonUrls urls = new JsonUrls(base);
            return write(answer.flux().map(part -> next(urls, part)).concatWith(Mono.fromSupplier(() -> last(urls))));
        }

        private Mono<Void> write(Flux<ByteBuf> body) {
            return exchange.getResponse().writeWith(body.map(BUFFERS::wrap));
        }
    }

    private static ByteBuf next(JsonUrls urls, ByteBuf part) {
        byte[] bytes = ByteBufUtil.getBytes(part);
        part.release();
        ByteArrayOutputStream out = new ByteArrayOutputStream(bytes.length + 256);
        urls.pass(bytes, out);
        return Unpooled.wrappedBuffer(out.toByteArray());
    }

    private static ByteBuf last(JsonUrls urls) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        urls.end(out);
        return Unpooled.wrappedBuffer(out.toByteArray());
    }

    /** GitHub's own JSON, and not a file that holds some: that is of a media type of GitHub's. */
    private static boolean isJson(ApiAnswer answer) {
        @Nullable String type = answer.headers().getFirst(HttpHeaders.CONTENT_TYPE);
        return type != null
                && type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT).equals("application/json")
                && !answer.headers().containsHeader(HttpHeaders.CONTENT_ENCODING)
                && answer.status() != 206;
    }
}
