package dev.latchkey.gateway.ops;

import org.jspecify.annotations.Nullable;

/**
 * What became of one request, as it stands in the log. There is no place in it for a query, a cookie or a header.
 *
 * @param path as received, without its query
 * @param route the route's id, or null
 * @param status what was answered; 499 if the client left before there was an answer
 * @param bytes of the answer's body, as they went over the wire
 * @param duration in nanoseconds
 * @param backend from asking the app to the head of its answer, in nanoseconds; -1 if none was asked
 * @param user who asked, as {@code github:583231}, or null
 * @param decision what the gate said
 * @param problem the code of the gateway's own failure, or null
 * @param whole whether the answer came to its end
 */
record AccessLine(
        String method,
        String host,
        String path,
        @Nullable String route,
        int status,
        long bytes,
        long duration,
        long backend,
        @Nullable String user,
        String decision,
        @Nullable String problem,
        String client,
        String protocol,
        String request,
        boolean whole) {

    AccessLine withBytes(long counted) {
        return new AccessLine(
                method, host, path, route, status, counted, duration, backend, user, decision, problem, client,
                protocol, request, whole);
    }
}
