package dev.latchkey.gateway.facade.githuboauth;

import dev.latchkey.gateway.keys.Secret;
import dev.latchkey.gateway.problem.ConfigurationFaults;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The clients that sign in here as if the gateway were GitHub.
 *
 * @param clients who may, and where their people go back to; nobody by default
 * @param querySecrets takes secrets in the query too, where logs of proxies keep them; for clients that know no better
 * @param lifetime for how long a sign-in is good, with everything that comes of it; from a minute to a year
 */
@ConfigurationProperties("latchkey.oauth-facade")
record OAuthFacadeProperties(
        @DefaultValue List<Client> clients,
        @DefaultValue("false") boolean querySecrets,
        @DefaultValue("7d") Duration lifetime) {

    private static final Duration SHORTEST = Duration.ofMinutes(1);
    private static final Duration LONGEST = Duration.ofDays(365);

    /**
     * @param clientId what the client calls itself
     * @param clientSecret what proves it, as text or {@code file:} and a path; without one, PKCE is demanded of it
     * @param name what people read who are asked for their consent; left out, the client id
     * @param redirectUris where browsers go back to, each matched exactly; none for clients of the device flow. Of a
     *     loopback address without a port, every port is taken (RFC 8252, section 7.3)
     */
    record Client(
            @Nullable String clientId,
            @Nullable Secret clientSecret,
            @Nullable String name,
            @DefaultValue List<String> redirectUris) {}

    void check(ConfigurationFaults faults) {
        Set<String> ids = new HashSet<>();
        for (int i = 0; i < clients.size(); i++) {
            check("latchkey.oauth-facade.clients[" + i + "]", clients.get(i), ids, faults);
        }
        if (lifetime.compareTo(SHORTEST) < 0 || lifetime.compareTo(LONGEST) > 0) {
            faults.add(
                    "latchkey.oauth-facade.lifetime",
                    "'" + lifetime + "' is not from a minute to a year",
                    "Write a duration such as 7d.");
        }
    }

    private static void check(String place, Client client, Set<String> ids, ConfigurationFaults faults) {
        String id = client.clientId() == null ? "" : client.clientId();
        if (!id.matches("[A-Za-z0-9._-]{1,100}")) {
            faults.add(place + ".client-id", "'" + id + "' is no client id", "Write letters, digits, dots and dashes.");
        } else if (!ids.add(id)) {
            faults.add(place + ".client-id", "'" + id + "' is another client's too", "Give each client its own.");
        }
        if (client.clientSecret() != null && client.clientSecret().reveal().isBlank()) {
            faults.add(
                    place + ".client-secret",
                    "it is empty",
                    "Make one with 'openssl rand -base64 32', or leave it out for a client that cannot keep one.");
        }
        for (String uri : client.redirectUris()) {
            if (!isFit(uri)) {
                faults.add(
                        place + ".redirect-uris",
                        "'" + uri + "' is no address to go back to",
                        "Write the whole address, without fragment and user, such as https://chat.example.com/callback;"
                                + " plain http is for this very machine only.");
            }
        }
    }

    private static boolean isFit(String text) {
        try {
            URI uri = new URI(text);
            boolean web = "https".equals(uri.getScheme())
                    || ("http".equals(uri.getScheme()) && RedirectUris.isThisMachine(uri.getHost()));
            return web
                    && uri.getHost() != null
                    && uri.getRawUserInfo() == null
                    && uri.getRawFragment() == null
                    && text.length() <= RedirectUris.LONGEST;
        } catch (URISyntaxException e) {
            return false;
        }
    }
}
