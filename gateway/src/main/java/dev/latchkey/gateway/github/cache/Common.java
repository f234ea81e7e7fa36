package dev.latchkey.gateway.github.cache;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;

/**
 * A body that somebody was given, without a word about whom. Nobody gets it of whom GitHub has not said, with that person's
 * own credential, that it is what they would get.
 *
 * @param before what whoever was given it had been given before, if they had
 * @param headers those that speak of the body alone
 * @param learned when GitHub was asked for it, in milliseconds
 * @param endOfList whether it is a full page without a next one, see {@link FullPage}
 */
record Common(
        byte[] body, byte @Nullable [] before, HttpHeaders headers, String vary, long learned, boolean endOfList) {

    private static final int OVERHEAD = 200;

    String tagFor(String authorization, String accept) {
        return Tags.compute(authorization, accept, vary, body);
    }

    int weight() {
        int weight = OVERHEAD + body.length + (before == null ? 0 : before.length);
        for (Map.Entry<String, List<String>> header : headers.headerSet()) {
            weight += header.getKey().length();
            for (String value : header.getValue()) {
                weight += value.length();
            }
        }
        return weight;
    }
}
