package dev.latchkey.gateway.web;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;

/**
 * What a trusted proxy says of the request it passes on (RFC 7239, or its {@code X-Forwarded-*} forerunners).
 *
 * @param addresses the chain of {@code for} addresses, the farthest first
 * @param scheme what the browser used, or null if the proxy does not say
 * @param authority the host asked for with its port, or null
 * @param port the port asked for, or null
 */
record ForwardedBy(
        List<String> addresses,
        @Nullable String scheme,
        @Nullable String authority,
        @Nullable String port) {

    static ForwardedBy read(HttpHeaders headers) {
        List<String> standard = headers.getOrEmpty("Forwarded");
        return standard.isEmpty() ? fromXHeaders(headers) : fromStandard(String.join(",", standard));
    }

    private static ForwardedBy fromXHeaders(HttpHeaders headers) {
        List<String> addresses = new ArrayList<>();
        for (String element :
                String.join(",", headers.getOrEmpty("X-Forwarded-For")).split(",")) {
            addAddress(addresses, element.trim());
        }
        return new ForwardedBy(
                addresses,
                last(headers, "X-Forwarded-Proto"),
                last(headers, "X-Forwarded-Host"),
                last(headers, "X-Forwarded-Port"));
    }

    private static ForwardedBy fromStandard(String value) {
        List<String> addresses = new ArrayList<>();
        String scheme = null;
        String authority = null;
        for (String element : value.split(",")) {
            for (String pair : element.split(";")) {
                int equals = pair.indexOf('=');
                String name = equals < 0 ? "" : pair.substring(0, equals).trim().toLowerCase(Locale.ROOT);
                String content =
                        equals < 0 ? "" : unquoted(pair.substring(equals + 1).trim());
                switch (name) {
                    case "for" -> addAddress(addresses, content);
                    case "proto" -> scheme = content;
                    case "host" -> authority = content;
                    default -> {}
                }
            }
        }
        return new ForwardedBy(addresses, scheme, authority, null);
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

    private static void addAddress(List<String> addresses, String text) {
        String address = withoutPort(text);
        if (!address.isEmpty() && address.length() <= 64 && addresses.size() < 32) {
            addresses.add(address);
        }
    }

    private static String withoutPort(String text) {
        if (text.startsWith("[")) {
            int close = text.indexOf(']');
            return close < 0 ? "" : text.substring(1, close);
        }
        int colon = text.indexOf(':');
        return colon >= 0 && colon == text.lastIndexOf(':') ? text.substring(0, colon) : text;
    }

    private static String unquoted(String text) {
        boolean quoted = text.length() >= 2 && text.startsWith("\"") && text.endsWith("\"");
        return quoted ? text.substring(1, text.length() - 1) : text;
    }

    /** The farthest address that is vouched for: walking back from the peer, the first that is no trusted proxy. */
    String client(String peer, TrustedProxies proxies) {
        List<String> nearestFirst = new ArrayList<>(addresses);
        Collections.reverse(nearestFirst);
        for (String address : nearestFirst) {
            if (!proxies.trusts(address)) {
                return address;
            }
        }
        return addresses.isEmpty() ? peer : addresses.get(0);
    }
}
