package dev.latchkey.gateway.login;

import dev.latchkey.gateway.problem.ConfigurationFaults;
import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The app at GitHub, or at a GitHub Enterprise Server, that people sign in to.
 *
 * @param clientId the app's client id
 * @param clientSecret the app's client secret, as text or {@code file:} and a path
 * @param url where people sign in; for GitHub Enterprise Server its own address, from which the API's follows
 * @param apiUrl the API, if it is not where GitHub has it for that {@code url}
 * @param scopes what an OAuth App asks for; a GitHub App has its permissions instead and ignores them
 */
@ConfigurationProperties("latchkey.github")
record GitHubProperties(
        @Nullable String clientId,
        @Nullable String clientSecret,
        @DefaultValue("https://github.com") URI url,
        @Nullable URI apiUrl,

        @DefaultValue({"read:user", "user:email", "read:org"})
        List<String> scopes) {

    private static final String REGISTER = "Register an app at GitHub (Settings, Developer settings) and copy it here; "
            + "its callback URL is the external URL followed by /oauth2/callback.";

    void check(ConfigurationFaults faults) {
        if (clientId == null || clientId.isBlank()) {
            faults.add("latchkey.github.client-id", "it is missing", REGISTER);
        }
        if (clientSecret == null || clientSecret.isBlank()) {
            faults.add("latchkey.github.client-secret", "it is missing", REGISTER);
        }
        checkAddress("latchkey.github.url", url, faults);
        if (apiUrl != null) {
            checkAddress("latchkey.github.api-url", apiUrl, faults);
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

    private static String withoutSlash(URI address) {
        String text = address.toString();
        return text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
    }
}
