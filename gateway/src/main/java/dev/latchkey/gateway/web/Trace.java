package dev.latchkey.gateway.web;

import dev.latchkey.gateway.watch.RequestSpans;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;

/**
 * A trusted proxy's trace (W3C Trace Context, section 3), with which ours goes on so that its logs and spans and ours join.
 *
 * @param parent what the proxy has begun, or null
 * @param state what it wants to be handed on, or null; worth nothing without a parent
 */
record Trace(RequestSpans.@Nullable Parent parent, @Nullable String state) {

    static final Trace NONE = new Trace(null, null);

    private static final int LENGTH = 55;
    /** Section 3.3.1.5 asks for 512 at least. */
    private static final int LONGEST_STATE = 512;

    private static final Pattern STATE = Pattern.compile("[ -~]+");

    static Trace in(HttpHeaders headers) {
        String line = headers.getFirst("traceparent");
        RequestSpans.Parent parent = line == null ? null : parent(line);
        return parent == null ? NONE : new Trace(parent, state(headers.getOrEmpty("tracestate")));
    }

    private static RequestSpans.@Nullable Parent parent(String line) {
        boolean valid = line.length() == LENGTH
                && line.startsWith("00-")
                && line.charAt(35) == '-'
                && line.charAt(52) == '-'
                && isId(line.substring(3, 35))
                && isId(line.substring(36, 52))
                && line.substring(53).chars().allMatch(Trace::isLowerHex);
        return valid
                ? new RequestSpans.Parent(
                        line.substring(3, 35), line.substring(36, 52), (Character.digit(line.charAt(54), 16) & 1) == 1)
                : null;
    }

    private static @Nullable String state(List<String> lines) {
        String all = String.join(",", lines);
        return all.length() <= LONGEST_STATE && STATE.matcher(all).matches() ? all : null;
    }

    private static boolean isId(String text) {
        return text.chars().allMatch(Trace::isLowerHex) && text.chars().anyMatch(c -> c != '0');
    }

    private static boolean isLowerHex(int c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    }

    /** The trace's id, or else the other. */
    String idOr(String other) {
        return parent == null ? other : parent.traceId();
    }
}
