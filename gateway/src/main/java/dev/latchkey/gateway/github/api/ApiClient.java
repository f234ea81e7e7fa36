package dev.latchkey.gateway.github.api;

import dev.latchkey.gateway.keys.Secret;
import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.netty.Connection;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.client.HttpClientResponse;
import reactor.netty.resources.ConnectionProvider;

/**
 * Sends calls to GitHub and nowhere else: no redirect is followed here, and the credential goes with exactly one request.
 * Bodies stream in both directions, each side as fast as the other reads.
 */
public final class ApiClient {

    private static final int CONNECT_MILLIS = 5_000;
    /** GitHub closes idle connections after about a minute. */
    private static final Duration IDLE = Duration.ofSeconds(30);
    /** A reader that does not come back would hold its connection to GitHub for ever. */
    private static final Silence.Bounds SILENCE = new Silence.Bounds(Duration.ofMinutes(1), Duration.ofMinutes(10));

    /** More than answers under way, since those that wait for a slow reader hold theirs on. */
    private static final int CONNECTIONS = 500;

    private static final int LARGEST_HEAD = 64 * 1024;

    private final Addresses addresses;
    private final HttpClient repeating;
    private final HttpClient once;

    public ApiClient(Addresses addresses) {
        this.addresses = addresses;
        ConnectionProvider pool = ConnectionProvider.builder("github-api")
                .maxConnections(CONNECTIONS)
                .pendingAcquireMaxCount(-1)
                .maxIdleTime(IDLE)
                .build();
        this.repeating = HttpClient.create(pool)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS)
                // GitHub repeats the whole query in each of up to four links.
                .httpResponseDecoder(decoder -> decoder.maxHeaderSize(LARGEST_HEAD))
                .followRedirect(false);
        // What may have had an effect is not sent a second time on a connection that broke.
        this.once = repeating.disableRetry(true);
    }

    /** The answer, as soon as its head is there. Fails as {@link Failures} says. */
    Mono<ApiAnswer> send(ApiRequest request, Secret credentials) {
        String authorization = credentials.reveal();
        HttpClient client = request.isSafe() ? repeating : once;
        HttpClient.RequestSender sender = client.headers(headers -> fill(headers, request, authorization))
                .request(io.netty.handler.codec.http.HttpMethod.valueOf(
                        request.method().name()))
                .uri(addresses.of(request.target()));
        return bodied(sender, request.body())
                .responseConnection((response, connection) -> Mono.just(answer(response, connection, authorization)))
                .single()
                .onErrorMap(Failures::asProblem);
    }

    private static HttpClient.ResponseReceiver<?> bodied(HttpClient.RequestSender sender, RequestBody body) {
        if (body instanceof RequestBody.Bytes all) {
            return sender.send(Mono.fromSupplier(() -> Unpooled.wrappedBuffer(all.bytes())));
        }
        return body instanceof RequestBody.Stream stream
                ? sender.send(stream.bytes().onErrorMap(ApiClient::brokenOff))
                : sender;
    }

    /** It is not GitHub that failed. */
    private static Throwable brokenOff(Throwable failure) {
        return failure instanceof Problem
                ? failure
                : Problem.of(ProblemCode.REQUEST_MALFORMED, "The body broke off")
                        .causedBy(failure);
    }

    private static void fill(
            io.netty.handler.codec.http.HttpHeaders headers, ApiRequest request, String authorization) {
        for (Map.Entry<String, List<String>> header : request.headers().headerSet()) {
            headers.set(header.getKey(), header.getValue());
        }
        headers.set(HttpHeaders.USER_AGENT, "latchkey");
        headers.set(HttpHeaders.AUTHORIZATION, authorization);
        List<String> tags = request.validators().tags(authorization);
        if (!tags.isEmpty()) {
            headers.set(HttpHeaders.IF_NONE_MATCH, String.join(", ", tags));
        }
        if (request.body() instanceof RequestBody.Stream stream && stream.length() >= 0) {
            headers.set(HttpHeaders.CONTENT_LENGTH, stream.length());
        } else if (request.body() instanceof RequestBody.Bytes all) {
            headers.set(HttpHeaders.CONTENT_LENGTH, all.bytes().length);
        } else if (isWithoutBody(request.method())) {
            headers.remove(HttpHeaders.CONTENT_LENGTH);
        }
    }

    private static boolean isWithoutBody(HttpMethod method) {
        return method.equals(HttpMethod.GET) || method.equals(HttpMethod.HEAD) || method.equals(HttpMethod.DELETE);
    }

    private static ApiAnswer answer(HttpClientResponse response, Connection connection, String authorization) {
        HttpHeaders headers = new HttpHeaders();
        response.responseHeaders().forEach(header -> headers.add(header.getKey(), header.getValue()));
        return new ApiAnswer(
                response.status().code(), headers, body(connection), new ApiAnswer.Authorization(authorization), false);
    }

    /** Given up on the connection's own loop, so that it cannot meet the end of the answer there on its way. */
    private static ApiAnswer.Stream body(Connection connection) {
        Scheduler loop = Schedulers.fromExecutor(connection.channel().eventLoop());
        Flux<ByteBuf> bytes = new Silence(connection.inbound().receive().retain(), SILENCE, loop)
                .onErrorMap(Failures::asProblem)
                .doOnCancel(connection::dispose)
                .cancelOn(loop);
        return new ApiAnswer.Stream(bytes, connection::dispose);
    }
}
