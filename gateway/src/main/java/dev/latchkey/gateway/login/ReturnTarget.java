package dev.latchkey.gateway.login;

import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.web.GatewayAddress;
import dev.latchkey.gateway.web.TargetCheck;
import dev.latchkey.gateway.web.TargetEscaping;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
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
    private final Predicate<String> isFurtherOrigin;

    /** @param isFurtherOrigin says of an origin whether people are signed in there, too */
    ReturnTarget(GatewayAddress address, LoginProperties properties, Predicate<String> isFurtherOrigin) {
        this.address = address;
        this.isFurtherOrigin = isFurtherOrigin;
        this.allowedOrigins = properties.allowedRedirects().stream()
                .map(ReturnTarget::originOf)
                .collect(Collectors.toUnmodifiableSet());
    }

    /** The target to redirect to: a path of this host, or an absolute address of an allowed origin; always a valid URI. */
    String of(@Nullable String rd) {
        return of(rd, address.origin());
    }

    /** The same as seen from that origin, which has paths of its own. */
    String of(@Nullable String rd, String here) {
        if (rd == null || rd.isEmpty() || rd.length() > LONGEST) {
            return HOME;
        }
        String target = rd.charAt(0) == '/' ? path(rd) : absolute(rd, here);
        return target == null || target.length() > LONGEST ? HOME : target;
    }

    /** The path with its query and fragment, properly escaped, or null if it is not plain. */
    private @Nullable String path(String rd) {
        int hash = rd.indexOf('#');
        String path = TargetEscaping.escapedText(hash < 0 ? rd : rd.substring(0, hash));
        String fragment = hash < 0 ? "" : TargetEscaping.escapedText("/?" + rd.substring(hash + 1));
        try {
            TargetCheck.check(path);
            if (hash >= 0) {
                // A fragment is spelled like a query (RFC 3986, section 3.5).
                TargetCheck.check(fragment);
            }
        } catch (Problem ambiguous) {
            return null;
        }
        return leadsBackHere(path) ? null : path + (hash < 0 ? "" : '#' + fragment.substring(2));
    }

    /** Signing in must not end on a page that starts another sign-in, or a sign-out. */
    private boolean leadsBackHere(String path) {
        String prefix = address.prefix() + '/';
        String device = prefix + "device";
        boolean page = path.startsWith(prefix + "account")
                || path.equals(device)
                || path.startsWith(device + '?')
                || path.startsWith(prefix + "link?")
                || path.startsWith(prefix + "hand_off?");
        return path.startsWith(prefix) && !page;
    }

    private @Nullable String absolute(String rd, String here) {
        int end = endOfOrigin(rd);
        String origin = origin(rd.substring(0, end));
        if (origin == null) {
            return null;
        }
        String rest = rd.substring(end);
        String path = path(rest.startsWith("/") ? rest : '/' + rest);
        if (path == null || origin.equals(here)) {
            return path;
        }
        return isAllowed(origin) ? origin + path : null;
    }

    private boolean isAllowed(String origin) {
        return origin.equals(address.origin()) || allowedOrigins.contains(origin) || isFurtherOrigin.test(origin);
    }

    /** Index of what follows scheme and authority: the first of {@code / ? #} behind the two slashes. */
    private static int endOfOrigin(String rd) {
        int at = rd.indexOf("://") + 3;
        while (at < rd.length() && "/?#".indexOf(rd.charAt(at)) < 0) {
            at++;
        }
        return Math.min(at, rd.length());
    }

    /** The origin that this names and nothing besides, or null. */
    private static @Nullable String origin(String text) {
        try {
            URI uri = new URI(text);
            boolean plain = uri.getHost() != null
                    && uri.getRawUserInfo() == null
                    && text.regionMatches(
                            true, 0, uri.getScheme() + "://", 0, uri.getScheme().length() + 3);
            return plain ? originOf(uri) : null;
        } catch (URISyntaxException e) {
            return null;
        }
    }

    /** The origin that such a target is at, unless it is a path of this host. */
    static Optional<String> otherOrigin(String target) {
        return target.startsWith("/") ? Optional.empty() : Optional.of(originOf(URI.create(target)));
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
