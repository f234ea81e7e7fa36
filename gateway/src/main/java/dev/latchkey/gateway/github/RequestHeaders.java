package dev.latchkey.gateway.github;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;

/**
 * What of a client's headers goes to GitHub: only what the API knows. Everything else, credentials, cookies and what
 * concerns the connection foremost, ends here.
 *
 * <p>The media type is spelled in one way, for GitHub's entity tags depend on its spelling: what asks for nothing in
 * particular asks for GitHub's JSON.
 */
final class RequestHeaders {

    static final String ANYTHING = "application/vnd.github+json";

    private static final Set<String> KNOWN = Set.of(
            "content-type",
            "content-encoding",
            "content-length",
            "time-zone",
            "range",
            "if-range",
            "if-match",
            "if-none-match",
            "if-modified-since",
            "if-unmodified-since",
            "cache-control",
            "pragma",
            "prefer",
            "graphql-features");

    private static final String GITHUBS_OWN = "x-github-";
    /** Answers are kept by these: of several values GitHub sees the one that they are kept by. */
    private static final List<String> KEYED = List.of("X-GitHub-Api-Version", "Time-Zone");

    private RequestHeaders() {}

    static HttpHeaders of(HttpHeaders received) {
        HttpHeaders headers = new HttpHeaders();
        for (Map.Entry<String, List<String>> header : received.headerSet()) {
            String name = header.getKey().toLowerCase(Locale.ROOT);
            if (KNOWN.contains(name) || name.startsWith(GITHUBS_OWN)) {
                headers.put(header.getKey(), new ArrayList<>(header.getValue()));
            }
        }
        received.getConnection().forEach(headers::remove);
        KEYED.forEach(name -> onlyOne(headers, name));
        headers.set(HttpHeaders.ACCEPT, accept(received.get(HttpHeaders.ACCEPT)));
        return headers;
    }

    private static void onlyOne(HttpHeaders headers, String name) {
        String first = headers.getFirst(name);
        if (first != null) {
            headers.set(name, first);
        }
    }

    /** In lower case, one space behind each comma. */
    private static String accept(@Nullable List<String> lines) {
        if (lines == null) {
            return ANYTHING;
        }
        List<String> types = new ArrayList<>();
        for (String type : String.join(",", lines).split(",")) {
            String plain = type.replace(" ", "").replace("\t", "").toLowerCase(Locale.ROOT);
            if (!plain.isEmpty()) {
                types.add(plain);
            }
        }
        boolean particular = types.stream().anyMatch(RequestHeaders::isParticular);
        return particular ? String.join(", ", types) : ANYTHING;
    }

    /** A browser opening a page asks for HTML first, which the API does not have. */
    private static boolean isParticular(String type) {
        String bare = type.split(";", 2)[0];
        return bare.startsWith("application/vnd.github.")
                || bare.startsWith("application/octet-stream")
                || bare.startsWith("application/vnd.") && !bare.equals(ANYTHING)
                || bare.startsWith("application/sarif")
                || bare.startsWith("text/plain")
                || bare.startsWith("application/scim");
    }
}
