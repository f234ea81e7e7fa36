package dev.latchkey.gateway.github.cache;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;

/** The directives of a {@code Cache-Control} header (RFC 9111, section 5.2). */
record CacheControl(Map<String, String> directives) {

    static CacheControl of(HttpHeaders headers) {
        Map<String, String> directives = new HashMap<>();
        List<String> lines = headers.getOrEmpty(HttpHeaders.CACHE_CONTROL);
        for (String line : lines) {
            for (String part : line.split(",")) {
                String[] pair = part.strip().split("=", 2);
                directives.putIfAbsent(
                        pair[0].strip().toLowerCase(Locale.ROOT),
                        pair.length == 1 ? "" : pair[1].strip().replace("\"", ""));
            }
        }
        if (lines.isEmpty() && "no-cache".equalsIgnoreCase(headers.getFirst(HttpHeaders.PRAGMA))) {
            directives.put("no-cache", "");
        }
        return new CacheControl(Map.copyOf(directives));
    }

    boolean has(String directive) {
        return directives.containsKey(directive);
    }

    /** Seconds, or null if the directive is not there; what is no number counts as 0 (section 4.2.1). */
    @Nullable
    Long seconds(String directive) {
        String value = directives.get(directive);
        if (value == null) {
            return null;
        }
        return value.matches("[0-9]{1,9}") ? Long.parseLong(value) : 0L;
    }
}
