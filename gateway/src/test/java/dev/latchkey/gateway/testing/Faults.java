package dev.latchkey.gateway.testing;

import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Predicate;

/** The endpoints a test has laid hands on, by name. */
final class Faults {

    private final Map<String, StubEndpoint> endpoints = new ConcurrentSkipListMap<>();

    StubEndpoint endpoint(String name, Predicate<Call> scope) {
        return endpoints.computeIfAbsent(name, key -> new StubEndpoint(scope));
    }

    /** The fault that befalls this call, or null. */
    Fault takeFor(Call call) {
        return endpoints.values().stream()
                .filter(endpoint -> endpoint.covers(call))
                .map(StubEndpoint::take)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }
}
