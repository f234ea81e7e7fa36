package dev.latchkey.gateway.watch;

import org.jspecify.annotations.Nullable;
import org.springframework.web.reactive.function.client.ClientRequest;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.ExchangeFilterFunction;
import org.springframework.web.reactive.function.client.ExchangeFunction;
import reactor.core.publisher.Mono;

/**
 * The spans of the gateway's own calls to other programs, as pieces of the request they are made for: from the question to
 * the head of its answer. Method, host and status are told, and no path: it may name somebody's repository.
 */
public final class CallSpans {

    private CallSpans() {}

    /** For a client whose calls have that name; where nothing is traced, nothing is done. */
    public static ExchangeFilterFunction named(String name) {
        return (request, next) -> Mono.deferContextual(context -> {
            @Nullable Span parent = context.<Span>getOrDefault(Span.class, null);
            return parent == null ? next.exchange(request) : call(parent.call(name), request, next);
        });
    }

    private static Mono<ClientResponse> call(Span span, ClientRequest request, ExchangeFunction next) {
        span.with("http.request.method", request.method().name())
                .with("server.address", String.valueOf(request.url().getHost()));
        return Span.within(
                span,
                next.exchange(request)
                        .doOnNext(response -> span.with(
                                "http.response.status_code",
                                response.statusCode().value())));
    }
}
