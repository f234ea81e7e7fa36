package dev.latchkey.gateway.route;

import dev.latchkey.gateway.session.Person;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a proxy demands of a person besides what the route does, in the query of its question, as it may of oauth2-proxy: one
 * of these groups, and one of these addresses, and an address in one of these domains. It can only narrow; so nothing is
 * lost if it is somebody else who asks.
 *
 * @param groups {@code acme} or {@code acme:eng}; none demands nothing
 * @param emails whole addresses; none demands nothing
 * @param domains {@code acme.example}, or with a leading {@code .} or {@code *.} those below; none demands nothing
 * @see <a href="https://oauth2-proxy.github.io/oauth2-proxy/features/endpoints">oauth2-proxy's endpoints, "Auth"</a>
 */
public record AskedDemands(List<String> groups, List<String> emails, List<String> domains) {

    private static final int MOST = 200;
    private static final Pattern GROUP = Pattern.compile("[a-z0-9][a-z0-9_-]{0,99}(:[a-z0-9_][a-z0-9._-]{0,99})?");

    /** The demands, or null if there are none. */
    static @Nullable AskedDemands in(URI question) {
        String query = question.getRawQuery();
        if (query == null) {
            return null;
        }
        AskedDemands demands = new AskedDemands(
                values(query, "allowed_groups"),
                values(query, "allowed_emails"),
                values(query, "allowed_email_domains"));
        int number = demands.groups.size() + demands.emails.size() + demands.domains.size();
        if (number > MOST) {
            throw AskedTarget.refused("it demands too much at once");
        }
        return number == 0 ? null : demands;
    }

    private static List<String> values(String query, String name) {
        List<String> values = new ArrayList<>();
        for (String pair : query.split("&")) {
            int equals = pair.indexOf('=');
            // A name may be escaped like its value: a demand that is not read would be none.
            if (equals > 0 && decoded(pair.substring(0, equals)).equals(name)) {
                Arrays.stream(decoded(pair.substring(equals + 1)).split(","))
                        .map(value -> value.strip().toLowerCase(Locale.ROOT))
                        .filter(value -> !value.isEmpty())
                        .forEach(values::add);
            }
        }
        return values;
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw AskedTarget.refused("what it demands cannot be read");
        }
    }

    /** Those of the groups that can be one at GitHub; nobody is in any other, and GitHub need not be asked. */
    public List<String> askableGroups() {
        return groups.stream().filter(group -> GROUP.matcher(group).matches()).toList();
    }

    /** Whether the person's verified address is one that is demanded. */
    public boolean areMetByAddressOf(Person person) {
        if (emails.isEmpty() && domains.isEmpty()) {
            return true;
        }
        String address = person.emailVerified() && person.email() != null
                ? person.email().toLowerCase(Locale.ROOT)
                : "";
        int at = address.indexOf('@');
        if (at < 1 || at != address.lastIndexOf('@')) {
            return false;
        }
        String domain = address.substring(at + 1);
        return (emails.isEmpty() || emails.contains(address))
                && (domains.isEmpty() || domains.stream().anyMatch(demanded -> covers(demanded, domain)));
    }

    private static boolean covers(String demanded, String domain) {
        String below = demanded.startsWith("*.") ? demanded.substring(1) : demanded;
        return demanded.equals("*") || (below.startsWith(".") ? domain.endsWith(below) : domain.equals(below));
    }
}
