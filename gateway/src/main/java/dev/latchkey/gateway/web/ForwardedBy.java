package dev.latchkey.gateway.web;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;

/**
 * What trusted proxies say of the request they pass on (RFC 7239, or its {@code X-Forwarded-*} forerunners).
 *
 * <p>Each proxy appends, so the last word is the peer's, and what stands before it is worth as much as whoever wrote it:
 * it is believed as far back as the writers are trusted proxies themselves. Beyond that a stranger may have written
 * anything.
 *
 * <p>Most proxies write the {@code X-} headers and pass a {@code Forwarded} header on as they got it, from anybody. So
 * that one counts only where there is none of the others. A proxy that writes {@code Forwarded} has to remove the others.
 *
 * @param addresses the chain of {@code for} addresses as sent on, the farthest first
 * @param client the farthest address that is vouched for
 * @param scheme what the browser used, or null if nobody trusted says
 * @param authority the host asked for with its port, or null
 * @param port the port asked for, or null
 */
record ForwardedBy(
        List<String> addresses,
        String client,
        @Nullable String scheme,
        @Nullable String authority,
        @Nullable String port) {

    private static final String FOR = "X-Forwarded-For";
    private static final String PROTO = "X-Forwarded-Proto";
    private static final String HOST = "X-Forwarded-Host";
    private static final String PORT = "X-Forwarded-Port";

    private static final int MOST_ADDRESSES = 32;
    private static final String UNKNOWN = "unknown";
    /** An address, {@code unknown} or an obfuscated name (RFC 7239, section 6). */
    private static final Pattern NODE = Pattern.compile("[A-Za-z0-9:._-]{1,64}");

    /** One proxy's word. */
    private record Element(
            String address,
            @Nullable String scheme,
            @Nullable String authority) {}

    static ForwardedBy read(HttpHeaders headers, String peer, TrustedProxies proxies) {
        boolean older = headers.containsHeader(FOR)
                || headers.containsHeader(PROTO)
                || headers.containsHeader(HOST)
                || headers.containsHeader(PORT);
        return older ? fromXHeaders(headers, peer, proxies) : fromStandard(headers, peer, proxies);
    }

    private static ForwardedBy fromXHeaders(HttpHeaders headers, String peer, TrustedProxies proxies) {
        List<Element> elements = elementsOf(headers, FOR)
                .map(address -> new Element(node(address), null, null))
                .toList();
        return new ForwardedBy(
                chain(elements),
                client(elements, peer, proxies),
                scheme(last(headers, PROTO)),
                authority(last(headers, HOST)),
                last(headers, PORT));
    }

    private static ForwardedBy fromStandard(HttpHeaders headers, String peer, TrustedProxies proxies) {
        List<Element> elements =
                elementsOf(headers, "Forwarded").map(ForwardedBy::element).toList();
        String scheme = null;
        String authority = null;
        for (int i = elements.size() - 1; i >= 0; i--) {
            Element element = elements.get(i);
            scheme = element.scheme() == null ? scheme : element.scheme();
            authority = element.authority() == null ? authority : element.authority();
            if (!proxies.trusts(element.address())) {
                break;
            }
        }
        return new ForwardedBy(chain(elements), client(elements, peer, proxies), scheme, authority, null);
    }

    private static Stream<String> elementsOf(HttpHeaders headers, String name) {
        return Arrays.stream(String.join(",", headers.getOrEmpty(name)).split(","))
                .map(String::trim)
                .filter(element -> !element.isEmpty());
    }

    private static Element element(String text) {
        String address = UNKNOWN;
        String scheme = null;
        String authority = null;
        for (String pair : text.split(";")) {
            int equals = pair.indexOf('=');
            String name = equals < 0 ? "" : pair.substring(0, equals).trim().toLowerCase(Locale.ROOT);
            String content =
                    equals < 0 ? "" : unquoted(pair.substring(equals + 1).trim());
            switch (name) {
                case "for" -> address = node(content);
                case "proto" -> scheme = scheme(content);
                case "host" -> authority = authority(content);
                default -> {}
            }
        }
        return new Element(address, scheme, authority);
    }

    /** The nearest ones, if a stranger sent a longer chain than any real one. */
    private static List<String> chain(List<Element> elements) {
        int from = Math.max(0, elements.size() - MOST_ADDRESSES);
        return elements.subList(from, elements.size()).stream()
                .map(Element::address)
                .toList();
    }

    /** Walking back from the peer, the first address that is no trusted proxy's; the farthest if all of them are. */
    private static String client(List<Element> elements, String peer, TrustedProxies proxies) {
        String client = peer;
        for (int i = elements.size() - 1; i >= 0; i--) {
            client = elements.get(i).address();
            if (!proxies.trusts(client)) {
                return client;
            }
        }
        return client;
    }

    /** The nearest proxy writes last, and it is the one that is trusted. */
    private static @Nullable String last(HttpHeaders headers, String name) {
        List<String> values = headers.getOrEmpty(name);
        if (values.isEmpty()) {
            return null;
        }
        String value = values.get(values.size() - 1);
        String nearest = value.substring(value.lastIndexOf(',') + 1).trim();
        return nearest.isEmpty() ? null : nearest;
    }

    private static String node(String text) {
        String address = withoutPort(text);
        return NODE.matcher(address).matches() ? address : UNKNOWN;
    }

    private static String withoutPort(String text) {
        if (text.startsWith("[")) {
            int close = text.indexOf(']');
            return close < 0 ? "" : text.substring(1, close);
        }
        int colon = text.indexOf(':');
        return colon >= 0 && colon == text.lastIndexOf(':') ? text.substring(0, colon) : text;
    }

    private static @Nullable String scheme(@Nullable String text) {
        return switch (text == null ? "" : text.toLowerCase(Locale.ROOT)) {
            case "https", "wss" -> "https";
            case "http", "ws" -> "http";
            default -> null;
        };
    }

    private static @Nullable String authority(@Nullable String text) {
        return text != null && HostName.isPlain(text) ? text : null;
    }

    private static String unquoted(String text) {
        boolean quoted = text.length() >= 2 && text.startsWith("\"") && text.endsWith("\"");
        return quoted ? text.substring(1, text.length() - 1) : text;
    }
}
