package dev.latchkey.gateway.github.api;

import reactor.core.publisher.Mono;

/** A step on the way to GitHub: answers, fails with a problem, or calls the next. */
@FunctionalInterface
public interface Calls {

    Mono<ApiAnswer> call(ApiRequest request);
}
