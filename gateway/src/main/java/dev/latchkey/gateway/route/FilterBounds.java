package dev.latchkey.gateway.route;

import dev.latchkey.gateway.web.ClientHeaders;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.cloud.gateway.filter.factory.AbstractNameValueGatewayFilterFactory.NameValueConfig;
import org.springframework.cloud.gateway.filter.factory.MapRequestHeaderGatewayFilterFactory;
import org.springframework.cloud.gateway.support.config.KeyValue;
import org.springframework.cloud.gateway.support.config.KeyValueConfig;

/**
 * What filters may not do: they run behind the gate and behind the identity headers, with everything that the request
 * carries by then. So none may say who somebody is, and none may send the request elsewhere.
 */
final class FilterBounds {

    /** Some take the address from a header or from the path, and all of them go round the checks of {@code to}. */
    private static final Set<String> ELSEWHERE = Set.of("RequestHeaderToRequestUri", "SetRequestUri");

    private static final Set<String> WRITING_ONE = Set.of("AddRequestHeader", "SetRequestHeader");

    /** Dropped where a client sends them, and yet an operator's to set. */
    private static final Set<String> OPERATORS = Set.of("host", "x-forwarded-prefix", "expect", "tracestate");

    private FilterBounds() {}

    /** A filter that goes beyond. */
    static final class Exceeded extends RuntimeException {

        private final String remedy;

        Exceeded(String what, String remedy) {
            super(what, null, false, false);
            this.remedy = remedy;
        }

        String what() {
            return String.valueOf(getMessage());
        }

        String remedy() {
            return remedy;
        }
    }

    /** @throws Exceeded if whatever a filter of that name could be told to do is too much */
    static void check(String filter) {
        if (ELSEWHERE.contains(filter)) {
            throw new Exceeded(
                    "'" + filter + "' would send requests, identity and all, to another address than 'to'",
                    "Write the address in 'to', and a route file for each address.");
        }
        if (filter.equals("TokenRelay")) {
            throw new Exceeded("'TokenRelay' knows nobody here", "Write 'send: { github-token: true }'.");
        }
    }

    /**
     * Checks a filter's settings as its factory has read them, so that no other spelling of them counts.
     *
     * @param jwtHeader the header that carries the route's JWT, or null
     * @throws Exceeded if the filter could undo what was decided
     */
    static void check(String filter, Object settings, @Nullable String jwtHeader) {
        String jwt = jwtHeader == null ? "" : ClientHeaders.plain(jwtHeader);
        for (String name : written(filter, settings)) {
            String plain = ClientHeaders.plain(name);
            if (plain.equals(jwt) || (ClientHeaders.isDropped(plain) && !OPERATORS.contains(plain))) {
                throw new Exceeded(
                        "'" + filter + "' would write the header " + name + ", which only the gateway writes",
                        "Choose another name; 'send' says what the app is told of the person.");
            }
        }
    }

    private static List<String> written(String filter, Object settings) {
        if (settings instanceof NameValueConfig named && WRITING_ONE.contains(filter)) {
            return List.of(String.valueOf(named.getName()));
        }
        if (settings instanceof MapRequestHeaderGatewayFilterFactory.Config mapped) {
            return List.of(String.valueOf(mapped.getToHeader()));
        }
        if (settings instanceof KeyValueConfig pairs && filter.equals("AddRequestHeadersIfNotPresent")) {
            return Stream.of(pairs.getKeyValues())
                    .map(KeyValue::getKey)
                    .map(String::valueOf)
                    .toList();
        }
        return List.of();
    }
}
