package dev.latchkey.gateway.web;

import dev.latchkey.gateway.problem.ConfigurationFaults;
import java.net.URI;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The hosts besides that of the external URL at which people are signed in, as {@code latchkey.domains} names them. Browsers
 * reach them by the scheme and at the port of the external URL.
 *
 * <p>A cookie is for one host, and so is what it says: a session's cookie of one of these is worth nothing at another, nor at
 * the sign-in host.
 */
public final class FurtherHosts {

    private static final String PROPERTY = "latchkey.domains";
    private static final String LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";
    private static final Pattern NAME = Pattern.compile("(?:\\*\\.)?" + LABEL + "(?:\\." + LABEL + ")*");
    private static final Pattern ADDRESS = Pattern.compile("[0-9.]+");
    private static final int LONGEST = 253;

    /** A star above one of these would take in everybody's hosts; {@code localhost} is this machine's alone. */
    private static final Pattern TOO_WIDE = Pattern.compile("\\*\\.(?!localhost$)[^.]+");

    private final Set<String> names;
    private final GatewayAddress address;
    private final String signInHost;

    private FurtherHosts(Set<String> names, GatewayAddress address) {
        this.names = Set.copyOf(names);
        this.address = address;
        this.signInHost = address.externalUrl().getHost();
    }

    /** None at all. */
    public static FurtherHosts none(GatewayAddress address) {
        return new FurtherHosts(Set.of(), address);
    }

    /** @param domains host names in any case, each exact or {@code *.} and a domain */
    static FurtherHosts parse(List<String> domains, GatewayAddress address, ConfigurationFaults faults) {
        return new FurtherHosts(names(domains, faults), address);
    }

    static Set<String> names(List<String> domains, ConfigurationFaults faults) {
        Set<String> names = new HashSet<>();
        for (String domain : domains) {
            String name = domain.strip().toLowerCase(Locale.ROOT);
            if (!NAME.matcher(name).matches()
                    || name.length() > LONGEST
                    || ADDRESS.matcher(name).matches()) {
                faults.add(
                        PROPERTY,
                        "'" + domain + "' is not a host name",
                        "Write a name alone, such as other.org or *.example.com; scheme and port are those of "
                                + "latchkey.external-url.");
            } else if (TOO_WIDE.matcher(name).matches()) {
                faults.add(PROPERTY, "'" + domain + "' takes in hosts of strangers", "Name a domain of your own.");
            } else {
                names.add(name);
            }
        }
        return names;
    }

    public boolean isEmpty() {
        return names.isEmpty();
    }

    /** True if that host, in lower case and without a port, is one of these. */
    public boolean include(String host) {
        return !names.isEmpty() && !host.equals(signInHost) && (names.contains(host) || isBelowStar(host));
    }

    /** True if it is one of these and was named itself, not by a star. */
    public boolean name(String host) {
        return !host.equals(signInHost) && names.contains(host);
    }

    private boolean isBelowStar(String host) {
        for (int dot = host.indexOf('.'); dot >= 0; dot = host.indexOf('.', dot + 1)) {
            if (names.contains('*' + host.substring(dot))) {
                return true;
            }
        }
        return false;
    }

    /** What browsers write before the path at that host: {@code https://other.org}. */
    public String originOf(String host) {
        URI external = address.externalUrl();
        String port = external.getPort() < 0 ? "" : ":" + external.getPort();
        return external.getScheme() + "://" + host + port;
    }
}
