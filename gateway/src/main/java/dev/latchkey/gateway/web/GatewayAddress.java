package dev.latchkey.gateway.web;

import dev.latchkey.gateway.problem.ConfigurationFaults;
import java.net.URI;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where browsers find the gateway: its origin (RFC 6454), and the path under which everything of its own lives.
 *
 * <p>The address is kept the way a browser writes an {@code Origin} header: scheme and host in lower case, no default
 * port, no path. Everything that must not be steered by a request (callback, issuer, cookie name, links) comes from
 * here and never from a {@code Host} header.
 *
 * @param externalUrl scheme, host and port; a lone slash as path is dropped
 * @param prefix the reserved path, with a leading and without a trailing slash
 */
public record GatewayAddress(URI externalUrl, String prefix) {

    static final String EXTERNAL_URL = "latchkey.external-url";
    static final String PREFIX = "latchkey.prefix";

    private static final Pattern PREFIX_SHAPE = Pattern.compile("(/[A-Za-z0-9_-]+)+");
    private static final Set<String> LOOPBACK = Set.of("localhost", "[::1]", "[0:0:0:0:0:0:0:1]");
    private static final Pattern LOOPBACK_V4 = Pattern.compile("127(\\.\\d{1,3}){3}");

    /** @throws dev.latchkey.gateway.problem.ConfigurationRefused if either part has a fault, naming all of them */
    public GatewayAddress {
        ConfigurationFaults faults = new ConfigurationFaults();
        checkUrl(externalUrl, faults);
        checkPrefix(prefix, faults);
        faults.throwIfAny();
        externalUrl = asOrigin(externalUrl);
    }

    /** The absolute address of something under the prefix: {@code at("/callback")}. */
    public URI at(String pathUnderPrefix) {
        return URI.create(origin() + path(pathUnderPrefix));
    }

    /** The same without the origin, for links on the gateway's own pages: {@code path("/sign_in")}. */
    public String path(String pathUnderPrefix) {
        if (!pathUnderPrefix.startsWith("/")) {
            throw new IllegalArgumentException("A path starts with a slash: " + pathUnderPrefix);
        }
        return prefix + pathUnderPrefix;
    }

    /** Exact: a path that only resembles one of the gateway's own is an app's, or nobody's. */
    public boolean owns(String rawPath) {
        return rawPath.startsWith(prefix + '/')
                || rawPath.equals(prefix)
                || rawPath.equals("/ping")
                || rawPath.equals("/.well-known/jwks.json");
    }

    /** Whether browsers come by https, so that cookies may be {@code Secure} and HSTS makes sense. */
    public boolean secure() {
        return "https".equals(externalUrl.getScheme());
    }

    /** As in an {@code Origin} header: {@code https://gateway.example.com}. */
    public String origin() {
        return externalUrl.toString();
    }

    static void checkUrl(URI url, ConfigurationFaults faults) {
        if (!isHttp(url) || url.getHost() == null) {
            faults.add(
                    EXTERNAL_URL,
                    "\"" + withoutUserInfo(url) + "\" is not an http or https address with a host name",
                    "Write scheme, host and, if it is not the default, port: https://gateway.example.com. "
                            + "International names go in their xn-- form.");
        }
        if (url.getRawUserInfo() != null) {
            faults.add(EXTERNAL_URL, "it holds a user name or password", "Leave out everything up to the @.");
        }
        if (hasPath(url)) {
            faults.add(
                    EXTERNAL_URL,
                    "it has the path \"" + url.getRawPath() + "\"",
                    "Leave the path out: the gateway owns the whole host. " + PREFIX + " moves its own pages.");
        }
        if (url.getRawQuery() != null || url.getRawFragment() != null) {
            faults.add(EXTERNAL_URL, "it has a query or a fragment", "Leave out everything from the ? or # on.");
        }
        if (url.getPort() == 0 || url.getPort() > 65535) {
            faults.add(EXTERNAL_URL, "it has the port " + url.getPort(), "Use a port from 1 to 65535.");
        }
    }

    static void checkPrefix(String prefix, ConfigurationFaults faults) {
        if (!PREFIX_SHAPE.matcher(prefix).matches()) {
            faults.add(
                    PREFIX,
                    "\"" + prefix + "\" is not a plain path",
                    "Start with a slash, end without one, and use only letters, digits, - and _ between: /oauth2");
        }
    }

    /** Whether plain http is safe there: the way from browser to gateway never leaves one machine. */
    static boolean isLoopback(URI url) {
        String host = host(url);
        return LOOPBACK.contains(host)
                || host.endsWith(".localhost")
                || LOOPBACK_V4.matcher(host).matches();
    }

    private static boolean isHttp(URI url) {
        String scheme = url.getScheme();
        return "http".equalsIgnoreCase(scheme) || "https".equalsIgnoreCase(scheme);
    }

    private static boolean hasPath(URI url) {
        @Nullable String path = url.getRawPath();
        return path != null && !path.isEmpty() && !path.equals("/");
    }

    private static URI asOrigin(URI url) {
        String scheme = url.getScheme().toLowerCase(Locale.ROOT);
        int usual = scheme.equals("https") ? 443 : 80;
        String port = url.getPort() == -1 || url.getPort() == usual ? "" : ":" + url.getPort();
        return URI.create(scheme + "://" + host(url) + port);
    }

    private static String host(URI url) {
        @Nullable String host = url.getHost();
        return host == null ? "" : host.toLowerCase(Locale.ROOT);
    }

    /** A fault is logged, and what stands before the @ may be a password. */
    private static String withoutUserInfo(URI url) {
        return url.toString().replaceFirst("//[^/@]*@", "//");
    }
}
