package dev.latchkey.gateway.route;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.HashSet;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import org.springframework.boot.context.properties.bind.Binder;

/** Where the gateway itself is reached: a route that leads there would go round in circles. */
final class OwnAddresses {

    private static final String LOOPBACK = "loopback";

    private final Set<String> addresses;

    private OwnAddresses(Set<String> addresses) {
        this.addresses = addresses;
    }

    static OwnAddresses none() {
        return new OwnAddresses(Set.of());
    }

    /** As configured; a port that the system chooses is not known beforehand. */
    static OwnAddresses of(Binder binder) {
        Set<String> addresses = new HashSet<>();
        addresses.add(LOOPBACK + ':' + text(binder, "server.port", "8080"));
        addresses.add(LOOPBACK + ':' + text(binder, "latchkey.internal.port", "8081"));
        try {
            URI external = new URI(text(binder, "latchkey.external-url", "http://localhost:8080"));
            if (external.getHost() != null) {
                addresses.add(plain(external));
            }
        } catch (URISyntaxException e) {
            // Whoever owns that property says so.
        }
        return new OwnAddresses(Set.copyOf(addresses));
    }

    private static String text(Binder binder, String property, String standard) {
        return Objects.requireNonNull(binder.bind(property, String.class).orElse(standard));
    }

    boolean contain(URI backend) {
        return addresses.contains(plain(backend));
    }

    private static String plain(URI uri) {
        String host = uri.getHost().toLowerCase(Locale.ROOT);
        int usual = "https".equals(uri.getScheme()) || "h2".equals(uri.getScheme()) ? 443 : 80;
        return (isLoopback(host) ? LOOPBACK : host) + ':' + (uri.getPort() < 0 ? usual : uri.getPort());
    }

    private static boolean isLoopback(String host) {
        return host.equals("localhost")
                || host.endsWith(".localhost")
                || host.matches("127(\\.[0-9]{1,3}){3}")
                || host.equals("0.0.0.0")
                || host.equals("[::1]")
                || host.equals("[::]");
    }
}
