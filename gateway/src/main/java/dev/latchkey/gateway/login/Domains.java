package dev.latchkey.gateway.login;

import dev.latchkey.gateway.problem.ConfigurationFaults;
import dev.latchkey.gateway.web.GatewayAddress;
import dev.latchkey.gateway.web.RequestScope;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The hosts at which people are signed in besides the one of the external URL. A cookie is for one host, and the provider
 * sends people back to one, so each of these is handed the session of that one.
 */
final class Domains {

    private static final String LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?";
    private static final Pattern ORIGIN =
            Pattern.compile("(https?)://((?:\\*\\.)?" + LABEL + "(?:\\." + LABEL + ")*)(?::([1-9][0-9]{0,4}))?/?");

    private static final Set<Integer> USUAL = Set.of(-1, 80, 443);

    private final Set<String> hosts;
    private final String scheme;
    private final String signInHost;

    private Domains(Set<String> hosts, String scheme, String signInHost) {
        this.hosts = Set.copyOf(hosts);
        this.scheme = scheme;
        this.signInHost = signInHost;
    }

    static Domains of(List<String> origins, GatewayAddress address) {
        Map<String, Boolean> hosts = new HashMap<>();
        for (String origin : origins) {
            Matcher parts = ORIGIN.matcher(origin);
            if (parts.matches()) {
                int port = parts.group(3) == null ? -1 : Integer.parseInt(parts.group(3));
                hosts.put(key(parts.group(2).toLowerCase(Locale.ROOT), port), true);
            }
        }
        var external = address.externalUrl();
        return new Domains(hosts.keySet(), external.getScheme(), key(external.getHost(), external.getPort()));
    }

    static void check(List<String> origins, @Nullable String externalScheme, ConfigurationFaults faults) {
        for (String origin : origins) {
            Matcher parts = ORIGIN.matcher(origin);
            if (!parts.matches()) {
                faults.add(
                        "latchkey.domains",
                        "'" + origin + "' is not an origin",
                        "Write scheme, host and, if it is not the usual one, port: https://other.example, https://*.example.com.");
            } else if (externalScheme != null && !parts.group(1).equals(externalScheme)) {
                faults.add(
                        "latchkey.domains",
                        "'" + origin + "' has another scheme than latchkey.external-url",
                        "Use " + externalScheme + " for both: the cookies are of one kind.");
            }
        }
    }

    private static String key(String host, int port) {
        return host + ':' + (USUAL.contains(port) ? -1 : port);
    }

    boolean isEmpty() {
        return hosts.isEmpty();
    }

    /** The origin of one of these hosts if that is where the request goes, or null. */
    @Nullable
    String originOf(RequestScope scope) {
        return originOf(scope.host(), scope.port());
    }

    private @Nullable String originOf(String host, int port) {
        if (hosts.isEmpty() || key(host, port).equals(signInHost) || !isNamed(host, port)) {
            return null;
        }
        return scheme + "://" + host + (USUAL.contains(port) ? "" : ":" + port);
    }

    private boolean isNamed(String host, int port) {
        boolean named = hosts.contains(key(host, port));
        int dot = host.indexOf('.');
        while (!named && dot >= 0) {
            named = hosts.contains(key('*' + host.substring(dot), port));
            dot = host.indexOf('.', dot + 1);
        }
        return named;
    }

    /** True if that is, letter for letter, the origin of one of these hosts. */
    boolean contain(String origin) {
        Matcher parts = ORIGIN.matcher(origin);
        if (!parts.matches() || origin.indexOf('*') >= 0) {
            return false;
        }
        int port = parts.group(3) == null ? -1 : Integer.parseInt(parts.group(3));
        return origin.equals(originOf(parts.group(2), port));
    }
}
