package dev.latchkey.gateway.facade.loginbroker;

import dev.latchkey.gateway.problem.ConfigurationFaults;
import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.web.TargetCheck;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where a sign-in may lead back to. A target counts only as it is written: an origin in the form in which browsers send it,
 * letter for letter one of the list, and behind it a path of the list, or one of the callbacks that instances are known to have
 * where only their origin was listed. Nothing is repaired.
 */
final class ReturnTargets {

    private static final int LONGEST = 1024;
    /** Scheme and authority as in an {@code Origin} header (RFC 6454, section 6.2), and the rest. */
    private static final Pattern FORM = Pattern.compile(
            "(https?)://([a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\\[[0-9a-f:]+])(?::([1-9][0-9]{0,4}))?((?:[/?].*)?)");

    private static final Pattern WILDCARD =
            Pattern.compile("(https?://)\\*(\\.[a-z0-9-]+(?:\\.[a-z0-9-]+)+(?::[0-9]{1,5})?)");
    private static final Set<String> OURS = Set.of("token", "user");

    /** Where instances take what a sign-in brings: of a bare origin it is the first path. */
    private static final Set<String> CALLBACKS =
            Set.of("", "/", "/auth/callback", "/api/v1/auth/oauth/callback", "/api/v1/auth/control/callback");

    /** Paths by origin. */
    private final Map<String, Set<String>> origins = new TreeMap<>();

    private final List<Pattern> wildcards = new ArrayList<>();

    private ReturnTargets() {}

    static ReturnTargets read(List<String> configured, ConfigurationFaults faults) {
        ReturnTargets targets = new ReturnTargets();
        for (String entry : configured) {
            Matcher wildcard = WILDCARD.matcher(entry);
            Optional<String> origin = originOf(entry);
            if (wildcard.matches()) {
                targets.wildcards.add(Pattern.compile(Pattern.quote(wildcard.group(1))
                        + "[a-z0-9]([a-z0-9.-]*[a-z0-9])?" + Pattern.quote(wildcard.group(2))));
            } else if (origin.isPresent() && entry.indexOf('?') < 0) {
                String path = pathOf(entry);
                targets.origins
                        .computeIfAbsent(origin.get(), each -> new TreeSet<>())
                        .addAll(path.isEmpty() ? CALLBACKS : Set.of(path));
            } else {
                faults.add(
                        "latchkey.login-broker.return-targets",
                        "'" + entry + "' is no origin and no address of a callback",
                        "Write scheme, host and port in lower case, such as https://trackeep.example.com, with a path behind if it is"
                                + " no usual one;"
                                + " or https://*.example.com for all hosts below a domain.");
            }
        }
        return targets;
    }

    private static String pathOf(String text) {
        Matcher form = FORM.matcher(text);
        return form.matches() ? form.group(4).split("\\?", 2)[0] : "";
    }

    /** The origin of such an address, without the scheme's usual port; empty if the address is not plain. */
    static Optional<String> originOf(String text) {
        Matcher form = FORM.matcher(text);
        if (text.length() > LONGEST || !form.matches() || form.group(2).contains("..")) {
            return Optional.empty();
        }
        String scheme = form.group(1);
        String port = form.group(3);
        boolean usual = port == null || port.equals(scheme.equals("https") ? "443" : "80");
        if (port != null && Integer.parseInt(port) > 65_535) {
            return Optional.empty();
        }
        return isPlain(form.group(4)) && isAddress(text)
                ? Optional.of(scheme + "://" + form.group(2) + (usual ? "" : ":" + port))
                : Optional.empty();
    }

    /** What cannot be written into a {@code Location} leads nowhere (RFC 3986, appendix A). */
    private static boolean isAddress(String text) {
        try {
            return new URI(text).getRawAuthority() != null;
        } catch (URISyntaxException e) {
            return false;
        }
    }

    private static boolean isPlain(String rest) {
        try {
            TargetCheck.check(rest.startsWith("/") ? rest : '/' + rest);
            return true;
        } catch (Problem ambiguous) {
            return false;
        }
    }

    /** The origin that every target has, or null where there may be several. */
    @Nullable
    String onlyOrigin() {
        return origins.size() == 1 && wildcards.isEmpty()
                ? origins.keySet().iterator().next()
                : null;
    }

    /** Whether somebody at that origin may be led back to some address there. */
    boolean hasOrigin(String origin) {
        return origins.containsKey(origin) || isBelowADomain(origin);
    }

    private boolean isBelowADomain(String origin) {
        return wildcards.stream().anyMatch(each -> each.matcher(origin).matches());
    }

    /** The target as it is written, if a sign-in may lead there. */
    Optional<ReturnTarget> listed(String text) {
        String path = pathOf(text);
        return originOf(text)
                .filter(origin -> origins.getOrDefault(origin, Set.of()).contains(path)
                        || (isBelowADomain(origin) && CALLBACKS.contains(path)))
                .map(origin -> new ReturnTarget(origin, text));
    }

    /**
     * A target that is allowed.
     *
     * @param origin scheme, host and port
     * @param address all of it
     */
    record ReturnTarget(String origin, String address) {

        private static final String CALLBACK = "/auth/callback";

        /** The address with what a sign-in brings, as instances expect it: a bare origin has a callback, any other is one. */
        String with(String token, String login) {
            int from = address.indexOf("://") + 3;
            int slash = indexOf(address, '/', from);
            int query = indexOf(address, '?', from);
            String path = address.substring(Math.min(slash, query), query);
            if ((path.isEmpty() || path.equals("/")) && query == address.length()) {
                return address.substring(0, slash) + CALLBACK + "?token=" + encoded(token) + "&user=" + encoded(login);
            }
            String kept = kept(query == address.length() ? null : address.substring(query + 1));
            return address.substring(0, query) + '?' + kept + (kept.isEmpty() ? "" : "&") + "token=" + encoded(token);
        }

        private static int indexOf(String text, char c, int from) {
            int at = text.indexOf(c, from);
            return at < 0 ? text.length() : at;
        }

        /** Whoever wrote the target must not be the one who says what the token is. */
        private static String kept(@Nullable String query) {
            if (query == null || query.isEmpty()) {
                return "";
            }
            List<String> kept = new ArrayList<>();
            for (String pair : query.split("&")) {
                if (!pair.isEmpty() && !OURS.contains(decodedName(pair))) {
                    kept.add(pair);
                }
            }
            return String.join("&", kept);
        }

        private static String decodedName(String pair) {
            String name = pair.split("=", 2)[0];
            try {
                return URLDecoder.decode(name, StandardCharsets.UTF_8);
            } catch (IllegalArgumentException malformed) {
                return name;
            }
        }

        private static String encoded(String text) {
            return URLEncoder.encode(text, StandardCharsets.UTF_8);
        }
    }
}
