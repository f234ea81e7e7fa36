package dev.latchkey.gateway.github.api;

import org.jspecify.annotations.Nullable;

/**
 * What of GitHub's is asked for, byte for byte as the client spelled it.
 *
 * @param path below the API's own address, with a leading slash; empty for GraphQL
 * @param query the raw query, or null if there was none
 */
public record Target(Api api, String path, @Nullable String query) {

    /** Which of GitHub's APIs. */
    public enum Api {
        REST,
        GRAPHQL,
        UPLOADS
    }

    public boolean isRest() {
        return api == Api.REST;
    }

    /** Path and query as they go into a request line. */
    public String pathAndQuery() {
        return query == null ? path : path + '?' + query;
    }
}
