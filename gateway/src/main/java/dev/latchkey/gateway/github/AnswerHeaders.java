package dev.latchkey.gateway.github;

import dev.latchkey.gateway.github.rewrite.Links;
import dev.latchkey.gateway.github.rewrite.OwnBase;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.springframework.http.HttpHeaders;

/**
 * What of GitHub's headers reaches the client: everything that speaks of the answer, and nothing that speaks of the
 * connection, of cookies, or for GitHub's own host.
 *
 * <p>What people have put on GitHub is served here from the gateway's own origin, so browsers are told to run none of it.
 */
final class AnswerHeaders {

    private static final Set<String> KEPT_BACK = Set.of(
            "connection",
            "keep-alive",
            "proxy-authenticate",
            "proxy-connection",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade",
            "set-cookie",
            "strict-transport-security",
            "content-security-policy",
            "x-content-type-options",
            "expect-ct",
            "alt-svc");

    private AnswerHeaders() {}

    static HttpHeaders of(HttpHeaders received, OwnBase base) {
        HttpHeaders headers = new HttpHeaders();
        List<String> named = received.getConnection();
        for (Map.Entry<String, List<String>> header : received.headerSet()) {
            String name = header.getKey().toLowerCase(Locale.ROOT);
            boolean dropped = KEPT_BACK.contains(name)
                    || name.startsWith("access-control-")
                    || name.startsWith("x-latchkey-problem")
                    || named.stream().anyMatch(name::equalsIgnoreCase);
            if (!dropped) {
                headers.put(header.getKey(), new ArrayList<>(header.getValue()));
            }
        }
        rewrite(headers, base);
        keepPrivate(headers);
        headers.set("Content-Security-Policy", "default-src 'none'; sandbox; frame-ancestors 'none'");
        headers.set("X-Content-Type-Options", "nosniff");
        return headers;
    }

    /** Whatever GitHub thinks of it: it was said to this person, and to nobody who comes with another cookie. */
    private static void keepPrivate(HttpHeaders headers) {
        List<String> terms = headers.getOrEmpty(HttpHeaders.CACHE_CONTROL);
        if (!terms.isEmpty()) {
            headers.set(HttpHeaders.CACHE_CONTROL, String.join(", ", terms).replaceFirst("\\bpublic\\b", "private"));
        }
        List<String> vary = new ArrayList<>(headers.getOrEmpty(HttpHeaders.VARY));
        vary.add("Authorization, Cookie");
        headers.put(HttpHeaders.VARY, vary);
    }

    private static void rewrite(HttpHeaders headers, OwnBase base) {
        List<String> links = headers.get(HttpHeaders.LINK);
        if (links != null) {
            headers.put(
                    HttpHeaders.LINK,
                    links.stream().map(link -> Links.rewritten(link, base)).toList());
        }
        rewrite(headers, HttpHeaders.LOCATION, base);
        rewrite(headers, "Content-Location", base);
    }

    private static void rewrite(HttpHeaders headers, String name, OwnBase base) {
        String address = headers.getFirst(name);
        String own = address == null ? null : base.own(address);
        if (own != null) {
            headers.set(name, own);
        }
    }
}
