package dev.latchkey.gateway.provider;

import dev.latchkey.gateway.watch.CallSpans;
import io.netty.channel.ChannelOption;
import java.net.InetAddress;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.client.reactive.ReactorClientHttpConnector;
import org.springframework.web.reactive.function.client.ClientRequest;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.ExchangeFunction;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;

/**
 * The clients that providers are called with: bounded in time and size, following no redirect, and calling nothing that
 * {@link ProviderAddresses} refuses.
 */
final class ProviderHttp {

    private static final Duration CONNECT = Duration.ofSeconds(3);
    private static final Duration ANSWER = Duration.ofSeconds(10);
    private static final Duration TOKEN_ANSWER = Duration.ofSeconds(20);
    private static final Duration IDLE = Duration.ofSeconds(20);
    private static final int LARGEST_ANSWER = 256 * 1024;

    private final WebClient web;
    private final WebClient tokenWeb;

    ProviderHttp(ProviderAddresses addresses, GuardedNames names) {
        this(addresses, names, CONNECT.plus(ANSWER), longestTokenCall());
    }

    /**
     * @param whole how long a call may take with all of its answer
     * @param wholeForToken the same for a call that brings a token
     */
    ProviderHttp(ProviderAddresses addresses, GuardedNames names, Duration whole, Duration wholeForToken) {
        ConnectionProvider pool =
                ConnectionProvider.builder("providers").maxIdleTime(IDLE).build();
        this.web = client(HttpClient.create(pool).responseTimeout(ANSWER), addresses, names, whole);
        // What spends a code or a refresh token must not be sent twice.
        this.tokenWeb = client(
                HttpClient.newConnection().disableRetry(true).responseTimeout(TOKEN_ANSWER),
                addresses,
                names,
                wholeForToken);
    }

    static GuardedNames names(ProviderAddresses addresses) {
        return new GuardedNames(addresses, InetAddress::getAllByName, Schedulers.boundedElastic());
    }

    private static WebClient client(HttpClient http, ProviderAddresses addresses, GuardedNames names, Duration whole) {
        HttpClient careful = http.option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) CONNECT.toMillis())
                .resolver(names)
                .followRedirect(false);
        return WebClient.builder()
                .clientConnector(new ReactorClientHttpConnector(careful))
                .codecs(codecs -> codecs.defaultCodecs().maxInMemorySize(LARGEST_ANSWER))
                .defaultHeader(HttpHeaders.USER_AGENT, "latchkey")
                .filter(CallSpans.named("provider"))
                .filter((request, next) -> checked(addresses, request, next))
                .filter((request, next) -> inTime(whole, request, next))
                .build();
    }

    /** An address that is one rather than a name is never looked up, so it is looked at here. */
    private static Mono<ClientResponse> checked(
            ProviderAddresses addresses, ClientRequest request, ExchangeFunction next) {
        return Mono.defer(() -> {
            addresses.checked("address", request.url().toString());
            return next.exchange(request);
        });
    }

    /** The timeouts of a connection begin anew with each byte, so that an answer could come for ever. */
    private static Mono<ClientResponse> inTime(Duration whole, ClientRequest request, ExchangeFunction next) {
        return Mono.defer(() -> {
            long end = System.nanoTime() + whole.toNanos();
            return next.exchange(request)
                    .timeout(whole)
                    .map(response -> response.mutate()
                            .body(body -> body.takeUntilOther(over(end)))
                            .build());
        });
    }

    private static Mono<Long> over(long end) {
        return Mono.defer(() -> Mono.delay(Duration.ofNanos(Math.max(0, end - System.nanoTime()))))
                .flatMap(now -> Mono.error(new TimeoutException("The whole answer took too long")));
    }

    /** For what may be asked again. */
    WebClient web() {
        return web;
    }

    /** For codes and refresh tokens. */
    WebClient tokenWeb() {
        return tokenWeb;
    }

    /** The longest that a call for a token may take. */
    static Duration longestTokenCall() {
        return CONNECT.plus(TOKEN_ANSWER);
    }
}
