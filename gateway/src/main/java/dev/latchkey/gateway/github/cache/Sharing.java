package dev.latchkey.gateway.github.cache;

import dev.latchkey.gateway.github.api.ApiAnswer;
import dev.latchkey.gateway.github.rewrite.Links;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;

/**
 * What may be offered to others at all. Left out is what is about the person who asks rather than about what they ask for,
 * what GitHub itself calls incomplete for that person, and every tag that is not of the kind whose meaning is known.
 */
final class Sharing {

    private static final Set<String> PERSONAL = Set.of(
            "user",
            "notifications",
            "installation",
            "installations",
            "app",
            "apps",
            "applications",
            "app-manifests",
            "search",
            "rate_limit",
            "issues",
            "gists",
            "feeds",
            "marketplace_listing",
            "credentials");

    private static final int LARGEST = 256 * 1024;

    /** Of the body, and the same for everybody who may have it. */
    private static final List<String> OF_THE_BODY = List.of(
            HttpHeaders.CONTENT_TYPE,
            HttpHeaders.LAST_MODIFIED,
            "X-GitHub-Media-Type",
            "X-Poll-Interval",
            "Deprecation");

    private Sharing() {}

    static boolean isAllowedFor(String path) {
        String[] segments = path.split("/", 4);
        String first = segments.length > 1 ? Paths.plain(segments[1]) : "";
        return !PERSONAL.contains(first) && !path.endsWith("/notifications");
    }

    /** What of an answer may be offered to others, or null. */
    static @Nullable Common of(ApiAnswer answer, Entry entry, @Nullable Entry old, ResourceKey resource) {
        HttpHeaders headers = answer.headers();
        boolean offered = entry.status() == 200
                && entry.vary() != null
                && (!entry.endOfList() || FullPage.next(resource.query()) != null)
                && !answer.redirected()
                && entry.body().length <= LARGEST
                && Tags.names(entry.vary()).contains("authorization")
                && !headers.containsHeader("X-GitHub-SSO")
                && !headers.containsHeader(HttpHeaders.SET_COOKIE);
        return offered && entry.vary() != null
                ? new Common(
                        entry.body(),
                        old != null && old.status() == 200 ? old.body() : null,
                        ofTheBody(headers),
                        entry.vary(),
                        entry.asked().at(),
                        entry.endOfList())
                : null;
    }

    /** A list's last page tells how much somebody may see, so it is not told on. */
    private static HttpHeaders ofTheBody(HttpHeaders headers) {
        HttpHeaders kept = new HttpHeaders();
        for (String name : OF_THE_BODY) {
            String value = headers.getFirst(name);
            if (value != null) {
                kept.set(name, value);
            }
        }
        String link = headers.getFirst(HttpHeaders.LINK);
        String rest = link == null ? null : Links.withoutLast(link);
        if (rest != null) {
            kept.set(HttpHeaders.LINK, rest);
        }
        return kept;
    }
}
