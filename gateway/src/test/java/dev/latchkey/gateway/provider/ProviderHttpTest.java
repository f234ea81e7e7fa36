package dev.latchkey.gateway.provider;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.Unpooled;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.Exceptions;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;

/** How long a provider may take. */
class ProviderHttpTest {

    private static final Duration SHORT = Duration.ofSeconds(1);

    @Test
    void givesUpAnAnswerThatKeepsComingAndNeverEnds() {
        ProviderAddresses addresses =
                new ProviderAddresses(new ProvidersProperties(List.of(), true, List.of(), List.of()));
        ProviderHttp http = new ProviderHttp(addresses, ProviderHttp.names(addresses), SHORT, SHORT);
        DisposableServer server = HttpServer.create()
                .host("127.0.0.1")
                .port(0)
                .handle((request, response) -> request.uri().equals("/silent")
                        ? Mono.never()
                        : response.send(
                                Flux.interval(Duration.ofMillis(50)).map(tick -> Unpooled.copiedBuffer(" ", US_ASCII)),
                                bytes -> true))
                .bindNow();
        try {
            for (WebClient web : List.of(http.web(), http.tokenWeb())) {
                for (String path : List.of("/silent", "/endless")) {
                    String address = "http://127.0.0.1:" + server.port() + path;
                    Mono<String> answer =
                            web.get().uri(address).exchangeToMono(response -> response.bodyToMono(String.class));
                    assertThatThrownBy(answer::block)
                            .satisfies(failure ->
                                    assertThat(causes(failure)).hasAtLeastOneElementOfType(TimeoutException.class));
                }
            }
        } finally {
            server.disposeNow();
        }
    }

    private static List<Throwable> causes(Throwable failure) {
        return Stream.iterate(Exceptions.unwrap(failure), cause -> cause != null, Throwable::getCause)
                .toList();
    }
}
