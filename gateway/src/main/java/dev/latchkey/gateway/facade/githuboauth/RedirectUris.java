package dev.latchkey.gateway.facade.githuboauth;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where a client's people may go back to. An address is taken as text and has to be the very one that is configured; only a
 * program on the person's own machine may add a port, since it cannot know before which one is free.
 *
 * @param allowed as configured
 */
record RedirectUris(List<String> allowed) {

    static final int LONGEST = 1024;

    private static final Set<String> LOOPBACK = Set.of("127.0.0.1", "[::1]");
    private static final Pattern WITH_PORT =
            Pattern.compile("(http://(?:127\\.0\\.0\\.1|\\[::1])):[0-9]{1,5}((?:[/?].*)?)");

    static boolean isThisMachine(@Nullable String host) {
        return host != null && (LOOPBACK.contains(host) || host.equals("localhost"));
    }

    /** The address to go back to, or null if this one is not allowed. Left out, it is the only one there is. */
    @Nullable
    String find(@Nullable String asked) {
        if (asked == null) {
            return allowed.size() == 1 ? allowed.get(0) : null;
        }
        return asked.length() <= LONGEST && isAllowed(asked) ? asked : null;
    }

    private boolean isAllowed(String asked) {
        if (allowed.contains(asked)) {
            return true;
        }
        Matcher local = WITH_PORT.matcher(asked);
        return local.matches() && isAddress(asked) && allowed.contains(local.group(1) + local.group(2));
    }

    private static boolean isAddress(String text) {
        try {
            return new URI(text).getHost() != null;
        } catch (URISyntaxException e) {
            return false;
        }
    }

    /** That address with more in its query. */
    static URI with(String address, Map<String, String> parameters) {
        StringBuilder uri = new StringBuilder(address);
        char separator = address.indexOf('?') < 0 ? '?' : '&';
        for (Map.Entry<String, String> parameter : parameters.entrySet()) {
            uri.append(separator)
                    .append(parameter.getKey())
                    .append('=')
                    .append(URLEncoder.encode(parameter.getValue(), StandardCharsets.UTF_8));
            separator = '&';
        }
        return URI.create(uri.toString());
    }

    /** Scheme, host and port: what a form that leads there has to be allowed. */
    static String originOf(String address) {
        URI uri = URI.create(address);
        return uri.getScheme() + "://" + uri.getRawAuthority();
    }
}
