package dev.latchkey.gateway.github.cache;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;

/**
 * An answer kept for one person.
 *
 * @param headers as they are to be given again
 * @param body GitHub's own bytes
 * @param tag GitHub's tag under the credential it was last asked with, or null if it gave none
 * @param shownTag the tag under which clients know the body; it stays while the body does, whatever the credential
 * @param vary what GitHub's tag depends on, or null if this tag is not of the kind that can be computed
 * @param born when GitHub made the answer or last confirmed it, in milliseconds
 * @param freshUntil until when it needs no confirmation, in milliseconds
 * @param asked when it was asked for
 * @param same since when GitHub has been answering so, as far as is known, in milliseconds
 * @param endOfList whether it is a full page without a next one: a further page would not change its tag
 */
record Entry(
        int status,
        HttpHeaders headers,
        byte[] body,
        @Nullable String tag,
        @Nullable String shownTag,
        @Nullable String vary,
        long born,
        long freshUntil,
        Asked asked,
        long same,
        boolean endOfList) {

    private static final int OVERHEAD = 600;

    /** The same, judged by the changes that this node knows of. */
    Entry known(long number) {
        return new Entry(
                status,
                headers,
                body,
                tag,
                shownTag,
                vary,
                born,
                freshUntil,
                new Asked(number, asked.at()),
                same,
                endOfList);
    }

    boolean isMissing() {
        return status != 200;
    }

    /** Whether GitHub can be asked if it has changed. */
    boolean isConfirmable() {
        return status == 200 && tag != null;
    }

    /** The tag of this body for whoever asks with that credential. */
    @Nullable
    String tagFor(String authorization, String accept) {
        return vary == null ? tag : Tags.compute(authorization, accept, vary, body);
    }

    String resource() {
        String resource = headers.getFirst("X-RateLimit-Resource");
        return resource == null ? "core" : resource;
    }

    /** Whether it may be given when it is not fresh any more and nobody has confirmed it (RFC 9111, section 4.2.4). */
    boolean mayBeStale() {
        CacheControl terms = CacheControl.of(headers);
        return !isMissing() && !terms.has("no-cache") && !terms.has("must-revalidate");
    }

    int weight() {
        int weight = OVERHEAD + body.length + length(tag) + length(shownTag) + length(vary);
        for (Map.Entry<String, List<String>> header : headers.headerSet()) {
            weight += 2 * header.getKey().length();
            for (String value : header.getValue()) {
                weight += 2 * value.length();
            }
        }
        return weight;
    }

    private static int length(@Nullable String text) {
        return text == null ? 0 : text.length();
    }
}
