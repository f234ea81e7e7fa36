package dev.latchkey.gateway.provider;

import reactor.core.publisher.Mono;

/** Acts on what a provider tells, or ignores it. */
@FunctionalInterface
public interface ProviderEventListener {

    /** Completes when the event has had its effect on every node; a failure makes the provider's delivery fail. */
    Mono<Void> heard(ProviderEvent event);
}
