package dev.latchkey.gateway.provider;

import dev.latchkey.gateway.keys.SecretSource;
import dev.latchkey.gateway.problem.ConfigurationFaults;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The app at GitHub, or at a GitHub Enterprise Server, that people sign in to.
 *
 * @param clientId the app's client id, as text or {@code file:} and a path
 * @param clientSecret the app's client secret, as text or {@code file:} and a path
 * @param url where people sign in; for GitHub Enterprise Server its own address, from which the API's follows
 * @param apiUrl the API, if it is not where GitHub has it for that {@code url}
 * @param uploadsUrl where release assets are uploaded, if it is not where GitHub has it for that {@code url}
 * @param scopes what an OAuth App asks for; a GitHub App has its permissions instead and ignores them
 * @param revoke what is ended at GitHub with a person's last session: the token, or all they granted the app
 * @param tokenTimeout how long to wait for a token; an answer that comes later is lost, and the refresh token with it
 * @param recheck how often to ask whether the token of somebody who is active is still good; 0 for never
 * @param webhookSecret what GitHub signs its webhooks with, as text or {@code file:} and a path; without it none are taken
 */
@ConfigurationProperties("latchkey.github")
record GitHubProperties(
        @Nullable String clientId,
        @Nullable String clientSecret,
        @DefaultValue("https://github.com") URI url,
        @Nullable URI apiUrl,
        @Nullable URI uploadsUrl,

        @DefaultValue({"read:user", "user:email", "read:org"})
        List<String> scopes,

        @DefaultValue("token") Revocation revoke,
        @DefaultValue("20s") Duration tokenTimeout,
        @DefaultValue("1h") Duration recheck,
        @Nullable String webhookSecret) {

    private static final Duration LONGEST_TIMEOUT = Duration.ofMinutes(2);

    private static final String REGISTER = "Register an app at GitHub (Settings, Developer settings) and copy it here; "
            + "its callback URL is the external URL followed by /oauth2/callback.";

    void check(ConfigurationFaults faults) {
        if (clientId == null || clientId.isBlank()) {
            faults.add("latchkey.github.client-id", "it is missing", REGISTER);
        }
        if (clientSecret == null || clientSecret.isBlank()) {
            faults.add("latchkey.github.client-secret", "it is missing", REGISTER);
        }
        SecretSource.check("latchkey.github.client-id", clientId, faults);
        SecretSource.check("latchkey.github.client-secret", clientSecret, faults);
        SecretSource.check("latchkey.github.webhook-secret", webhookSecret, faults);
        if (tokenTimeout.compareTo(Duration.ofSeconds(1)) < 0 || tokenTimeout.compareTo(LONGEST_TIMEOUT) > 0) {
            faults.add(
                    "latchkey.github.token-timeout",
                    "'" + tokenTimeout + "' is not between a second and two minutes",
                    "Write a duration such as 20s.");
        }
        if (webhookSecret != null && webhookSecret.isBlank()) {
            faults.add(
                    "latchkey.github.webhook-secret",
                    "it is empty, so anybody could sign with it",
                    "Write the secret of the app's webhook, or leave the property out.");
        }
        if (recheck.isNegative()) {
            faults.add(
                    "latchkey.github.recheck", "'" + recheck + "' is negative", "Write a duration such as 1h, or 0.");
        }
        checkAddress("latchkey.github.url", url, faults);
        if (apiUrl != null) {
            checkAddress("latchkey.github.api-url", apiUrl, faults);
        }
        if (uploadsUrl != null) {
            checkAddress("latchkey.github.uploads-url", uploadsUrl, faults);
        }
    }

    private static void checkAddress(String property, URI address, ConfigurationFaults faults) {
        boolean web = "https".equals(address.getScheme()) || "http".equals(address.getScheme());
        if (!web || address.getHost() == null || address.getRawQuery() != null || address.getRawUserInfo() != null) {
            faults.add(property, "'" + address + "' is no web address", "Write it like https://github.example.com.");
        }
    }

    /** The web address without a trailing slash. */
    String web() {
        return withoutSlash(url);
    }

    /** The API's address without a trailing slash: a host of its own at github.com, a path elsewhere. */
    String api() {
        if (apiUrl != null) {
            return withoutSlash(apiUrl);
        }
        String host = url.getHost();
        if (host.equals("github.com") || host.endsWith(".ghe.com")) {
            return url.getScheme() + "://api." + host;
        }
        return web() + "/api/v3";
    }

    /** Where release assets go, without a trailing slash. */
    String uploads() {
        if (uploadsUrl != null) {
            return withoutSlash(uploadsUrl);
        }
        return api().endsWith("/api/v3") ? beside("/api/uploads") : api().replaceFirst("//api\\.", "//uploads.");
    }

    /** The GraphQL API: below the API at github.com, beside it at an Enterprise Server. */
    String graphQl() {
        return api().endsWith("/api/v3") ? beside("/api/graphql") : api() + "/graphql";
    }

    private String beside(String path) {
        return api().substring(0, api().length() - "/api/v3".length()) + path;
    }

    private static String withoutSlash(URI address) {
        String text = address.toString();
        return text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
    }
}
