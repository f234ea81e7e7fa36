package dev.latchkey.gateway.installation;

import dev.latchkey.gateway.keys.Secret;
import java.net.URI;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The GitHub App whose installation tokens are handed out.
 *
 * @param appId its number or client id; without one nothing is handed out
 * @param privateKey its key, as PEM text or {@code file:} and a path
 * @param url where people sign in; for GitHub Enterprise Server its own address, from which the API's follows
 * @param apiUrl the API, if it is not where GitHub has it for that {@code url}
 */
@ConfigurationProperties("latchkey.github")
record AppProperties(
        @Nullable String appId,
        @Nullable Secret privateKey,
        @DefaultValue("https://github.com") URI url,
        @Nullable URI apiUrl) {

    /** The API's address without a trailing slash: a host of its own at github.com, a path elsewhere. */
    String api() {
        if (apiUrl != null) {
            return withoutSlash(apiUrl);
        }
        String host = String.valueOf(url.getHost());
        if (host.equals("github.com") || host.endsWith(".ghe.com")) {
            return url.getScheme() + "://api." + host;
        }
        return withoutSlash(url) + "/api/v3";
    }

    static String withoutSlash(URI address) {
        String text = address.toString();
        return text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
    }
}
