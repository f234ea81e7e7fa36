package dev.latchkey.gateway.route;

import java.net.URI;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who may open WebSockets, and how long one may be silent.
 *
 * <p>A browser opens a WebSocket for the page of any site, sends the cookies of this one with it and lets that page read
 * what comes (RFC 6455, section 10.2). So wherever a session counts, the page's own origin has to be the app's, or one that
 * is named here.
 *
 * @param origins besides the app's own, as browsers write them; {@code *} for all
 * @param idle the longest silence, pings not counted, or null for none
 */
public record Sockets(Set<String> origins, @Nullable Duration idle) {

    static final Sockets STANDARD = new Sockets(Set.of(), null);
    static final String ALL = "*";

    public Sockets {
        origins = Set.copyOf(origins);
    }

    /** The origin as browsers write it (RFC 6454, section 6.2), or null if this is none. */
    static @Nullable String origin(URI uri) {
        String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
        boolean plain = uri.getHost() != null
                && (scheme.equals("https") || scheme.equals("http"))
                && (uri.getRawPath().isEmpty() || uri.getRawPath().equals("/"))
                && uri.getRawQuery() == null
                && uri.getRawFragment() == null
                && uri.getRawUserInfo() == null;
        return plain ? origin(scheme, uri.getHost(), uri.getPort()) : null;
    }

    static String origin(String scheme, String host, int port) {
        int usual = scheme.equals("https") ? 443 : 80;
        return scheme + "://" + host.toLowerCase(Locale.ROOT) + (port < 0 || port == usual ? "" : ":" + port);
    }
}
