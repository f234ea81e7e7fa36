package dev.latchkey.gateway.github.cache;

import dev.latchkey.gateway.github.api.ApiRequest;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;

/**
 * What an answer is the answer to, whoever asked. The API's version and the time zone belong to it though GitHub's
 * {@code Vary} names neither: both change bodies.
 */
record ResourceKey(
        String path,
        @Nullable String query,
        String accept,
        @Nullable String version,
        @Nullable String timeZone) {

    static ResourceKey of(ApiRequest request) {
        HttpHeaders headers = request.headers();
        return new ResourceKey(
                request.target().path(),
                request.target().query(),
                String.valueOf(headers.getFirst(HttpHeaders.ACCEPT)),
                headers.getFirst("X-GitHub-Api-Version"),
                headers.getFirst("Time-Zone"));
    }

    /** Another, without a query, asked for in the same way. */
    ResourceKey at(String other) {
        return new ResourceKey(other, null, accept, version, timeZone);
    }

    /** All of it is the client's choice. */
    int weight() {
        return path.length() + length(query) + accept.length() + length(version) + length(timeZone);
    }

    private static int length(@Nullable String text) {
        return text == null ? 0 : text.length();
    }
}
