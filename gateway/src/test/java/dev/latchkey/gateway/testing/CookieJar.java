package dev.latchkey.gateway.testing;

import java.net.URI;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A browser's cookies, by the rules of RFC 6265bis that a gateway's safety rests on: host, path, Secure, the {@code __Host-}
 * and {@code __Secure-} prefixes, and deletion. As in browsers, loopback hosts count as secure, and ports do not matter.
 */
final class CookieJar {

    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

    private final List<Cookie> cookies = new ArrayList<>();

    CookieJar() {}

    CookieJar(CookieJar other) {
        cookies.addAll(other.all());
    }

    synchronized List<Cookie> all() {
        return List.copyOf(cookies);
    }

    synchronized void clear() {
        cookies.clear();
    }

    /** The cookie header for a request there; empty when there is nothing to send. */
    synchronized Optional<String> headerFor(URI target) {
        String header = cookies.stream()
                .filter(cookie -> cookie.goesTo(target))
                .sorted(Comparator.comparingInt((Cookie cookie) -> cookie.path().length())
                        .reversed())
                .map(cookie -> cookie.name() + "=" + cookie.value())
                .collect(Collectors.joining("; "));
        return header.isEmpty() ? Optional.empty() : Optional.of(header);
    }

    /** The value of that cookie, whatever its path; null when there is none. */
    synchronized String value(String name) {
        return cookies.stream()
                .filter(cookie -> cookie.name().equals(name))
                .map(Cookie::value)
                .findFirst()
                .orElse(null);
    }

    /** Takes over a {@code Set-Cookie} line, unless a browser would refuse it. */
    synchronized void accept(URI from, String setCookie) {
        String[] parts = setCookie.split(";");
        String[] pair = parts[0].split("=", 2);
        Map<String, String> attributes = attributes(parts);
        Cookie cookie = new Cookie(
                pair[0].trim(),
                pair.length > 1 ? pair[1].trim() : "",
                attributes.getOrDefault("domain", from.getHost()),
                !attributes.containsKey("domain"),
                path(attributes, from),
                attributes.containsKey("secure"));
        if (cookie.isAllowedFrom(from)) {
            put(cookie, isOver(attributes));
        }
    }

    synchronized void put(URI origin, String name, String value) {
        put(new Cookie(name, value, origin.getHost(), true, "/", false), false);
    }

    private void put(Cookie cookie, boolean over) {
        cookies.removeIf(cookie::replaces);
        if (!over) {
            cookies.add(cookie);
        }
    }

    private static Map<String, String> attributes(String[] parts) {
        Map<String, String> attributes = new TreeMap<>();
        for (int i = 1; i < parts.length; i++) {
            String[] pair = parts[i].trim().split("=", 2);
            attributes.put(pair[0].toLowerCase(Locale.ROOT), pair.length > 1 ? pair[1] : "");
        }
        return attributes;
    }

    private static String path(Map<String, String> attributes, URI from) {
        String path = attributes.getOrDefault("path", "");
        if (path.startsWith("/")) {
            return path;
        }
        int lastSlash = from.getRawPath().lastIndexOf('/');
        return lastSlash <= 0 ? "/" : from.getRawPath().substring(0, lastSlash);
    }

    private static boolean isOver(Map<String, String> attributes) {
        if (attributes.containsKey("max-age")) {
            return Long.parseLong(attributes.get("max-age")) <= 0;
        }
        try {
            String expires = attributes.get("expires");
            return expires != null
                    && DateTimeFormatter.RFC_1123_DATE_TIME
                            .parse(expires, Instant::from)
                            .isBefore(Instant.now());
        } catch (DateTimeParseException e) {
            return false;
        }
    }

    record Cookie(String name, String value, String domain, boolean hostOnly, String path, boolean secure) {

        boolean goesTo(URI target) {
            return hostFits(target.getHost()) && pathFits(target.getRawPath()) && (!secure || isSecure(target));
        }

        boolean isAllowedFrom(URI from) {
            if (!hostFits(from.getHost()) || (secure && !isSecure(from))) {
                return false;
            }
            if (name.startsWith("__Host-")) {
                return secure && hostOnly && path.equals("/");
            }
            return !name.startsWith("__Secure-") || secure;
        }

        boolean replaces(Cookie other) {
            return name.equals(other.name) && domain.equals(other.domain) && path.equals(other.path);
        }

        private boolean hostFits(String host) {
            String plain = domain.startsWith(".") ? domain.substring(1) : domain;
            return host.equals(plain) || (!hostOnly && host.endsWith("." + plain));
        }

        private boolean pathFits(String target) {
            String actual = target.isEmpty() ? "/" : target;
            return actual.equals(path) || actual.startsWith(path.endsWith("/") ? path : path + "/");
        }

        private static boolean isSecure(URI uri) {
            return "https".equals(uri.getScheme()) || LOOPBACK.contains(uri.getHost());
        }
    }
}
