package dev.latchkey.gateway.login;

import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.web.GatewayAddress;
import dev.latchkey.gateway.web.TargetCheck;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Where somebody goes after signing in or out: a path of this host, or an address at an origin that is allowed by
 * name. Whatever else {@code rd} says is ignored and means {@code /}.
 *
 * <p>Every published open redirect of a gateway came from a browser reading a string more generously than the check
 * did. So a path passes only if it is plain by the rules that request targets obey, and an absolute address only if a
 * strict parser (RFC 3986) finds a listed origin and nothing before it.
 */
final class ReturnTarget {

    static final String HOME = "/";

    /** A longer one would not fit into the cookie that remembers it. */
    private static final int LONGEST = 2048;

    private final GatewayAddress address;
    private final Set<String> allowedOrigins;

    ReturnTarget(GatewayAddress address, LoginProperties properties) {
        this.address = address;
        this.allowedOrigins = properties.allowedRedirects().stream()
                .map(ReturnTarget::originOf)
                .collect(Collectors.toUnmodifiableSet());
    }

    /** The target to redirect to: a path of this host, or an absolute address of an allowed origin. */
    String of(@Nullable String rd) {
        if (rd == null || rd.isEmpty() || rd.length() > LONGEST) {
            return HOME;
        }
        return rd.charAt(0) == '/' ? path(rd) : absolute(rd);
    }

    private String path(String rd) {
        int fragment = rd.indexOf('#');
        try {
            TargetCheck.check(fragment < 0 ? rd : rd.substring(0, fragment));
            if (fragment >= 0) {
                checkFragment(rd, fragment + 1);
            }
        } catch (Problem ambiguous) {
            return HOME;
        }
        return leadsBackHere(rd) ? HOME : rd;
    }

    private static void checkFragment(String rd, int from) {
        TargetCheck.check("/?" + rd.substring(from));
    }

    /** Signing in must not end on a page that starts another sign-in, or a sign-out. */
    private boolean leadsBackHere(String path) {
        String prefix = address.prefix() + '/';
        return path.startsWith(prefix) && !path.startsWith(prefix + "account");
    }

    private String absolute(String rd) {
        try {
            URI uri = new URI(rd);
            boolean plain = uri.getHost() != null && uri.getRawUserInfo() == null && !rd.contains("\\");
            if (!plain
                    || !rd.regionMatches(
                            true, 0, uri.getScheme() + "://", 0, uri.getScheme().length() + 3)) {
                return HOME;
            }
            if (originOf(uri).equals(address.origin())) {
                return of(pathOf(uri));
            }
            boolean sound = !pathOf(uri).isEmpty() && path(pathOf(uri)).equals(pathOf(uri));
            return allowedOrigins.contains(originOf(uri)) && sound ? rd : HOME;
        } catch (URISyntaxException e) {
            return HOME;
        }
    }

    private static String pathOf(URI uri) {
        String path = uri.getRawPath().isEmpty() ? HOME : uri.getRawPath();
        String query = uri.getRawQuery() == null ? "" : '?' + uri.getRawQuery();
        return path + query + (uri.getRawFragment() == null ? "" : '#' + uri.getRawFragment());
    }

    private static String originOf(URI uri) {
        String scheme = uri.getScheme().toLowerCase(Locale.ROOT);
        int usual = scheme.equals("https") ? 443 : 80;
        String port = uri.getPort() < 0 || uri.getPort() == usual ? "" : ":" + uri.getPort();
        return scheme + "://" + uri.getHost().toLowerCase(Locale.ROOT) + port;
    }

    /** The path under the prefix at which a sign-in starts that leads to this target. */
    String startFor(String target) {
        String query = target.equals(HOME) ? "" : "?rd=" + URLEncoder.encode(target, StandardCharsets.UTF_8);
        return "/start" + query;
    }
}
