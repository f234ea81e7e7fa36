package dev.latchkey.gateway.github.cache;

import dev.latchkey.gateway.github.api.ApiAnswer;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;

/** Makes of GitHub's answers what is kept (RFC 9111, sections 3 and 4.3.4). */
final class Entries {

    private static final int OK = 200;
    /** What has been missing for so many times as long is believed to be so once more. */
    static final int TENTH = 10;

    private static final Set<Integer> MISSING = Set.of(404, 410);

    /** Of the connection, of one moment or of one caller's credential. */
    private static final Set<String> NOT_KEPT = Set.of(
            "connection",
            "keep-alive",
            "transfer-encoding",
            "set-cookie",
            "age",
            "x-ratelimit-limit",
            "x-ratelimit-remaining",
            "x-ratelimit-used",
            "x-ratelimit-reset",
            "content-length");

    /** What a 304 does not change: it speaks of a body that it does not bring. */
    private static final Set<String> OF_THE_BODY =
            Set.of("content-type", "content-encoding", "content-range", "content-length", "etag", "link", "vary");

    private Entries() {}

    /**
     * What is to be kept of an answer, or null: what a redirect led to is another's, whose changes are not told here.
     *
     * @param old what was kept of the same until now, if nothing is known to have changed since
     * @param missing for how long at least it is believed that something is not there
     * @param missingLongest and for how long at most
     */
    static @Nullable Entry of(
            ApiAnswer answer,
            ResourceKey resource,
            @Nullable Entry old,
            Duration missing,
            Duration missingLongest,
            Asked asked,
            long now) {
        if (!(answer.body() instanceof ApiAnswer.Bytes all) || answer.redirected()) {
            return null;
        }
        CacheControl terms = CacheControl.of(answer.headers());
        if (terms.has("no-store")) {
            return null;
        }
        if (MISSING.contains(answer.status())) {
            long same = old != null && old.status() == answer.status() ? old.same() : now;
            long believed = Math.min((now - same) / TENTH, missingLongest.toMillis());
            long until = now + Math.max(missing.toMillis(), believed);
            return missing(answer.status(), kept(answer.headers()), all.bytes(), now, until, asked, same);
        }
        return answer.status() == OK ? found(answer, all.bytes(), terms, resource, asked, now) : null;
    }

    /**
     * GitHub neither says how long this holds nor confirms it at no cost. So what has not been there for long is believed
     * to be missing for a while longer, by the share of its age that is usual (RFC 9111, section 4.2.2).
     */
    private static Entry missing(
            int status, HttpHeaders headers, byte[] body, long born, long until, Asked asked, long same) {
        return new Entry(status, headers, body, null, null, null, born, until, asked, same, false);
    }

    /** The same is not there, since what it would be part of is not there either; it keeps the age of its own answer. */
    static Entry stillMissing(Entry old, Entry outer, Asked asked) {
        return missing(old.status(), old.headers(), old.body(), old.born(), outer.freshUntil(), asked, old.same());
    }

    private static @Nullable Entry found(
            ApiAnswer answer, byte[] body, CacheControl terms, ResourceKey resource, Asked asked, long now) {
        HttpHeaders headers = answer.headers();
        String tag = headers.getFirst(HttpHeaders.ETAG);
        long born = born(headers, asked.at());
        long freshUntil = freshUntil(terms, born);
        boolean ofNothingElse = headers.getOrEmpty(HttpHeaders.VARY).stream().anyMatch(value -> value.contains("*"));
        if (ofNothingElse || (tag == null && freshUntil <= now)) {
            return null;
        }
        return new Entry(
                OK,
                kept(headers),
                body,
                tag,
                tag,
                computable(answer, tag, body, resource),
                born,
                freshUntil,
                asked,
                now,
                FullPage.isEnd(body, resource.query(), headers));
    }

    /** What the tag depends on, if it is what it is taken for. */
    private static @Nullable String computable(
            ApiAnswer answer, @Nullable String tag, byte[] body, ResourceKey resource) {
        List<String> vary = answer.headers().getOrEmpty(HttpHeaders.VARY);
        if (tag == null || vary.isEmpty() || answer.authorization() == null) {
            return null;
        }
        String names = String.join(", ", vary);
        String computed = Tags.compute(answer.authorization().value(), resource.accept(), names, body);
        return Tags.isSame(computed, tag) ? names : null;
    }

    /** The same body, confirmed now. */
    static Entry renewed(Entry old, ApiAnswer answer, @Nullable String tag, Asked asked, long now) {
        HttpHeaders headers = updated(old.headers(), answer.headers());
        long born = born(answer.headers(), asked.at());
        return new Entry(
                old.status(),
                headers,
                old.body(),
                tag == null ? old.tag() : tag,
                old.shownTag(),
                old.vary(),
                born,
                freshUntil(CacheControl.of(headers), born),
                asked,
                old.same(),
                old.endOfList());
    }

    /** A body that others have, which GitHub has just said is this person's too. */
    static Entry shared(Common common, ApiAnswer answer, @Nullable String tag, Asked asked, long now) {
        HttpHeaders headers = updated(common.headers(), answer.headers());
        headers.set(HttpHeaders.VARY, common.vary());
        long born = born(answer.headers(), asked.at());
        String weak = tag == null || tag.startsWith("W/") ? tag : "W/" + tag;
        return new Entry(
                OK,
                headers,
                common.body(),
                weak,
                weak,
                common.vary(),
                born,
                freshUntil(CacheControl.of(headers), born),
                asked,
                now,
                common.endOfList());
    }

    private static HttpHeaders kept(HttpHeaders headers) {
        HttpHeaders kept = new HttpHeaders();
        for (Map.Entry<String, List<String>> header : headers.headerSet()) {
            if (!NOT_KEPT.contains(header.getKey().toLowerCase(Locale.ROOT))) {
                kept.put(header.getKey(), List.copyOf(header.getValue()));
            }
        }
        return kept;
    }

    private static HttpHeaders updated(HttpHeaders old, HttpHeaders newer) {
        HttpHeaders headers = new HttpHeaders();
        headers.putAll(old);
        for (Map.Entry<String, List<String>> header : kept(newer).headerSet()) {
            if (!OF_THE_BODY.contains(header.getKey().toLowerCase(Locale.ROOT))) {
                headers.put(header.getKey(), header.getValue());
            }
        }
        return headers;
    }

    /** Since the answer may be as old as the question (RFC 9111, section 4.2.3, response_delay). */
    private static long born(HttpHeaders headers, long now) {
        String age = headers.getFirst(HttpHeaders.AGE);
        return age != null && age.matches("[0-9]{1,9}") ? now - Long.parseLong(age) * 1000 : now;
    }

    /** {@code public} means nothing here, and {@code s-maxage} is not for private caches (RFC 9111, section 5.2.2). */
    private static long freshUntil(CacheControl terms, long born) {
        Long maxAge = terms.has("no-cache") ? Long.valueOf(0) : terms.seconds("max-age");
        return maxAge == null ? born : born + maxAge * 1000;
    }
}
