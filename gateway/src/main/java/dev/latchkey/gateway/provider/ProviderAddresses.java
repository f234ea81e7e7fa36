package dev.latchkey.gateway.provider;

import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Which addresses a provider may have. They are written by an administrator and called by the gateway from inside the
 * network, so they must not lead to what only the network may reach: they are looked at when they are written, and what
 * their names stand for is looked at again each time they are called ({@link GuardedNames}).
 */
final class ProviderAddresses {

    private static final int LONGEST = 1024;
    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

    private final ProvidersProperties properties;

    ProviderAddresses(ProvidersProperties properties) {
        this.properties = properties;
    }

    /**
     * The address, if a provider may have it.
     *
     * @throws Problem {@code provider.address} if not, naming what is wrong with it
     */
    URI checked(String what, String address) {
        URI uri = parsed(what, address);
        String host = host(uri);
        if (uri.getRawUserInfo() != null || uri.getRawFragment() != null || host.isEmpty()) {
            throw refused(what, "is not a plain web address");
        }
        boolean loopback = properties.allowLoopback() && LOOPBACK.contains(host);
        boolean http = "http".equalsIgnoreCase(uri.getScheme());
        if (!"https".equalsIgnoreCase(uri.getScheme()) && !(http && loopback)) {
            throw refused(what, "does not begin with https://");
        }
        boolean local = host.equals("localhost") || host.endsWith(".localhost");
        if (!mayBeNamed(host) || (local && !loopback)) {
            throw refused(what, "is at a host that providers may not live at here");
        }
        InetAddress literal = PublicAddress.literal(host);
        if (literal != null && !mayBeCalled(host, literal)) {
            throw refused(what, "is in a network that is not public");
        }
        return uri;
    }

    private static URI parsed(String what, String address) {
        if (address.length() > LONGEST) {
            throw refused(what, "is too long");
        }
        try {
            return new URI(address).parseServerAuthority();
        } catch (URISyntaxException e) {
            throw refused(what, "is no web address");
        }
    }

    /** Whether the lists let a provider have that name. */
    private boolean mayBeNamed(String host) {
        if (covers(properties.deniedHosts(), host)) {
            return false;
        }
        return properties.allowedHosts().isEmpty() || isAllowed(host) || isLoopbackAllowed(host);
    }

    private boolean isAllowed(String host) {
        return covers(properties.allowedHosts(), host);
    }

    private boolean isLoopbackAllowed(String host) {
        return properties.allowLoopback() && LOOPBACK.contains(host);
    }

    /** Whether what a name stands for may be called: anything public, or inside for names on the list. */
    boolean mayBeCalled(String host, InetAddress address) {
        if (address.isLoopbackAddress()) {
            return properties.allowLoopback();
        }
        if (PublicAddress.is(address)) {
            return true;
        }
        // Where clouds keep their credentials is no place for a provider, whatever its name is.
        return isAllowed(host) && PublicAddress.isPrivate(address);
    }

    private static boolean covers(List<String> names, String host) {
        for (String name : names) {
            boolean below = name.startsWith("*.") && host.endsWith(name.substring(1));
            if (below || name.equals(host)) {
                return true;
            }
        }
        return false;
    }

    private static String host(URI uri) {
        String host = uri.getHost() == null ? "" : uri.getHost().toLowerCase(Locale.ROOT);
        return host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
    }

    private static Problem refused(String what, String why) {
        return Problem.of(ProblemCode.PROVIDER_ADDRESS, "The provider's " + what + " " + why);
    }
}
